"""`drift` gives what the command prints, to the last digit."""

import pytest

import hiprisk
from commands import answer
from hiprisk.errors import ConfigError, InputError

pytestmark = pytest.mark.usefixtures("here")
MODEL = "invented-womac"


def test_the_function_finds_what_the_command_prints(capsys, cohort):
    _, printed = answer(capsys, "drift", MODEL, "cohort.csv")
    assert hiprisk.drift(MODEL, "cohort.csv").to_dict() == printed
    of_frame = hiprisk.drift(MODEL, cohort).to_dict()
    assert {**of_frame, "cohort": "cohort.csv"} == printed


def test_a_time_that_is_absent_is_refused(cohort):
    with pytest.raises(InputError, match="DataFrame: visit: the cohort has no such time"):
        hiprisk.drift(MODEL, cohort, time="visit")


@pytest.mark.parametrize("time", ["site", "person_id"])
def test_names_are_no_times(cohort, time):
    with pytest.raises(ConfigError, match=f"time: {time} has no order in time"):
        hiprisk.drift(MODEL, cohort, time=time)


def test_files_are_written_where_a_folder_is_named(here, cohort):
    hiprisk.drift(MODEL, cohort, out=here / "drift")
    assert (here / "drift" / "drift.json").is_file()
