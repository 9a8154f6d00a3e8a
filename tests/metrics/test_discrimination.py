"""C, Somers' Dxy and their standard errors: hand counts, all pairs, pROC and Obuchowski."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.errors import InputError
from hiprisk.metrics import (
    discrimination,
)
from hiprisk.metrics.intervals.wald import critical_value
from metric_examples import oracle, statistics

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
GROUP = DATA["group"].to_numpy()
R = statistics()


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


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # Pairs (event, none): .9 > .4, .9 > .1, .4 = .4, .4 > .1: 3.5 of 4.
        (discrimination.c_statistic, 3.5 / 4),
        (discrimination.somers_dxy, 0.75),
    ],
)
def test_discrimination_equals_hand_count(function, expected):
    got = function([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=40))
def test_c_equals_the_count_of_all_pairs(pairs):
    y = np.array([float(event) for event, _ in pairs])
    risk = np.array([value for _, value in pairs])
    if y.min() == y.max():
        return
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a in risk[y == 1] for b in risk[y == 0]]
    assert discrimination.c_statistic(y, risk) == pytest.approx(np.mean(wins), abs=1e-12)


def test_a_class_of_one_leaves_no_standard_error():
    assert discrimination.c_standard_error([1, 0, 0], [0.9, 0.4, 0.1]) == np.inf
    rows = np.array([1, 1, 1, 1])
    together = discrimination.c_standard_error([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1], groups=rows)
    assert together == np.inf


def test_one_class_is_refused():
    with pytest.raises(InputError, match="needs events and non-events"):
        discrimination.c_statistic([1, 1], [0.5, 0.4])
