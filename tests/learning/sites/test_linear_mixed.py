"""Random intercepts by restricted maximum likelihood, against lme4 and by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.linear import fit_linear, plan_terms
from hiprisk.learning.sites.grouping import RandomInterceptFit, group_rows
from hiprisk.learning.sites.linear_mixed import fit_linear_mixed, partly_demeaned
from hiprisk.learning.unpenalised import fit_ols

COLUMNS = ["age", "pain", "male"]


def fitted(people: pd.DataFrame, outcome: str, **options: float) -> RandomInterceptFit:
    return fit_linear_mixed(
        people[COLUMNS].to_numpy(float), people[outcome].to_numpy(), people.site.to_numpy(),
        **options,
    )  # fmt: skip


@pytest.mark.parametrize(("part", "outcome"), [("linear", "score"), ("boundary", "flat")])
def test_every_figure_is_that_of_lme4(
    people: pd.DataFrame, lme4: dict[str, Any], part: str, outcome: str
) -> None:
    got, expected = fitted(people, outcome), lme4[part]
    assert got.coefficients == pytest.approx(expected["coefficients"], rel=1e-6)
    assert got.covariance == pytest.approx(expected["covariance"], rel=1e-5, abs=1e-9)
    assert got.site_variance == pytest.approx(float(expected["site_variance"][0]), rel=1e-5)
    assert got.residual_variance == pytest.approx(float(expected["residual_variance"][0]), rel=1e-6)
    assert got.intercepts == pytest.approx(expected["intercepts"], rel=1e-5, abs=1e-9)
    assert got.log_likelihood == pytest.approx(float(expected["log_likelihood"][0]), rel=1e-9)


def test_balanced_sites_have_the_variances_of_the_one_way_table() -> None:
    # Three sites of two: means 2, 6, 10; within squares 2 each, so MSW 2; MSB 2 * 32 / 2 = 32.
    y = np.array([1.0, 3, 5, 7, 9, 11])
    got = fit_linear_mixed(np.empty((6, 0)), y, np.array([0, 0, 1, 1, 2, 2]))
    assert got.residual_variance == pytest.approx(2.0, rel=1e-6)
    assert got.site_variance == pytest.approx((32.0 - 2.0) / 2.0, rel=1e-6)
    # Shrunken by 1 - MSW / MSB.
    assert got.intercepts == pytest.approx(
        np.array([-4.0, 0, 4]) * (1 - 2 / 32), rel=1e-6, abs=1e-9
    )
    assert got.covariance[0, 0] == pytest.approx(32.0 / 6.0, rel=1e-6)


def test_sites_that_differ_by_no_more_than_chance_have_least_squares(people: pd.DataFrame) -> None:
    plain = fit_ols(people[COLUMNS].to_numpy(float), people.flat.to_numpy())
    got = fitted(people, "flat")
    assert got.site_variance == 0.0
    assert not got.intercepts.any()
    assert got.coefficients == pytest.approx(plain.coefficients, rel=1e-9)
    assert got.covariance == pytest.approx(plain.covariance, rel=1e-8)


@pytest.mark.parametrize("sites", [np.zeros(6, int), np.arange(6)], ids=["one", "of one each"])
def test_variance_that_cannot_be_told_is_0(sites: np.ndarray) -> None:
    x = np.array([[0.0], [1], [2], [3], [4], [6]])
    y = np.array([1.0, 2, 2, 5, 4, 9])
    got = fit_linear_mixed(x, y, sites)
    assert got.site_variance == 0.0
    assert got.coefficients == pytest.approx(fit_ols(x, y).coefficients, rel=1e-9)


def test_column_that_is_a_combination_of_others_is_refused(people: pd.DataFrame) -> None:
    twice = people[["age", "age"]].to_numpy(float)
    with pytest.raises(InputError, match="does not vary or is a linear combination"):
        fit_linear_mixed(twice, people.score.to_numpy(), people.site.to_numpy())
    with pytest.raises(InputError, match="does not vary or is a linear combination"):
        fit_linear_mixed(np.array([[1.0], [2]]), np.array([1.0, 2]), np.array([0, 0]))


def test_ridge_holds_columns_that_nothing_else_would(people: pd.DataFrame) -> None:
    twice = people[["age", "age"]].to_numpy(float)
    got = fit_linear_mixed(twice, people.score.to_numpy(), people.site.to_numpy(), ridge=1.0)
    assert got.coefficients[1] == pytest.approx(got.coefficients[2], rel=1e-9)


def test_ridge_without_sites_is_ridge_regression(people: pd.DataFrame) -> None:
    inputs = people[COLUMNS].to_numpy(float)
    inputs = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    y = people.score.to_numpy()
    y = (y - y.mean()) / y.std()
    plan = plan_terms(COLUMNS, [inputs], splines=(), n_knots=0)
    plain = fit_linear(
        [inputs], y, plan=plan, params={"penalty": 0.2, "l1_share": 0.0}, link="identity"
    )
    got = fit_linear_mixed(inputs, y, np.zeros(len(y), int), ridge=0.2 * len(y))
    assert got.coefficients == pytest.approx(plain.coefficients, rel=1e-9, abs=1e-12)


def test_least_squares_of_partly_demeaned_rows_is_the_generalised(people: pd.DataFrame) -> None:
    got, grouping = fitted(people, "score"), group_rows(people.site.to_numpy())
    assert got.residual_variance is not None
    ratio = got.site_variance / got.residual_variance
    design = np.column_stack([np.ones(len(people)), people[COLUMNS].to_numpy(float)])
    treated = partly_demeaned(design, grouping, ratio=ratio)
    y = partly_demeaned(people.score.to_numpy(), grouping, ratio=ratio)
    assert np.linalg.lstsq(treated, y)[0] == pytest.approx(got.coefficients, rel=1e-8)
