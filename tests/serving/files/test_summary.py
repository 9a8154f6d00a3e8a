"""Counts of a scored file, and its refusal by the first block."""

from pathlib import Path

import pytest

from hiprisk.cohort.reading import iter_blocks
from hiprisk.errors import InputError
from hiprisk.serving.files.summary import SUMMARY_COLUMNS, ScoreResult, Tally
from hiprisk.serving.model import load
from hiprisk.values import Note
from small_bundle import write_small_bundle

RESULT = ScoreResult(
    out=Path("out.csv"), n_rows=10, n_refused=3,
    reasons={
        Note("OUT_OF_RANGE", "age_years"): 2, Note("TOO_MANY_MISSING"): 1,
        Note("OUT_OF_RANGE", "bmi"): 1,
    },
    imputed={"sex": 4}, flags={Note("EXTRAPOLATION", "age_years"): 1},
    absent=("lbp_any",), findings=(),
    provenance="real", bundle_sha256="0" * 64,
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_small_bundle(tmp_path_factory.mktemp("models")))


def block_of(path, text):
    path.write_text(text)
    (block,) = iter_blocks(path, None)
    return block


def test_refused_rows_are_counted_by_code_and_by_variable():
    told = RESULT.to_dict()
    assert (told["rows"], told["scored"], told["refused"]) == (10, 7, 3)
    assert told["refused_by_code"] == {"OUT_OF_RANGE": 3, "TOO_MANY_MISSING": 1}
    assert told["refused_by_variable"] == {
        "age_years": {"OUT_OF_RANGE": 2}, "bmi": {"OUT_OF_RANGE": 1}, "": {"TOO_MANY_MISSING": 1},
    }  # fmt: skip
    assert "invented" not in told
    assert "delimiter" not in told


def test_the_table_has_a_row_for_each_count():
    table = RESULT.to_frame()
    assert tuple(table.columns) == SUMMARY_COLUMNS
    assert table.values.tolist() == [
        ["refused", "OUT_OF_RANGE", "age_years", 2], ["refused", "TOO_MANY_MISSING", "", 1],
        ["refused", "OUT_OF_RANGE", "bmi", 1], ["imputed", "IMPUTED", "sex", 4],
        ["flag", "EXTRAPOLATION", "age_years", 1],
    ]  # fmt: skip


def test_a_file_without_any_variable_of_the_model_is_refused(model, tmp_path):
    block = block_of(tmp_path / "cohort.csv", "bmi_kg_m2\n25\n")
    with pytest.raises(InputError, match="lacks 4 of the model's variables") as refused:
        Tally(model, "cohort.csv", None).look(block, accept_units=False)
    assert refused.value.code == "MISSING_COLUMN"


def test_a_name_in_other_letters_is_pointed_out(model, tmp_path):
    block = block_of(tmp_path / "cohort.csv", "Age_Years,sex\n60,female\n")
    with pytest.raises(InputError, match="did you mean Age_Years"):
        Tally(model, "cohort.csv", None).look(block, accept_units=False)


def test_variables_that_a_file_lacks_are_listed(model, tmp_path):
    block = block_of(tmp_path / "cohort.csv", "age_years,womac_function_0_100\n60,30\n")
    tally = Tally(model, "cohort.csv", None)
    tally.look(block, accept_units=True)
    assert block.source("age_years").to_pylist() == ["60"]
    assert tally.result(Path("out.csv")).absent == ("sex", "lbp_any")
