"""Logistic regression of a few columns: closed forms, replications, separation."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.smoothing.logistic import (
    fit_logistic_columns,
    has_log_odds,
    log_likelihood,
    logit,
    null_log_likelihood,
    with_log_odds,
)

# Of four not exposed one has the event, of four exposed three.
EXPOSED = np.repeat([0.0, 1.0], 4)
Y = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
DESIGN = np.column_stack([np.ones(8), EXPOSED])


def fitted(design=DESIGN, y=Y, w=None):
    w = np.ones(len(y)) if w is None else w
    return fit_logistic_columns(design, y, w, start=np.zeros(design.shape[1]), refusal="no maximum")


def test_a_two_by_two_table_equals_its_closed_form():
    fit = fitted()
    # Log odds -log 3 and log 3; Woolf's variances 1 + 1/3, and the sum of both.
    assert fit.coefficients == pytest.approx([-np.log(3), 2 * np.log(3)])
    assert np.diag(fit.covariance) == pytest.approx([4 / 3, 8 / 3])


def test_a_weight_is_a_replication():
    weighted = fitted(w=np.array([2.0, 1, 1, 1, 1, 1, 1, 1]))
    repeated = fitted(np.vstack([DESIGN, DESIGN[:1]]), np.append(Y, 1.0))
    assert weighted.coefficients == pytest.approx(repeated.coefficients)
    assert weighted.covariance == pytest.approx(repeated.covariance)


@pytest.mark.parametrize("design", [
    np.column_stack([np.ones(8), Y]),
    np.column_stack([np.ones(8), EXPOSED, EXPOSED]),
])  # fmt: skip
def test_separated_or_repeated_columns_have_no_maximum(design):
    with pytest.raises(InputError, match="no maximum") as refused:
        fitted(design)
    assert refused.value.code == "DEGENERATE"


def test_likelihoods_equal_hand_counts():
    y, w = np.array([1.0, 0.0]), np.array([1.0, 3.0])
    assert log_likelihood(y, np.zeros(2), w) == pytest.approx(4 * np.log(0.5))
    assert null_log_likelihood(y, w) == pytest.approx(np.log(0.25) + 3 * np.log(0.75))
    with pytest.raises(InputError, match="needs events and non-events"):
        null_log_likelihood(np.ones(2), w)


def test_a_likelihood_of_extreme_log_odds_stays_a_number():
    assert log_likelihood(np.array([0.0]), np.array([800.0]), np.ones(1)) == -800.0


def test_log_odds_of_a_sure_risk_are_finite():
    low, middle, high = logit(np.array([0.0, 0.5, 1.0]))
    assert middle == 0.0
    assert high == pytest.approx(-low, rel=1e-4)
    assert high == pytest.approx(12 * np.log(10), abs=1e-3)


def test_risks_of_0_and_1_have_no_log_odds_and_their_people_are_left_out():
    y, risk, w = np.array([1.0, 0.0, 1.0]), np.array([0.0, 0.3, 1.0]), np.ones(3)
    assert has_log_odds(risk).tolist() == [False, True, False]
    assert [one.tolist() for one in with_log_odds(y, risk, w)] == [[0.0], [0.3], [1.0]]
    with pytest.raises(InputError, match="every risk is 0 or 1"):
        with_log_odds(y, np.round(risk), w)
