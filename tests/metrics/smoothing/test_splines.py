"""Restricted cubic splines of the prediction against rms' lrm and ols."""

import numpy as np
import pytest

from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.metrics.smoothing.splines import linear_spline_curve, logistic_spline_curve
from metric_examples import oracle

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
ONE = np.ones(len(DATA))
CURVES = oracle("curves")


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
