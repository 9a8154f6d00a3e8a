"""Least squares and logistic regression against closed forms."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.logistic.separation import SeparationError
from hiprisk.learning.unpenalised import fit_logistic, fit_ols, maximise_likelihood


def people(n=120, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2)) * [1.0, 40.0]
    y = 5.0 + x @ [2.0, -0.1] + rng.normal(size=n)
    return x, y, rng.integers(0, 3, n).astype(float)


def test_least_squares_has_the_textbook_covariance_and_likelihood():
    x, y, _ = people()
    fit = fit_ols(x, y)
    design = np.column_stack([np.ones(len(y)), x])
    expected, squares, *_ = np.linalg.lstsq(design, y, rcond=None)
    np.testing.assert_allclose(fit.coefficients, expected, rtol=1e-12)
    variance = squares[0] / (len(y) - 3)
    np.testing.assert_allclose(
        fit.covariance, variance * np.linalg.inv(design.T @ design), rtol=1e-9
    )
    n = len(y)
    likelihood = -0.5 * n * (np.log(2 * np.pi * squares[0] / n) + 1)
    assert fit.log_likelihood == pytest.approx(likelihood, rel=1e-12)


@pytest.mark.parametrize("fit", [fit_ols, fit_logistic])
def test_weights_are_replications(fit):
    x, y, w = people()
    if fit is fit_logistic:
        y = (y > 5).astype(float)
        x = x + np.random.default_rng(1).normal(size=x.shape) * [3.0, 30.0]
    weighted, repeated = (
        fit(x, y, weights=w),
        fit(*(np.repeat(v, w.astype(int), 0) for v in (x, y))),
    )
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-9)
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-9)


def test_least_squares_part_by_part_is_that_of_all_rows(monkeypatch):
    x, y, w = people()
    whole = fit_ols(x, y, weights=w)
    monkeypatch.setattr("hiprisk.learning.unpenalised.ROWS_AT_ONCE", 50)
    parts = fit_ols(x, y, weights=w)
    np.testing.assert_allclose(parts.coefficients, whole.coefficients, rtol=1e-12)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-11)
    assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)


def test_a_logistic_fit_of_two_groups_has_their_log_odds():
    # 2 of 10 and 6 of 8 with the event.
    y = np.array([1.0] * 2 + [0.0] * 8 + [1.0] * 6 + [0.0] * 2)
    x = np.array([0.0] * 10 + [1.0] * 8)[:, None]
    fit = fit_logistic(x, y)
    low, high = np.log(2 / 8), np.log(6 / 2)
    np.testing.assert_allclose(fit.coefficients, [low, high - low], rtol=1e-9)
    # Woolf: the variance of a log odds ratio is the sum of the reciprocal cells.
    assert fit.covariance[1, 1] == pytest.approx(1 / 2 + 1 / 8 + 1 / 6 + 1 / 2, rel=1e-9)


def test_the_start_saves_steps_and_changes_nothing_else():
    x, y, _ = people()
    event = (y + np.random.default_rng(1).normal(scale=4.0, size=len(y)) > 5).astype(float)
    cold = fit_logistic(x, event)
    warm = fit_logistic(x, event, start=1.1 * cold.coefficients)
    np.testing.assert_allclose(warm.coefficients, cold.coefficients, rtol=1e-9)


def test_separated_classes_are_refused():
    x = np.arange(20.0)[:, None]
    with pytest.raises(InputError, match="separate the two classes"):
        fit_logistic(x, (x[:, 0] > 9).astype(float))


@pytest.mark.parametrize("fit", [fit_ols, fit_logistic])
def test_a_constant_and_a_repeated_column_are_refused(fit):
    x, y, _ = people()
    y = (y > 5).astype(float)
    for columns in (np.column_stack([x, np.zeros(len(y))]), x[:, [0, 1, 1]]):
        with pytest.raises(InputError, match="does not vary or is a linear combination"):
            fit(columns, y)


def test_logistic_fit_equals_its_likelihood_equations():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 2)) * [1.0, 50.0]
    y = (rng.random(200) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    fit = fit_logistic(x, y)
    lp = fit.coefficients[0] + x @ fit.coefficients[1:]
    residual = y - 1 / (1 + np.exp(-lp))
    assert residual.sum() == pytest.approx(0.0, abs=1e-8)
    assert (x.T @ residual) == pytest.approx([0.0, 0.0], abs=1e-6)
    design = np.column_stack([np.ones(200), x])
    weight = (1 / (1 + np.exp(-lp))) * (1 - 1 / (1 + np.exp(-lp)))
    expected = np.linalg.inv((design * weight[:, None]).T @ design)
    assert fit.covariance == pytest.approx(expected, rel=1e-6)


def test_a_logistic_fit_that_starts_at_its_end_is_there_at_once(monkeypatch):
    rng = np.random.default_rng(4)
    x = rng.normal(5.0, 2.0, size=(200, 2))
    y = (rng.random(200) < 1 / (1 + np.exp(-(x[:, 0] - 5.0)))).astype(float)
    whole = fit_logistic(x, y).coefficients
    monkeypatch.setattr("hiprisk.learning.unpenalised.MAX_STEPS", 2)
    again = fit_logistic(x, y, start=whole).coefficients
    assert again == pytest.approx(whole, rel=1e-10)
    with pytest.raises(InputError, match="did not converge in 2 steps"):
        fit_logistic(x, y)


@pytest.mark.parametrize("fit", [fit_ols, fit_logistic])
def test_a_combination_of_columns_is_refused(fit):
    x = np.random.default_rng(0).normal(size=(30, 2))
    y = (x[:, 0] > 0.3 * x[:, 1]).astype(float)
    with pytest.raises(InputError, match="combination of others"):
        fit(np.column_stack([x, x.sum(axis=1)]), y)


def test_perfectly_separated_classes_are_refused():
    x = np.linspace(-1, 1, 40)[:, None]
    with pytest.raises(InputError, match=r"separate the two classes|combination"):
        fit_logistic(x, (x[:, 0] > 0).astype(float))


def test_least_squares_equals_lstsq_and_its_covariance():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    design = np.column_stack([np.ones(40), x])
    beta, squares, *_ = np.linalg.lstsq(design, y, rcond=None)
    fit = fit_ols(x, y)
    assert fit.coefficients == pytest.approx(beta, rel=1e-10)
    assert fit.covariance == pytest.approx(
        squares[0] / 36 * np.linalg.inv(design.T @ design), rel=1e-9
    )


def test_one_class_is_told_apart_from_separation():
    with pytest.raises(InputError, match="one class only"):
        fit_logistic(np.arange(6.0)[:, None], np.ones(6))


def test_a_level_without_events_separates_and_is_no_combination_of_others():
    # 0 of 5 with the level and 10 of 20 without: quasi-complete, steps that never end.
    level = np.array([1.0] * 5 + [0.0] * 20)
    y = np.array([0.0] * 15 + [1.0] * 10)
    age = np.random.default_rng(0).normal(60.0, 8.0, 25)
    with pytest.raises(SeparationError, match="separate the two classes") as refused:
        fit_logistic(np.column_stack([age, level]), y)
    assert 1 in refused.value.columns
    assert refused.value.code == "DEGENERATE"


@pytest.mark.parametrize("far", [20.0, -200.0, 3000.0])
def test_a_far_start_reports_no_separation_where_there_is_none(far):
    x, y, _ = people()
    event = (y + np.random.default_rng(1).normal(scale=4.0, size=len(y)) > 5).astype(float)
    cold = fit_logistic(x, event).coefficients
    np.testing.assert_allclose(
        fit_logistic(x, event, start=np.full(3, far)).coefficients, cold, rtol=1e-9
    )


def test_steps_that_would_cycle_are_halved_until_they_gain():
    # Newton's full steps from here pass the maximum, log 3 = 1.0986, and never come back.
    y = np.array([1.0] * 3 + [0.0])
    found = maximise_likelihood(np.ones((4, 1)), y, np.ones(4), start=np.array([-4.0]))
    assert found.coefficients[0] == pytest.approx(np.log(3.0), rel=1e-12)


def test_a_large_coefficient_is_no_separation():
    # One in 100,000 has x = 1, and log odds of 12 either side of 0: nothing separates.
    w = np.array([162755.0, 1.0, 1.0, 162755.0])
    fit = fit_logistic(np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0.0, 1.0, 0.0, 1.0]),
                       weights=w)  # fmt: skip
    assert fit.coefficients[1] == pytest.approx(2.0 * np.log(162755.0), rel=1e-9)
