"""Local regression: frozen figures of R's lowess and loess, and hand counts."""

import numpy as np
import pytest

from hiprisk.metrics.smoothing.loess import loess, lowess, tricube
from metric_examples import oracle, statistics

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
ONE = np.ones(len(DATA))
CURVES = oracle("curves")
R = statistics()


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


def test_tricube_weights_are_1_within_a_thousandth_and_0_beyond_nearly_all_of_the_bandwidth():
    distance = np.array([0.0002, 0.00021, 0.1, 0.1998, 0.19981])
    found = tricube(distance, np.full(5, 0.2))
    expected = (1 - (distance / 0.2) ** 3) ** 3
    assert found[[0, 4]].tolist() == [1.0, 0.0]
    assert found[1] < 1.0
    assert found[1:4] == pytest.approx(expected[1:4], rel=1e-12)


def test_fitted_values_are_the_blend_of_what_the_operator_gives():
    rng = np.random.default_rng(8)
    x = rng.uniform(size=120)
    fit = loess(x, np.sin(6.0 * x) + rng.normal(0.0, 0.1, 120), np.ones(120))
    at = np.linspace(-0.1, 1.1, 50)
    assert fit.at(at) == pytest.approx(fit.blend(at) @ (fit.operator @ fit.points.y), rel=1e-12)


def test_the_clustered_error_is_that_of_the_sums_of_persons_counted_by_hand():
    rng = np.random.default_rng(2)
    n, places = 24, np.array([0.1, 0.45, 0.9])
    x, groups = np.sort(rng.random(n)), np.repeat(np.arange(n // 2), 2)
    w = np.resize([1.0, 2.0, 1.0, 0.0], n)
    y = x + rng.normal(0.0, 0.3, n)
    fit = loess(x, y, w)
    residuals = y - fit.at(x)
    # What a unit more of y of a row adds to the fitted values, by fitting it.
    factors = np.array([loess(x, y + unit, w).at(places) - fit.at(places) for unit in np.eye(n)]).T
    squares, persons = np.zeros(len(places)), 0
    for person in range(n // 2):
        rows = np.flatnonzero((groups == person) & (w > 0))
        persons += 1
        squares += sum(factors[:, row] * residuals[row] for row in rows) ** 2
    expected = np.sqrt(squares * persons / (persons - 1))
    found = fit.clustered_error(places, at=x, residuals=residuals, w=w, groups=groups)
    assert found == pytest.approx(expected, rel=1e-9)
    alone = fit.clustered_error(places, at=x, residuals=residuals, w=w, groups=np.zeros(n))
    assert np.isinf(alone).all()
