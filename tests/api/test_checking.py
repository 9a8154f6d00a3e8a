"""`check` gives what the command prints."""

import pytest

import hiprisk
from commands import answer

pytestmark = pytest.mark.usefixtures("here")


def test_the_function_finds_what_the_command_prints(capsys, cohort):
    cohort.assign(age_years=cohort["age_years"].where(cohort.index != 3, 999.0)).to_csv(
        "cohort.csv", index=False
    )
    _, printed = answer(capsys, "check", "cohort.csv")
    found = hiprisk.check("cohort.csv")
    assert found.to_dict() == printed
    assert found.n_errors == 1
    assert found.to_frame()["code"].tolist() == [one["code"] for one in printed["findings"]]


def test_rows_of_a_frame_are_positions(cohort):
    frame = cohort.rename(columns={"age_years": "Age"}).set_index("person_id")
    frame.iloc[3, frame.columns.get_loc("Age")] = 999.0
    found = hiprisk.check(frame, mapping={"variables": {"age_years": "Age"}}).to_frame()
    error = found[found["severity"] == "error"].iloc[0]
    assert (error["variable"], error["at_rows"]) == ("age_years (column Age)", "3")
