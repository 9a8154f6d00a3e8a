"""Fits of a study with intercepts of sites, over its imputations."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.linear import fit_linear, plan_terms
from hiprisk.learning.sites.fitting import StudySites, fit_with_sites
from hiprisk.learning.sites.linear_mixed import fit_linear_mixed
from hiprisk.learning.sites.logistic_mixed import fit_logistic_mixed

NAMES = ("age", "pain", "male")
PLAIN = {"penalty": 0.0, "l1_share": 0.0, "spline_knots": 0}
PENALISED = {"penalty": 0.05, "l1_share": 0.0, "spline_knots": 0}


def parts(people: pd.DataFrame, outcome: str = "score"):
    return people[list(NAMES)].to_numpy(float), people[outcome].to_numpy(float), sites_of(people)


def sites_of(people: pd.DataFrame) -> np.ndarray:
    return people.site.to_numpy() - 1


def fit(stack, y, sites, params, *, n_named=0, link="identity"):
    names = list(NAMES)
    if n_named:
        levels = np.arange(1, n_named)
        stack = [np.column_stack([part, sites[:, np.newaxis] == levels]) for part in stack]
        names += [f"site={level}" for level in levels]
    plan = plan_terms(names, stack, splines=(), n_knots=0)
    given = StudySites(sites, n_named)
    return fit_with_sites(stack, y, given, plan=plan, params=params, link=link), stack


def test_unnamed_sites_have_the_mean_intercept_and_its_covariance(people: pd.DataFrame) -> None:
    inputs, y, sites = parts(people)
    found, _ = fit([inputs], y, sites, PLAIN)
    expected = fit_linear_mixed(inputs, y, sites)
    assert found.coefficients == pytest.approx(expected.coefficients)
    assert found.covariance == pytest.approx(expected.covariance)
    assert found.site_variance == pytest.approx(expected.site_variance)


@pytest.mark.parametrize(("outcome", "link"), [("score", "identity"), ("worse", "logit")])
def test_named_site_is_predicted_at_its_shrunken_intercept(
    people: pd.DataFrame, outcome: str, link: str
) -> None:
    inputs, y, sites = parts(people, outcome)
    found, stack = fit([inputs], y, sites, PLAIN, n_named=12, link=link)
    alone = {"identity": fit_linear_mixed, "logit": fit_logistic_mixed}[link](inputs, y, sites)
    expected = alone.coefficients[0] + inputs @ alone.coefficients[1:] + alone.intercepts[sites]
    assert found.linear_predictor(stack[0]) == pytest.approx(expected)
    assert found.mean_intercept == pytest.approx(alone.coefficients[0])
    assert found.covariance is None


def test_named_site_without_rows_has_the_mean_intercept(people: pd.DataFrame) -> None:
    inputs, y, sites = parts(people)
    kept = sites != 4
    found, _ = fit([inputs[kept]], y[kept], sites[kept], PLAIN, n_named=12)
    # Three predictors, then sites 1 to 11.
    of_site = found.coefficients[0] + found.coefficients[3 + 4]
    assert of_site == pytest.approx(found.mean_intercept)


def test_people_without_a_site_are_one_more_site_without_a_name(people: pd.DataFrame) -> None:
    inputs, y, sites = parts(people)
    unknown = np.where(sites == 11, -1, sites)
    found, _ = fit([inputs], y, unknown, PLAIN, n_named=11)
    whole, _ = fit([inputs], y, sites, PLAIN, n_named=12)
    assert found.coefficients == pytest.approx(whole.coefficients[:-1])


def test_imputations_are_pooled_by_rubin(people: pd.DataFrame) -> None:
    inputs, y, sites = parts(people)
    stack = [inputs, inputs + np.linspace(0.0, 1.0, len(y))[:, np.newaxis]]
    found, _ = fit(stack, y, sites, PLAIN)
    fits = [fit_linear_mixed(part, y, sites) for part in stack]
    pooled = pool_estimates(
        np.array([one.coefficients for one in fits]),
        np.array([one.covariance for one in fits]),
        complete_df=len(y) - 4,
    )
    assert found.coefficients == pytest.approx(pooled.estimate)
    assert found.covariance == pytest.approx(pooled.total)
    assert found.site_variance == pytest.approx(np.mean([one.site_variance for one in fits]))


@pytest.mark.parametrize(
    ("outcome", "link", "l1_share"),
    [("flat", "identity", 0.0), ("flat", "identity", 0.5), ("worse", "logit", 0.0)],
)
def test_penalised_fit_of_sites_that_do_not_differ_is_the_one_without_sites(
    people: pd.DataFrame, outcome: str, link: str, l1_share: float
) -> None:
    inputs, y, sites = parts(people, outcome)
    # A column that does not vary gets no coefficient.
    inputs = np.column_stack([inputs[:, :2], np.ones(len(y))])
    if link == "logit":
        sites = np.zeros(len(y), int)
    params = {**PENALISED, "l1_share": l1_share}
    found, _ = fit([inputs], y, sites, params, link=link)
    plan = plan_terms(NAMES, [inputs], splines=(), n_knots=0)
    expected = fit_linear([inputs], y, plan=plan, params=params, link=link)
    assert found.site_variance == 0.0
    assert found.coefficients == pytest.approx(expected.coefficients, rel=1e-5, abs=1e-9)


def test_elastic_net_of_no_weight_is_generalised_least_squares(people: pd.DataFrame) -> None:
    inputs, y, sites = parts(people)
    params = {"penalty": 1e-9, "l1_share": 0.5, "spline_knots": 0}
    found, _ = fit([inputs], y, sites, params)
    expected = fit_linear_mixed(inputs, y, sites)
    assert found.coefficients == pytest.approx(expected.coefficients, rel=1e-5)
    assert found.site_variance == pytest.approx(expected.site_variance, rel=0.05)


def test_variance_that_residuals_at_known_sites_lack_of_new_ones() -> None:
    # Four sites of ten: 1/4 from the mean intercept, which new sites differ from, and 1/4 from
    # residuals, which it was fitted to.
    sites = np.repeat(np.arange(4), 10)
    y = 3.0 * sites + np.tile(np.linspace(-1.0, 1.0, 10), 4)
    found, _ = fit([np.tile(np.eye(3), (14, 1))[:40]], y, sites, PENALISED)
    assert found.intercept_error == pytest.approx(found.site_variance / 2.0)
