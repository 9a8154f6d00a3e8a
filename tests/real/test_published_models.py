"""The surrogate of the NHS model on the open records: the figures that its page prints."""

import csv
from pathlib import Path

import pandas as pd
import pytest

import hiprisk

pytestmark = [pytest.mark.real, pytest.mark.slow]

PROJECT = Path(__file__).parents[2]
SURROGATE = PROJECT / "models" / "published" / "nhs-proms-hip-surrogate"
MAPPING = PROJECT / "configs" / "cohorts" / "nhs_proms_hip.yaml"
FOLDER = PROJECT / "experiments" / "nhs_surrogate"


def recorded(name, **keys):
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        (row,) = [
            row for row in csv.DictReader(file)
            if all(row[key] == value for key, value in keys.items())
        ]  # fmt: skip
    return row


@pytest.fixture(scope="module")
def records(shared_dir):
    return pd.read_csv(
        shared_dir / "data" / "nhs_proms_hip_sample15k.csv", dtype=str, keep_default_na=False
    )


def test_it_explains_as_much_of_the_published_predictions_as_recorded(records):
    later = records[records["year"] != "2016/17"]
    scored = hiprisk.score(SURROGATE, later, mapping=MAPPING).to_frame()
    published = later["ohs_post_nhs_predicted"].astype(float).to_numpy()
    share = hiprisk.metrics.r2(published, scored["predicted"].to_numpy(float))
    row = recorded("explained.csv", years="2017/18 and 2018/19", rows="all")
    assert share.value == pytest.approx(float(row["explained_variance"]), abs=1e-5)
    assert share.value > 0.9


def test_it_is_validated_as_any_other_model(records):
    found = hiprisk.validate(
        SURROGATE, records, mapping=MAPPING, where={"cohort_year": "2018/19"}, by=[], resamples=50
    )
    rmse = found.to_frame().set_index("metric").loc["rmse", "value"]
    row = recorded("results.csv", model="surrogate", year="2018/19", metric="rmse")
    assert rmse == pytest.approx(float(row["value"]), abs=1e-5)
