"""Small made-up data against R: rms, stats, pROC (figures in tests/oracles/metrics_small_*.csv)."""

import numpy as np
import pytest

from hiprisk.metrics import (
    calibration,
    discrimination,
    likelihood,
    scores,
)
from hiprisk.metrics.calibration_tests import spiegelhalter_test, unreliability_test
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve, calibration_errors
from hiprisk.metrics.smoothing.loess import loess, lowess
from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.metrics.smoothing.splines import linear_spline_curve, logistic_spline_curve
from metric_examples import d_of_val_prob, oracle, q_of_val_prob, statistics

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
GROUP = DATA["group"].to_numpy()
ONE = np.ones(len(DATA))
CURVES = oracle("curves")
R = statistics()
VAL_PROB = statistics("valprob")
EACH = {
    "Dxy": discrimination.somers_dxy,
    "C (ROC)": discrimination.c_statistic,
    "R2": likelihood.nagelkerke_r2_as_is,
    "D": d_of_val_prob,
    "D:Chi-sq": lambda y, p: len(y) * d_of_val_prob(y, p) + 1,
    "U": likelihood.unreliability_index,
    "U:Chi-sq": lambda y, p: unreliability_test(y, p).chi_square,
    "U:p": lambda y, p: unreliability_test(y, p).p_value,
    "Q": q_of_val_prob,
    "Brier": scores.brier,
    "Intercept": calibration.logistic_intercept,
    "Slope": calibration.logistic_slope,
    "Emax": lambda y, p: lowess_errors(y, p).emax,
    "E90": lambda y, p: lowess_errors(y, p).e90,
    "Eavg": lambda y, p: lowess_errors(y, p).ici,
    "S:z": lambda y, p: spiegelhalter_test(y, p).z,
    "S:p": lambda y, p: spiegelhalter_test(y, p).p_value,
}


def lowess_errors(y, p):
    return calibration_errors(y, p, kind="binary", smoother="lowess")


def test_no_statistic_of_val_prob_is_left_out():
    # D's p-value is missing in rms' own answer.
    assert set(VAL_PROB.index) - set(EACH) == {"D:p"}


@pytest.mark.parametrize("name", list(EACH))
def test_val_prob(name):
    # lrm stops at a gradient of 1e-7 or so; its intercept and slope carry that.
    assert EACH[name](Y, RISK) == pytest.approx(VAL_PROB[name], abs=1e-8)


@pytest.mark.parametrize(("x", "y", "places", "column"), [
    (RISK, Y, "risk", "lowess"), (PREDICTED, OBSERVED, "predicted", "lowess_c"),
])  # fmt: skip
def test_lowess_equals_r(x, y, places, column):
    ours = lowess(x, y, ONE).at(CURVES[places].to_numpy())
    assert ours == pytest.approx(CURVES[column].to_numpy(), abs=1e-10)


@pytest.mark.parametrize(("x", "y", "places", "column"), [
    (RISK, Y, "risk", "loess"), (PREDICTED, OBSERVED, "predicted", "loess_c"),
])  # fmt: skip
def test_loess_equals_r(x, y, places, column):
    ours = loess(x, y, ONE).at(CURVES[places].to_numpy())
    assert ours == pytest.approx(CURVES[column].to_numpy(), abs=1e-10)


def test_loess_freedom_equals_r():
    first, second = loess(PREDICTED, OBSERVED, ONE).residual_freedom()
    assert (first, second) == pytest.approx((R["delta1_c"], R["delta2_c"]), rel=1e-12)


def test_loess_band_equals_r():
    curve = calibration_curve(OBSERVED, PREDICTED, kind="continuous", n_points=25)
    half = critical_value(0.95, R["df_c"]) * CURVES["loess_c_se"].to_numpy()
    assert curve.predicted == pytest.approx(CURVES["predicted"].to_numpy())
    assert curve.high == pytest.approx(CURVES["loess_c"].to_numpy() + half, abs=1e-9)
    assert curve.low == pytest.approx(CURVES["loess_c"].to_numpy() - half, abs=1e-9)


