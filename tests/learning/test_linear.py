"""Penalised and unpenalised linear models."""

import numpy as np
import pytest

from hiprisk.learning.linear import fit_linear, plan_terms


def test_an_unpenalised_fit_equals_least_squares():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 3)) * [1, 5, 0.1], rng.normal(size=80)
    plan = plan_terms(["a", "b", "c"], [x], splines=(), n_knots=0)
    fit = fit_linear([x], y, plan=plan, params={"penalty": 0.0, "l1_share": 0.0}, link="identity")
    beta, *_ = np.linalg.lstsq(np.column_stack([np.ones(80), x]), y, rcond=None)
    assert fit.coefficients == pytest.approx(beta, rel=1e-9)
    assert fit.covariance is not None


def test_a_vanishing_penalty_approaches_least_squares():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 2)), rng.normal(size=80)
    plan = plan_terms(["a", "b"], [x], splines=(), n_knots=0)
    beta, *_ = np.linalg.lstsq(np.column_stack([np.ones(80), x]), y, rcond=None)
    for l1_share in (0.0, 0.5):
        params = {"penalty": 1e-9, "l1_share": l1_share}
        fit = fit_linear([x], y, plan=plan, params=params, link="identity")
        assert fit.coefficients == pytest.approx(beta, abs=1e-6)


def test_a_ridge_equals_its_closed_form():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    plan = plan_terms(["a", "b"], [x], splines=(), n_knots=0)
    params = {"penalty": 0.3, "l1_share": 0.0}
    fit = fit_linear([x], y, plan=plan, params=params, link="identity")
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    expected = np.linalg.solve(z.T @ z + 0.3 * 60 * np.eye(2), z.T @ (y - y.mean()))
    assert fit.coefficients[1:] == pytest.approx(expected / x.std(axis=0), rel=1e-9)


def test_penalised_imputations_are_averaged():
    rng = np.random.default_rng(1)
    x = [rng.normal(size=(60, 2)) for _ in range(3)]
    y = rng.normal(size=60)
    plan = plan_terms(["a", "b"], x, splines=(), n_knots=0)
    params = {"penalty": 0.1, "l1_share": 0.0}
    pooled = fit_linear(x, y, plan=plan, params=params, link="identity")
    together = np.concatenate(x)
    center, spread = together.mean(axis=0), together.std(axis=0)
    slopes = []
    for part in x:
        z = (part - center) / spread
        z0 = z - z.mean(axis=0)
        slopes.append(np.linalg.solve(z0.T @ z0 + 6 * np.eye(2), z0.T @ (y - y.mean())) / spread)
    assert pooled.coefficients[1:] == pytest.approx(np.mean(slopes, axis=0), rel=1e-9)


def test_a_column_that_never_varies_gets_no_coefficient():
    x = np.column_stack([np.random.default_rng(0).normal(size=40), np.full(40, 7.0)])
    plan = plan_terms(["a", "b"], [x], splines=(), n_knots=0)
    params = {"penalty": 0.1, "l1_share": 0.0}
    fit = fit_linear([x], x[:, 0] * 2.0, plan=plan, params=params, link="identity")
    assert fit.coefficients[2] == 0.0
