"""`validate` and `expect` give what the command prints, to the last digit."""

import pandas as pd
import pyarrow as pa
import pytest

import hiprisk
from commands import answer
from hiprisk.errors import ConfigError, HipRiskWarning, InputError

pytestmark = pytest.mark.usefixtures("here")
MODEL = "invented-womac"
OUTCOME = "womac_function_followup_0_100"


def without_name(plain):
    return {key: value for key, value in plain.items() if key != "cohort"}


@pytest.mark.slow
def test_the_function_finds_what_the_command_prints(capsys, cohort):
    _, printed = answer(capsys, "validate", MODEL, "cohort.csv", "--resamples", "50", "--by", "sex")
    how = {"resamples": 50, "by": ["sex"]}
    assert hiprisk.validate(MODEL, "cohort.csv", **how).to_dict() == printed
    of_frame = hiprisk.validate(hiprisk.load(MODEL), cohort, **how).to_dict()
    assert of_frame["cohort"] == "DataFrame"
    assert without_name(of_frame) == without_name(printed)


def notebook_frame(cohort):
    """The same people as a notebook has them: nullable, categories, another index."""
    frame = cohort.astype(
        {name: "Float64" if kind.kind == "f" else "string" for name, kind in cohort.dtypes.items()}
    )
    frame["sex"] = frame["sex"].astype("category")
    return frame.set_index(pd.Index(range(900, 900 + len(frame))), drop=True)


@pytest.mark.slow
def test_the_kind_of_frame_moves_no_digit(cohort):
    expected = hiprisk.validate(MODEL, cohort, by=[], resamples=50).to_dict()
    for frame in (notebook_frame(cohort), pa.table(cohort)):
        assert hiprisk.validate(MODEL, frame, by=[], resamples=50).to_dict() == expected


def test_expected_performance_is_that_of_the_command(capsys, cohort):
    _, printed = answer(capsys, "validate", MODEL, "cohort.csv", "--expected")
    assert hiprisk.expect(MODEL, "cohort.csv").to_dict() == printed
    no_outcome = cohort.drop(columns="womac_function_followup_0_100")
    assert hiprisk.expect(MODEL, no_outcome).n == printed["n"]


def test_a_refusal_has_the_letter_of_the_command_in_words_of_python(cohort):
    with pytest.raises(ConfigError, match=r"^name_sites goes with by_site$"):
        hiprisk.update(MODEL, cohort, method="intercept", name_sites=True)
    with pytest.raises(InputError, match=r"DataFrame: .*see where") as refused:
        hiprisk.validate(MODEL, cohort, where={"sex": "other"})
    assert refused.value.code == "TOO_FEW"


@pytest.mark.parametrize("given", [{"resamples": 10}, {"seed": -1}, {"prevalence": 2.0}])
def test_an_argument_out_of_its_range_is_refused(cohort, given):
    with pytest.raises(ConfigError, match=rf"^{next(iter(given))}: must "):
        hiprisk.validate(MODEL, cohort, **given)


def test_a_letter_gives_positions_and_no_label(cohort):
    frame = cohort.set_index(pd.Index([f"patient {n}" for n in range(len(cohort))]))
    frame[OUTCOME] = frame[OUTCOME].astype(object)
    frame.iloc[3, frame.columns.get_loc(OUTCOME)] = "sixty"
    with pytest.warns(HipRiskWarning, match=OUTCOME) as warned:
        hiprisk.validate(MODEL, frame, by=[], resamples=50)
    assert "patient" not in str(warned[0].message)
    heard = []
    hiprisk.validate(MODEL, frame, by=[], resamples=50, on_finding=heard.append)
    assert [one.rows for one in heard if one.code == "NOT_A_NUMBER"] == [(3,)]


@pytest.mark.slow
def test_nothing_is_written_or_printed_unless_asked(here, cohort, capsys):
    before = sorted(here.rglob("*"))
    hiprisk.validate(MODEL, cohort, by=[], resamples=50)
    assert sorted(here.rglob("*")) == before
    assert capsys.readouterr() == ("", "")
    hiprisk.validate(MODEL, cohort, by=[], resamples=50, out="found")
    with pytest.raises(ConfigError, match=r"found: the folder holds a validation already .*force"):
        hiprisk.validate(MODEL, cohort, out="found")
