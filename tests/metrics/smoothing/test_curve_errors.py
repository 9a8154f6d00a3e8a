"""Errors of the calibration curve as metrics: each by its name."""

import numpy as np
import pytest

from hiprisk.metrics.smoothing.calibration_curve import calibration_errors
from hiprisk.metrics.smoothing.curve_errors import METRICS, calibration_error
from metric_examples import example


@pytest.mark.parametrize("summary", ["ici", "e50", "e90", "emax", "eci"])
def test_an_error_by_name_is_that_of_the_curve(summary):
    y, risk = example("binary")
    errors = calibration_errors(y, risk, kind="binary")
    assert calibration_error(y, risk, summary=summary, kind="binary") == getattr(errors, summary)


def test_a_constant_prediction_is_off_by_its_bias_whatever_the_summary():
    # The curve of one place is the mean, 0.5, and everybody was told 0.3.
    y, risk = np.array([1.0, 0.0, 1.0, 0.0]), np.full(4, 0.3)
    for summary in ("ici", "e50", "e90", "emax"):
        found = calibration_error(y, risk, summary=summary, kind="binary")
        assert found == pytest.approx(0.2)
    assert calibration_error(y, risk, summary="eci", kind="binary") == pytest.approx(100 * 0.04)


def test_each_entry_computes_what_its_names_say():
    names = {(one.kind, one.name): one for one in METRICS}
    assert len(names) == len(METRICS) == 17
    spline = names["binary", "e90_spline"]
    assert spline.label == "E90 (spline)"
    y, risk = example("binary")
    expected = calibration_errors(y, risk, kind="binary", smoother="spline").e90
    assert spline.function(y, risk) == expected
    assert names["continuous", "ici"].in_outcome_units
    assert [one.name for one in METRICS if one.headline] == ["ici"]
