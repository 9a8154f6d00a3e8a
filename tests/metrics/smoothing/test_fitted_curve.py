"""A curve that moves with the outcomes of its people, against curves fitted again."""

import numpy as np
import pytest

from hiprisk.metrics.case_control import log_odds_offset
from hiprisk.metrics.smoothing.calibration_curve import calibration_at, calibration_curve
from hiprisk.metrics.smoothing.fitted_curve import fitted_curve
from hiprisk.metrics.smoothing.splines import curve_knots
from hiprisk.sheet.basis_functions import spline_basis

AT = np.array([0.2, 0.5, 0.7])


def people(n=120):
    rng = np.random.default_rng(4)
    p = np.round(rng.uniform(0.05, 0.9, n), 2)  # ties
    return (rng.random(n) < p).astype(float), p


@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_a_linear_smoother_of_other_outcomes_is_the_fit_and_its_move(smoother):
    y, p = people()
    found = fitted_curve(y, p, kind="continuous", smoother=smoother)
    multipliers = np.random.default_rng(1).normal(size=(2, len(y)))
    moved = found.between(1.0, AT, found.moved_by(multipliers, AT))
    for row, drawn in zip(moved, multipliers, strict=True):
        other = y + drawn * found.residuals
        again = calibration_at(other, p, at=AT, kind="continuous", smoother=smoother)
        assert row == pytest.approx(again, rel=1e-9)


def test_a_logistic_spline_moves_by_its_score_times_its_covariance():
    y, p = people(4000)
    found = fitted_curve(y, p, kind="binary", smoother="spline")
    flipped = np.zeros((1, len(y)))
    change = np.zeros(len(y))
    for person in (5, 9):
        change[person] = 1.0 - 2.0 * y[person]
        flipped[0, person] = change[person] / found.residuals[person]
    moved = found.between(1.0, AT, found.moved_by(flipped, AT))[0]
    again = calibration_at(y + change, p, at=AT, kind="binary", smoother="spline")
    still = calibration_at(y, p, at=AT, kind="binary", smoother="spline")
    # Nearly linear: the second order is a tenth of the first.
    assert moved - still == pytest.approx(again - still, rel=0.1)


@pytest.mark.parametrize("smoother", ["loess", "spline"])
@pytest.mark.parametrize("prevalence", [None, 0.1])
def test_the_whole_way_is_the_curve_and_none_of_it_the_predictions(smoother, prevalence):
    y, p = people()
    found = fitted_curve(y, p, kind="binary", smoother=smoother, prevalence=prevalence)
    curve = calibration_curve(y, p, kind="binary", smoother=smoother, prevalence=prevalence)
    at = np.array(curve.predicted)
    assert found.between(1.0, at, np.zeros(len(at))) == pytest.approx(curve.observed, rel=1e-9)
    assert found.between(0.0, at, np.zeros(len(at))) == pytest.approx(at, rel=1e-9)
    if prevalence is not None:
        assert found.move.offset == log_odds_offset(y, prevalence=prevalence)


def test_residuals_are_those_of_a_curve_without_the_person():
    y, p = people(40)
    p = p + np.linspace(0.0, 0.004, 40)  # no ties, whose rows would go together
    found = fitted_curve(y, p, kind="continuous", smoother="spline")
    basis = np.column_stack([np.ones(40), *_columns(p)])
    own = np.eye(40)[7]
    without, *_ = np.linalg.lstsq(basis * (1 - own)[:, None], y * (1 - own), rcond=None)
    assert found.residuals[7] == pytest.approx(y[7] - basis[7] @ without, rel=1e-6)


def _columns(p):
    return spline_basis(p, curve_knots(p, np.ones(len(p)), 5))


def test_a_risk_of_0_is_not_on_a_curve_of_log_odds():
    y, p = people()
    p[3] = 0.0
    found = fitted_curve(y, p, kind="binary", smoother="spline")
    assert not found.on_curve[3]
    assert found.moved_by(np.ones((1, len(y))), AT).shape == (1, 3)
