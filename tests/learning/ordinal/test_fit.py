"""The ordinal model type: pooled imputations, values that a resample lacks, the mean."""

import numpy as np
import pytest

from hiprisk.learning.linear import plan_terms
from hiprisk.learning.ordinal.fit import fit_ordinal, over_values
from hiprisk.learning.ordinal.maximum import fit_cumulative

RNG = np.random.default_rng(7)
X = [RNG.normal(size=(80, 2)) * [1.0, 7.0] + [0.0, 50.0] for _ in range(2)]
Y = np.clip(np.round(4.0 + X[0][:, 0] + RNG.logistic(size=80)), 0.0, 8.0)


def _plan(stack, n_knots=0):
    return plan_terms(["a", "b"], stack, splines=("b",), n_knots=n_knots)


def test_one_unpenalised_data_set_is_the_plain_fit():
    fit = fit_ordinal(X[:1], Y, plan=_plan(X[:1]), params={"penalty": 0.0})
    plain = fit_cumulative(X[0], Y)
    assert fit.intercepts == pytest.approx(plain.intercepts, rel=1e-8)
    assert fit.slopes == pytest.approx(plain.coefficients, rel=1e-8)
    assert fit.covariance == pytest.approx(plain.covariance(), rel=1e-7)


def test_imputations_are_averaged_and_their_covariance_is_rubins():
    fit = fit_ordinal(X, Y, plan=_plan(X), params={"penalty": 0.0})
    own = [fit_cumulative(part, Y) for part in X]
    assert fit.slopes == pytest.approx(np.mean([one.coefficients for one in own], axis=0))
    between = np.var([one.coefficients[0] for one in own], ddof=1)
    place = len(fit.intercepts)
    within = np.mean([one.covariance()[place, place] for one in own])
    assert fit.covariance[place, place] == pytest.approx(within + 1.5 * between)


def test_a_penalty_is_one_of_standardised_functions():
    fit = fit_ordinal(X[:1], Y, plan=_plan(X[:1]), params={"penalty": 0.2})
    center, spread = X[0].mean(axis=0), X[0].std(axis=0)
    plain = fit_cumulative((X[0] - center) / spread, Y, penalty=0.2)
    assert fit.slopes == pytest.approx(plain.coefficients / spread)
    assert fit.covariance is None


def test_a_column_that_never_varies_gets_no_coefficient_under_a_penalty():
    stack = [np.column_stack([X[0][:, 0], np.full(80, 3.0)])]
    fit = fit_ordinal(stack, Y, plan=_plan(stack), params={"penalty": 0.1})
    assert fit.slopes[1] == 0.0
    assert fit.slopes[0] > 0.0


def test_the_mean_is_that_of_the_distribution():
    fit = fit_ordinal(X, Y, plan=_plan(X, 4), params={"penalty": 0.1})
    lp = fit.predictor(X[0])
    at_least = fit.at_least(lp)
    chances = -np.diff(at_least, axis=1, prepend=1.0, append=0.0)
    assert chances.min() > 0.0
    assert fit.expected(lp) == pytest.approx(chances @ fit.values, rel=1e-12)
    assert fit.linear_predictor(X[0]) == pytest.approx(chances @ fit.values, rel=1e-12)
    # The mean score is reproduced, nearly: a property of logistic models, here under a penalty.
    assert fit.expected(lp).mean() == pytest.approx(Y.mean(), abs=0.1)


def test_a_value_that_does_not_occur_has_no_chance():
    fit = fit_ordinal(X[:1], Y, plan=_plan(X[:1]), params={"penalty": 0.1})
    lacking = np.array([-2.0, -1.0, *fit.values[:3], fit.values[2] + 0.5, *fit.values[3:], 99.0])
    wide = over_values(fit, lacking)
    lp = fit.predictor(X[0])
    chances = -np.diff(wide.at_least(lp), axis=1, prepend=1.0, append=0.0)
    new = ~np.isin(lacking, fit.values)
    assert np.abs(chances[:, new]).max() < 1e-12
    assert wide.expected(lp) == pytest.approx(fit.expected(lp), rel=1e-12)
    assert np.isfinite(wide.intercepts).all()
    assert (np.diff(wide.intercepts) <= 0.0).all()
