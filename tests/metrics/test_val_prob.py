"""Small made-up data against R: rms, stats, pROC (figures in tests/oracles/metrics_small_*.csv)."""

import pytest

from hiprisk.metrics import (
    calibration,
    discrimination,
    likelihood,
    scores,
)
from hiprisk.metrics.calibration_tests import spiegelhalter_test, unreliability_test
from hiprisk.metrics.smoothing.calibration_curve import calibration_errors
from metric_examples import d_of_val_prob, oracle, q_of_val_prob, statistics

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
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
