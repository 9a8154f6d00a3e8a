"""Cumulative link models against rms::orm, by hand, and where there is no estimate."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special

from hiprisk.errors import InputError
from hiprisk.learning.logistic.separation import SeparationError
from hiprisk.learning.ordinal.links import LINKS
from hiprisk.learning.ordinal.maximum import fit_cumulative
from hiprisk.learning.unpenalised import fit_logistic

ORACLES = Path(__file__).parents[2] / "oracles"
FITS = json.loads((ORACLES / "ordinal_orm.json").read_text())["fits"]
ROWS = pd.read_csv(ORACLES / "ordinal_orm_data.csv", comment="#")


def _named(fit):
    return f"{fit['study']}-{fit['link']}-{fit['penalty']}"


@pytest.mark.parametrize("theirs", FITS, ids=map(_named, FITS))
def test_it_equals_orm(theirs):
    own = ROWS[ROWS["study"] == theirs["study"]]
    fit = fit_cumulative(
        own[["a", "b", "c"]].to_numpy(float),
        own["y"].to_numpy(float),
        link=theirs["link"],
        penalty=theirs["penalty"],
    )
    assert fit.values.tolist() == theirs["values"]
    # Both stop at about 1e-10.
    assert fit.intercepts == pytest.approx(theirs["intercepts"], abs=1e-8)
    assert fit.coefficients == pytest.approx(theirs["coefficients"], abs=1e-8)
    # All of it would be 10,000 numbers: the middle intercept stands for its fellows.
    kept = [len(fit.intercepts) // 2, *(len(fit.intercepts) + np.arange(3))]
    own = fit.covariance()[np.ix_(kept, kept)]
    assert own.ravel() == pytest.approx(theirs["covariance"], rel=1e-7)
    assert fit.log_likelihood == pytest.approx(theirs["log_likelihood"], rel=1e-12)


def test_two_values_are_a_logistic_regression():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(70, 2)) * [1.0, 9.0], rng.integers(0, 2, 70).astype(float)
    fit, logistic = fit_cumulative(x, y), fit_logistic(x, y)
    assert np.r_[fit.intercepts, fit.coefficients] == pytest.approx(logistic.coefficients, rel=1e-8)
    assert fit.covariance() == pytest.approx(logistic.covariance, rel=1e-8)
    assert fit.log_likelihood == pytest.approx(logistic.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("link", LINKS)
def test_without_predictors_it_is_the_empirical_distribution(link):
    # 2, 3 and 5 of 10 people.
    y = np.repeat([0.0, 4.0, 10.0], [2, 3, 5])
    fit = fit_cumulative(np.empty((10, 0)), y, link=link)
    assert LINKS[link].cdf(fit.intercepts) == pytest.approx([0.8, 0.5], rel=1e-12)
    assert fit.log_likelihood == pytest.approx(2 * np.log(0.2) + 3 * np.log(0.3) + 5 * np.log(0.5))
    if link == "logit":
        assert fit.intercepts == pytest.approx(special.logit([0.8, 0.5]))
        # 1 / (n p (1 - p)), as of a proportion.
        assert np.diag(fit.covariance()) == pytest.approx([1 / 1.6, 1 / 2.5])


@pytest.mark.parametrize("link", LINKS)
def test_a_penalised_fit_is_where_the_penalised_score_is_zero(link):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(60, 2)), rng.integers(0, 4, 60).astype(float)
    fit = fit_cumulative(x, y, link=link, penalty=0.3)

    def penalised(coefficients):
        upper = np.r_[np.inf, fit.intercepts][y.astype(int)] + x @ coefficients
        lower = np.r_[fit.intercepts, -np.inf][y.astype(int)] + x @ coefficients
        chance = LINKS[link].cdf(upper) - LINKS[link].cdf(lower)
        return np.log(chance).sum() - 0.5 * 0.3 * 60 * coefficients @ coefficients

    for step in 1e-5 * np.eye(2):
        slope = penalised(fit.coefficients + step) - penalised(fit.coefficients - step)
        assert slope == pytest.approx(0.0, abs=1e-9)


def test_values_that_a_predictor_orders_have_no_estimate_but_under_a_penalty():
    x = np.arange(12.0)[:, None]
    y = np.repeat([0.0, 1.0, 2.0], 4)
    with pytest.raises(SeparationError, match="separate values of the outcome") as refusal:
        fit_cumulative(x, y)
    assert refusal.value.columns == (0,)
    assert np.isfinite(fit_cumulative(x, y, penalty=0.01).coefficients).all()


def test_a_level_whose_people_all_have_the_lowest_value_has_no_estimate():
    rng = np.random.default_rng(4)
    level = np.repeat([1.0, 0.0], [4, 36])
    y = np.r_[np.zeros(4), rng.integers(0, 4, 36)]
    with pytest.raises(SeparationError, match="separate") as refusal:
        fit_cumulative(np.column_stack([rng.normal(size=40), level]), y)
    assert refusal.value.columns == (1,)


def test_a_redundant_column_is_refused_by_name():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(40, 2))
    with pytest.raises(InputError, match="linear combination"):
        fit_cumulative(np.column_stack([x, x.sum(axis=1)]), rng.integers(0, 4, 40).astype(float))


def test_one_value_is_refused():
    with pytest.raises(InputError, match="one value only") as refusal:
        fit_cumulative(np.ones((5, 1)), np.full(5, 3.0))
    assert refusal.value.code == "DEGENERATE"


def test_a_continuous_outcome_has_as_many_intercepts_as_people_less_one():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(300, 2))
    y = x[:, 0] + rng.logistic(size=300)
    fit = fit_cumulative(x, y)
    assert len(fit.intercepts) == 299
    assert (np.diff(fit.intercepts) < 0).all()
    assert fit.coefficients == pytest.approx([1.0, 0.0], abs=0.25)
