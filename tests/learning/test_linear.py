"""Penalised and unpenalised linear models."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.linear import fit_linear, plan_terms
from hiprisk.learning.unpenalised import fit_logistic, fit_ols


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


def fitted(x, y, *, params=None, link="identity", knots=0, splines=()):
    names = [f"x{i}" for i in range(x[0].shape[1])]
    plan = plan_terms(names, x, splines=splines, n_knots=knots)
    params = params or {"penalty": 0.0, "l1_share": 0.0}
    return fit_linear(x, y, plan=plan, params=params, link=link)


X = np.random.default_rng(2).normal(size=(90, 2))
EVENT = (np.random.default_rng(3).random(90) < 1 / (1 + np.exp(-X[:, 0]))).astype(float)


def test_unpenalised_imputations_are_pooled_by_rubins_rules():
    y = X[:, 0] + np.random.default_rng(4).normal(size=90)
    parts = [X, X + 0.1 * np.random.default_rng(5).normal(size=X.shape)]
    fits = [fit_ols(part, y) for part in parts]
    found = fitted(parts, y)
    assert found.coefficients == pytest.approx(np.mean([f.coefficients for f in fits], axis=0))
    within = np.mean([f.covariance for f in fits], axis=0)
    between = np.cov(np.array([f.coefficients for f in fits]), rowvar=False)
    assert found.covariance == pytest.approx(within + 1.5 * between)


def test_a_vanishing_penalty_of_a_risk_approaches_maximum_likelihood():
    expected = fit_logistic(X, EVENT).coefficients
    for l1_share in (0.0, 0.5):
        found = fitted([X], EVENT, params={"penalty": 1e-9, "l1_share": l1_share}, link="logit")
        assert found.coefficients == pytest.approx(expected, abs=1e-3)


def test_a_penalty_on_a_risk_draws_its_slopes_towards_zero():
    free, bound = (
        fitted([X], EVENT, params={"penalty": penalty, "l1_share": 0.0}, link="logit")
        for penalty in (1e-9, 1.0)
    )
    assert np.abs(bound.coefficients[1:]).sum() < 0.5 * np.abs(free.coefficients[1:]).sum()
    assert bound.covariance is None


@pytest.mark.parametrize(("link", "y", "message"), [
    ("identity", np.full(90, 4.0), "the outcome does not vary"),
    ("logit", np.ones(90), "the outcome has one class only"),
])  # fmt: skip
def test_an_outcome_that_never_varies_is_refused(link, y, message):
    with pytest.raises(InputError, match=message) as refused:
        fitted([X], y, params={"penalty": 0.1, "l1_share": 0.0}, link=link)
    assert refused.value.code == "DEGENERATE"


def test_columns_that_never_vary_leave_the_mean_or_the_log_odds():
    still = [np.full((90, 2), 3.0)]
    params = {"penalty": 0.1, "l1_share": 0.0}
    y = np.arange(90.0)
    assert fitted(still, y, params=params).coefficients == pytest.approx([44.5, 0.0, 0.0])
    share = EVENT.mean()
    expected = [np.log(share / (1 - share)), 0.0, 0.0]
    found = fitted(still, EVENT, params=params, link="logit")
    assert found.coefficients == pytest.approx(expected)


def test_a_fit_predicts_on_the_scale_of_its_inputs_and_writes_its_terms_down():
    y = 2.0 + 3.0 * X[:, 0] - X[:, 1]
    fit = fitted([X], y, knots=3, splines=("x0",))
    assert fit.linear_predictor(X) == pytest.approx(y)
    model = fit.to_model()
    assert [(term.column, term.basis, len(term.coefficients)) for term in model.terms] == [
        ("x0", "rcs", 2), ("x1", "linear", 1),
    ]  # fmt: skip
    assert model.intercept == fit.coefficients[0]
    assert model.refits is None


def test_refits_give_a_penalised_fit_its_covariance():
    fit = fitted([X], X[:, 0] + 1.0, params={"penalty": 0.1, "l1_share": 0.0})
    assert fit.to_model().covariance is None
    refits = np.random.default_rng(6).normal(size=(30, 3))
    model = fit.to_model(refits)
    assert np.array(model.covariance) == pytest.approx(np.cov(refits, rowvar=False))
    assert len(model.refits) == 30
    assert fit.to_model(refits[:1]).covariance is None
