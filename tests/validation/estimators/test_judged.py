"""What a judged estimator says of itself: names, settings, and where the bootstrap is too kind."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hiprisk.validation.estimators.judged import judged_estimator


@pytest.fixture(scope="module")
def people():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return X[:150], y[:150]


@pytest.fixture(scope="module")
def linear(people):
    estimator = make_pipeline(StandardScaler(), Ridge(alpha=2.0))
    return judged_estimator(estimator, *people, n_resamples=20, folds=5)


def test_a_pipeline_has_the_names_of_its_steps(linear):
    assert linear.name == "StandardScaler + Ridge"
    assert dict(linear.parameters)["ridge__alpha"] == "2.0"
    assert (linear.outcome, linear.n_rows, linear.n_people, linear.n_columns) == (
        "target", 150, 150, 10
    )  # fmt: skip
    assert linear.n_events is None
    assert linear.decision is None


def test_the_frame_has_both_estimates_of_each_metric(linear):
    frame = linear.to_frame().set_index("metric")
    row = linear.optimism.rows[0]
    assert frame.loc["r2", "corrected"] == row.corrected
    assert frame.loc["r2", "value_632_plus"] == row.value_632_plus
    [crossed] = [e for e in linear.cross_validation.estimates() if e.name == "r2"]
    assert frame.loc["r2", "cross_validated"] == crossed.value
    assert np.isnan(frame.loc["g", "cross_validated"])


def test_the_optimism_of_a_linear_model_is_not_underestimated(linear):
    assert not linear.optimism_underestimated


def test_that_of_a_nearest_neighbour_is(people):
    nearest = KNeighborsRegressor(n_neighbors=1)
    found = judged_estimator(nearest, *people, n_resamples=20, folds=5)
    # Of two people on whom a refit is tested, more than one is its own neighbour.
    assert found.optimism.rows[0].corrected > 0.2
    assert found.cross_validation.estimates()[0].value < 0.1
    assert found.optimism_underestimated
    alone = judged_estimator(nearest, *people, n_resamples=20, repeats=0)
    assert alone.cross_validation is None
    assert alone.out_of_fold is None
    assert alone.optimism_underestimated


@pytest.mark.slow
def test_that_of_boosting_that_merely_overfits_is(people):
    boosting = GradientBoostingRegressor(n_estimators=40, max_depth=2, random_state=0)
    found = judged_estimator(boosting, *people, n_resamples=20, folds=5)
    row = found.optimism.rows[0]
    # Far from reproducing its rows, and the correction still leaves much of the optimism.
    assert row.apparent < 0.85
    assert row.corrected > found.cross_validation.estimates()[0].value + 0.05
    assert found.optimism_underestimated


def test_a_curve_that_cannot_be_had_has_its_reason():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 1)), rng.normal(size=60)
    found = judged_estimator(LinearRegression(), X, y, n_resamples=20, folds=5)
    assert (found.calibration is None) == ("calibration" in found.not_available)
