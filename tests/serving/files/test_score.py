"""A cohort file is scored whole or not at all; rows keep their order."""

import datetime
import decimal
import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.errors import ConfigError, InputError
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from page_agreement import model_of
from site_sheet import site_sheet
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


def typed_table(n_rows=3):
    day = [datetime.date(2024, 5, 1), None, datetime.date(2024, 5, 3)]
    table = pa.table(
        {
            "id": pa.array(["a", "=b", None]),
            "age_years": pa.array([63.5, None, math.nan]),
            "sex": pa.array(["female", "male", "male"]).dictionary_encode(),
            "lbp_any": pa.array([True, False, None]),
            "womac_function_0_100": pa.array([45, 30, None], pa.int16()),
            "day": pa.array(day),
            "cost": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("2.00")]),
            "at": pa.array([1, 2, None], pa.timestamp("ms")),
            "nothing": pa.nulls(3),
        }
    )
    return table.slice(0, n_rows)


@pytest.mark.parametrize("n_rows", [3, 0])
@pytest.mark.parametrize("as_frame", [False, True])
def test_numbers_dates_and_truths_of_parquet_come_back_as_such(model, tmp_path, n_rows, as_frame):
    came = typed_table(n_rows)
    pq.write_table(came, tmp_path / "in.parquet")
    cohort = came if as_frame else tmp_path / "in.parquet"
    score_file(model, cohort, tmp_path / "out.parquet")
    scored = pq.read_table(tmp_path / "out.parquet")
    for name in ("age_years", "lbp_any", "womac_function_0_100", "day", "cost", "at"):
        assert scored.schema.field(name).type == came.schema.field(name).type
        assert repr(scored[name].to_pylist()) == repr(came[name].to_pylist())
    # Texts are as ever: guarded, and empty where there is none.
    assert scored["id"].to_pylist() == ["a", "'=b", ""][:n_rows]
    assert scored["sex"].to_pylist() == ["female", "male", "male"][:n_rows]
    # The same answers as from the texts of a CSV file.
    score_file(model, cohort, tmp_path / "out.csv")
    predicted = scored["predicted"].to_numpy()
    written = pd.read_csv(tmp_path / "out.csv")["predicted"].to_numpy(float)
    assert np.array_equal(predicted, written, equal_nan=True)


def test_several_parquet_files_as_one_are_written_as_texts(model, tmp_path):
    """A number in one of them may be a text in the other."""
    came = typed_table()
    pq.write_table(came, tmp_path / "a.parquet")
    others = came.set_column(1, "age_years", pa.array(["70", "71.5", ""]))
    pq.write_table(others, tmp_path / "b.parquet")
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    score_file(model, files, tmp_path / "out.parquet")
    scored = pq.read_table(tmp_path / "out.parquet")
    assert scored["age_years"].to_pylist() == ["63.5", "", "", "70", "71.5", ""]


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


def items_file(tmp_path, answers):
    """A cohort with the seventeen items of function, and its mapping; one form a row."""
    header = ",".join(["age_years", *(f"a{n}" for n in range(1, 18))])
    path = tmp_path / "items.csv"
    path.write_text("\n".join([header, *(",".join(["63", *form]) for form in answers)]) + "\n")
    columns = ", ".join(f"a{n}: a{n}" for n in range(1, 18))
    return path, (
        "variables:\n  age_years: age_years\n  womac_function_0_100:\n    items:\n"
        f"      instrument: womac_function_from_hoos\n      columns: {{{columns}}}\n"
    )


@pytest.mark.parametrize(
    ("answers", "code", "advice"),
    [
        ([["1"] * 16 + ["5"]] * 20, "ITEM_CODING", r"coded: \[1, 5\]"),
        ([["None"] * 17, ["Mild"] * 17], "AMBIGUOUS_CODE", r'missing: \["None"\]'),
    ],
)
def test_items_that_mean_something_else_are_not_scored(model, tmp_path, answers, code, advice):
    path, text = items_file(tmp_path, answers)
    with pytest.raises(InputError, match=advice) as refused:
        score_file(model, path, tmp_path / "out.csv", mapping=mapping_from_text(text))
    assert (refused.value.code, refused.value.column) == (code, "womac_function_0_100")
    assert not (tmp_path / "out.csv").exists()


def test_declared_items_are_scored_and_a_bad_one_is_its_rows_reason_once(model, tmp_path):
    forms = [["1"] * 17, ["3"] * 17, ["7"] * 14 + ["1"] * 3]
    path, text = items_file(tmp_path, forms)
    mapping = mapping_from_text(text + "      coded: [1, 5]\n")
    score_file(model, path, tmp_path / "out.csv", mapping=mapping)
    scored = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert scored["reason"].tolist() == ["", "", "OFF_SCALE(womac_function_0_100)"]
    halfway = model.predict(age_years=63, womac_function_0_100=50).values["predicted"]
    assert float(scored["predicted"][1]) == halfway


def test_a_lowest_code_that_never_comes_is_told_with_the_scores(model, tmp_path):
    path, text = items_file(tmp_path, [["1", "2"] * 8 + ["3"]] * 20)
    result = score_file(model, path, tmp_path / "out.csv", mapping=mapping_from_text(text))
    assert ("ITEM_CODING", "warning") in [(f.code, f.severity) for f in result.findings]


def test_a_file_of_another_centre_is_scored_at_the_mean_site(tmp_path):
    model = model_of(tmp_path / "models", site_sheet())
    source = tmp_path / "in.csv"
    rows = ["60,male,no,30,North", "60,male,no,30,3.0", "60,male,no,30,East", "60,male,no,30,"]
    names = "age_years,sex,lbp_any,womac_function_0_100,site"
    source.write_text("\n".join([names, *rows]) + "\n")
    score_file(model, source, tmp_path / "out.csv")
    scored = pd.read_csv(tmp_path / "out.csv", dtype=str)
    predicted = [34.0, 31.0, 35.0, 35.0]
    assert scored["predicted"].astype(float).tolist() == pytest.approx(predicted)
    assert scored["flags"].str.contains("NEW_SITE").tolist() == [False, False, True, False]
    assert scored["imputed"].fillna("").tolist() == ["", "", "", "site"]
