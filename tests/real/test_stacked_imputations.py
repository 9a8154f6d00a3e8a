"""psfmi's external validation over five stacked imputations, pooled as psfmi pooled it."""

from pathlib import Path

import pytest

from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.config.published import declared_outcome, load_published, plain
from hiprisk.learning.sheets.published import published_sheet
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.imputations import predict_imputations, validate_imputations
from hiprisk.validation.external.reading import read_validation_cohort
from validated_people import MODEL

pytestmark = pytest.mark.real

PUBLISHED = Path(__file__).parents[2] / "configs" / "published" / "psfmi_lbp_chronic.yaml"


@pytest.fixture(scope="module")
def pooled(shared_dir):
    model = load_published(PUBLISHED)
    sheet = published_sheet(model)
    outcome = declared_outcome({"outcome": plain(model)["outcome"]}, file="x")
    mapping = mapping_from_text(
        'provenance: real\nimputation_column: Impnr\nimputations: ["1", "2", "3", "4", "5"]\n'
        "variables: {person_id: ID, age_years: Age}\n"
    )
    cohort = read_validation_cohort(
        shared_dir / "data" / "psfmi_lbpmilr.csv", mapping, sheet=sheet, outcome=outcome
    )
    people = predict_imputations(cohort, outcome, lambda part: predict_cohort(sheet, outcome, part))
    return validate_imputations(people, outcome, model=MODEL, sheet=sheet, n_resamples=60)


def test_people_are_counted_once(pooled):
    assert (pooled.n, pooled.n_events, pooled.imputations) == (159, 69, 5)
    assert pooled.flow[0].n_remaining == 159


def test_figures_are_those_that_psfmi_printed(pooled):
    found = {one.name: one for one in pooled.performance.metrics}
    assert found["calibration_intercept"].value == pytest.approx(-0.0788081, abs=1e-7)
    assert found["calibration_in_the_large"].value == pytest.approx(-0.0768418, abs=1e-7)
    slope = found["calibration_slope"]
    assert slope.value == pytest.approx(0.9818332, abs=1e-7)
    # psfmi counts one degree of freedom more.
    assert (slope.low, slope.high) == pytest.approx((0.6645742, 1.2990921), abs=3e-5)
    c = found["c_statistic"]
    assert (c.value, c.low, c.high) == pytest.approx((0.8551, 0.7854, 0.9048), abs=1e-4)


def test_intervals_are_those_of_people_and_not_of_rows(pooled):
    # 795 rows taken for people would have 0.45 of the width.
    found = {one.name: one for one in pooled.performance.metrics}
    brier = found["brier"]
    assert brier.high - brier.low > 0.06
