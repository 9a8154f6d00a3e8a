"""Random intercepts of a binary outcome by Laplace's approximation, against lme4."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.linear import fit_linear, plan_terms
from hiprisk.learning.logistic.separation import SeparationError
from hiprisk.learning.sites.grouping import RandomInterceptFit
from hiprisk.learning.sites.logistic_mixed import fit_logistic_mixed
from hiprisk.learning.unpenalised import fit_logistic

COLUMNS = ["age", "pain", "male"]


def case(people: pd.DataFrame, part: str) -> RandomInterceptFit:
    lp = np.log(people.risk / (1.0 - people.risk)).to_numpy()
    nothing = np.empty((len(people), 0))
    columns, offset = {
        "logistic": (people[COLUMNS].to_numpy(float), None),
        "intercept": (nothing, lp),
        "slope": (lp[:, np.newaxis], None),
    }[part]
    return fit_logistic_mixed(
        columns, people.worse.to_numpy(float), people.site.to_numpy(), offset=offset
    )


@pytest.mark.parametrize("part", ["logistic", "intercept", "slope"])
def test_every_figure_is_that_of_lme4(
    people: pd.DataFrame, lme4: dict[str, Any], part: str
) -> None:
    got, expected = case(people, part), lme4[part]
    # lme4's optimiser knows no derivatives, its curvature is a difference of differences.
    assert got.coefficients == pytest.approx(expected["coefficients"], rel=1e-4)
    assert got.covariance == pytest.approx(
        np.atleast_2d(expected["covariance"]), rel=1e-3, abs=1e-5
    )
    assert got.site_variance == pytest.approx(float(expected["site_variance"][0]), rel=3e-4)
    assert got.intercepts == pytest.approx(expected["intercepts"], rel=3e-4)
    assert got.log_likelihood == pytest.approx(float(expected["log_likelihood"][0]), rel=1e-8)


def test_sites_that_differ_by_no_more_than_chance_have_logistic_regression() -> None:
    x = np.tile([0.0, 1, 2, 3, 4, 5], 4)[:, np.newaxis]
    y = np.tile([0.0, 0, 1, 0, 1, 1], 4)
    got = fit_logistic_mixed(x, y, np.repeat([0, 1, 2, 3], 6))
    plain = fit_logistic(x, y)
    assert got.site_variance == 0.0
    assert got.coefficients == pytest.approx(plain.coefficients, rel=1e-6)
    assert got.covariance == pytest.approx(plain.covariance, rel=1e-5)
    assert got.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-10)


@pytest.mark.parametrize("sites", [np.zeros(24, int), np.arange(24)], ids=["one", "of one each"])
def test_variance_that_cannot_be_told_is_0(sites: np.ndarray) -> None:
    x = np.tile([0.0, 1, 2, 3, 4, 5], 4)[:, np.newaxis]
    y = np.tile([0.0, 0, 1, 0, 1, 1], 4)
    got = fit_logistic_mixed(x, y, sites)
    assert got.site_variance == 0.0
    assert got.coefficients == pytest.approx(fit_logistic(x, y).coefficients, rel=1e-6)


def test_site_without_events_is_shrunken(people: pd.DataFrame) -> None:
    got = case(people, "logistic")
    assert people.worse[people.site == 3].sum() == 0
    assert -2.0 < got.intercepts[got.sites.index(3)] < 0.0


def test_sites_that_separate_the_classes_are_refused() -> None:
    sites = np.repeat([0, 1, 2, 3], 30)
    with pytest.raises(InputError, match="the sites separate those with the event"):
        fit_logistic_mixed(np.empty((120, 0)), (sites > 1).astype(float), sites)


def test_columns_that_separate_the_classes_are_refused() -> None:
    x = np.arange(20.0)[:, np.newaxis]
    with pytest.raises(SeparationError, match="separate"):
        fit_logistic_mixed(x, (x[:, 0] > 9).astype(float), np.tile([0, 1], 10))


def test_one_class_is_refused() -> None:
    with pytest.raises(InputError, match="one class only"):
        fit_logistic_mixed(np.empty((4, 0)), np.ones(4), np.array([0, 0, 1, 1]))


def test_ridge_without_sites_is_penalised_logistic_regression(people: pd.DataFrame) -> None:
    inputs = people[COLUMNS].to_numpy(float)
    inputs = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    y = people.worse.to_numpy(float)
    plan = plan_terms(COLUMNS, [inputs], splines=(), n_knots=0)
    plain = fit_linear(
        [inputs], y, plan=plan, params={"penalty": 0.05, "l1_share": 0.0}, link="logit"
    )
    got = fit_logistic_mixed(inputs, y, np.zeros(len(y), int), ridge=0.05 * len(y))
    assert got.coefficients == pytest.approx(plain.coefficients, rel=1e-5)


def test_ridge_holds_columns_that_separate_the_classes() -> None:
    x = np.arange(20.0)[:, np.newaxis]
    got = fit_logistic_mixed(x, (x[:, 0] > 9).astype(float), np.tile([0, 1], 10), ridge=1.0)
    assert 0.0 < got.coefficients[1] < 5.0