def test_logistic_spline_equals_lrm():
    places = logit(CURVES["risk"].to_numpy())
    fit = logistic_spline_curve(logit(RISK), Y, ONE)
    assert fit.at(places) == pytest.approx(CURVES["spline_lp"].to_numpy(), abs=1e-9)
    assert fit.standard_error(places) == pytest.approx(CURVES["spline_se"].to_numpy(), abs=1e-9)


def test_linear_spline_equals_ols():
    places = CURVES["predicted"].to_numpy()
    fit = linear_spline_curve(PREDICTED, OBSERVED, ONE)
    assert fit.at(places) == pytest.approx(CURVES["spline_c"].to_numpy(), abs=1e-9)
    assert fit.standard_error(places) == pytest.approx(CURVES["spline_c_se"].to_numpy(), abs=1e-9)


@pytest.mark.parametrize("error", ["ici", "e50", "e90", "emax"])
@pytest.mark.parametrize("smoother", ["loess", "spline", "lowess"])
def test_calibration_errors_of_risks_equal_r(smoother, error):
    ours = calibration_errors(Y, RISK, kind="binary", smoother=smoother)
    assert getattr(ours, error) == pytest.approx(R[f"{smoother}_{error}"], abs=1e-10)


@pytest.mark.parametrize("error", ["ici", "e50", "e90", "emax"])
@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_calibration_errors_of_scores_equal_r(smoother, error):
    ours = calibration_errors(OBSERVED, PREDICTED, kind="continuous", smoother=smoother)
    assert getattr(ours, error) == pytest.approx(R[f"{smoother}_c_{error}"], abs=1e-9)


def test_eci_equals_r():
    assert calibration_errors(Y, RISK, kind="binary").eci == pytest.approx(R["eci"], abs=1e-10)


def test_delong_equals_proc_and_the_formula_written_out():
    error = discrimination.c_standard_error(Y, RISK)
    assert error**2 == pytest.approx(R["c_var_delong"], rel=1e-12)
    assert error**2 == pytest.approx(R["c_var_by_hand"], rel=1e-12)
    half = critical_value(0.95) * error
    assert R["c"] - half == pytest.approx(R["c_low"], rel=1e-12)


def test_delong_of_hand_counted_placements():
    # Events .9 and .4 surpass 1 and .75 of the others (.4, .1): variance 1/32 over 2; the same for
    # the others, surpassed by .75 and 1 of the events.
    error = discrimination.c_standard_error([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert error**2 == pytest.approx(1 / 64 + 1 / 64)


def test_clustered_c_equals_obuchowskis_formula():
    error = discrimination.c_standard_error(Y, RISK, groups=GROUP)
    assert error**2 == pytest.approx(R["c_var_clustered"], rel=1e-12)


def half_width(estimate):
    return (estimate.high - estimate.low) / 2 / critical_value(0.95)


def test_intercepts_and_slope_equal_glm():
    large = calibration.in_the_large_estimate(Y, RISK)
    found = [calibration.logistic_line_estimate(Y, RISK, coefficient=place) for place in (0, 1)]
    assert (large.value, half_width(large)) == pytest.approx((R["citl"], R["citl_se"]), abs=1e-9)
    for estimate, name in zip(found, ("intercept", "slope"), strict=True):
        assert estimate.value == pytest.approx(R[name], abs=1e-9)
        assert half_width(estimate) == pytest.approx(R[f"{name}_se"], abs=1e-9)


def test_line_of_scores_equals_lm_and_t_test():
    slope = calibration.linear_slope_estimate(OBSERVED, PREDICTED)
    expected = (R["linear_slope"], R["linear_slope_low"], R["linear_slope_high"])
    assert (slope.value, slope.low, slope.high) == pytest.approx(expected, rel=1e-10)
    error = calibration.mean_error_estimate(OBSERVED, PREDICTED)
    expected = (R["mean_error"], R["mean_error_low"], R["mean_error_high"])
    assert (error.value, error.low, error.high) == pytest.approx(expected, rel=1e-10)
