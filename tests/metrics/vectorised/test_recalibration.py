"""Lines on the log odds of many predictions: settled on the line of each."""

import numpy as np
import pytest

from hiprisk.metrics.smoothing.logistic import fit_logistic_columns
from hiprisk.metrics.vectorised.recalibration import Moments, intercepts, lines

N = 50


def people(weighted):
    rng = np.random.default_rng(6)
    lp = rng.normal(0.3, 1.0, (3, N))
    y = (rng.random(N) < 1 / (1 + np.exp(-lp[0]))).astype(float)
    return y, lp, rng.integers(0, 4, (3, N)).astype(float) if weighted else None


@pytest.mark.parametrize("weighted", [False, True])
def test_lines_are_those_of_newtons_method_alone(weighted):
    y, lp, w = people(weighted)
    expected = [
        fit_logistic_columns(
            np.column_stack([np.ones(N), row]), y, np.ones(N) if w is None else w[number],
            start=np.zeros(2), refusal="",
        ).coefficients
        for number, row in enumerate(lp)
    ]  # fmt: skip
    assert lines(Moments.of(y, lp, w)) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
def test_at_an_intercept_as_many_events_are_expected_as_observed(weighted):
    y, lp, w = people(weighted)
    found = intercepts(y, lp, w)
    expected = 1 / (1 + np.exp(-found[:, np.newaxis] - lp))
    assert np.average(expected, axis=1, weights=w) == pytest.approx(
        np.full(3, y.mean()) if w is None else np.average(np.tile(y, (3, 1)), axis=1, weights=w)
    )


def test_separated_classes_do_not_settle():
    y = np.r_[np.zeros(5), np.ones(5)]
    assert np.isnan(lines(Moments.of(y, np.linspace(-1.0, 1.0, 10)[np.newaxis], None))).all()
