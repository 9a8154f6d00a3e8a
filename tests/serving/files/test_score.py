"""A cohort file is scored whole or not at all; rows keep their order."""

import json

import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

COHORT = "id,age_years,sex,lbp_any,womac_function_0_100\n{}"
ROWS = "a,63,female,yes,45\nb,200,male,no,30\nc,,male,,60\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_small_bundle(tmp_path_factory.mktemp("models")))


@pytest.fixture
def cohort(tmp_path):
    path = tmp_path / "cohort.csv"
    path.write_text(COHORT.format(ROWS))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_every_row_comes_back_in_its_place_with_the_answer_of_one_patient(model, cohort, suffix):
    out = cohort.with_name(f"scored{suffix}")
    result = score_file(model, cohort, out)
    scored = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
    assert scored["id"].tolist() == ["a", "b", "c"]
    one = model.predict(age_years=63, sex="female", lbp_any="yes", womac_function_0_100=45)
    assert scored["predicted"][0] == one.values["predicted"]
    assert scored["reason"][1] == "OUT_OF_RANGE(age_years)"
    assert (result.n_rows, result.n_refused) == (3, 1)
    assert result.imputed == {"age_years": 1, "lbp_any": 1}


def test_progress_and_summary_are_told(model, cohort):
    done = []
    summary = cohort.with_name("summary.json")
    result = score_file(
        model, cohort, cohort.with_name("o.csv"), progress=done.append, summary=summary
    )
    assert done == [3]
    assert json.loads(summary.read_text()) == result.to_dict()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"summary": "out.csv"}, ConfigError, "output and summary are the same file"),
        ({}, InputError, "already has a column 'predicted'"),
    ],
)
def test_nothing_is_written_where_scoring_is_refused(model, tmp_path, options, error, match):
    cohort, out = tmp_path / "cohort.csv", tmp_path / "out.csv"
    cohort.write_text("age_years,womac_function_0_100,predicted\n63,45,1\n")
    options = {name: tmp_path / file for name, file in options.items()}
    with pytest.raises(error, match=match):
        score_file(model, cohort, out, **options)
    assert not out.exists()


def test_a_text_that_a_spreadsheet_would_run_is_guarded_unless_asked_not_to(model, tmp_path):
    cohort, out = tmp_path / "cohort.csv", tmp_path / "out.csv"
    cohort.write_text("note,womac_function_0_100\n=1+1,45\n")
    score_file(model, cohort, out)
    assert out.read_text().splitlines()[1].startswith("'=1+1,")
    score_file(model, cohort, out, raw_text=True, force=True)
    assert out.read_text().splitlines()[1].startswith("=1+1,")
