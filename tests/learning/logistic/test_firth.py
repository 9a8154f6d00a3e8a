"""Firth's penalty by hand on tables, and against brglm2 and firthmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from hiprisk.errors import InputError
from hiprisk.learning.logistic.firth import fit_firth, profile_interval

TESTS = Path(__file__).parents[2]
ORACLE = pd.read_csv(TESTS / "oracles" / "firth_separated.csv", comment="#")
# 5 of 5 exposed and 10 of 20 others have the event.
EXPOSED = np.r_[np.ones(5), np.zeros(20)][:, None]
EVENT = np.r_[np.ones(15), np.zeros(10)]
ONE = np.array([0.0, 1.0])


@pytest.fixture(scope="module")
def separated():
    d = pd.read_csv(TESTS / "cases" / "separation_misnamed" / "confsep.csv")
    columns = [
        d["lbp_any"] == "yes",
        d["age_years"],
        d["sex"] == "male",
        d["education"] == "medium",
        d["education"] == "high",
    ]
    return np.column_stack(columns).astype(float), (d["worsened"] == "yes").to_numpy(float)


@pytest.mark.parametrize("place", range(5))
def test_estimates_and_profiles_equal_brglm2_and_firthmodels(separated, place):
    columns, y = separated
    theirs = ORACLE.iloc[place]
    fit = fit_firth(columns, y, np.eye(6)[1 + place])
    # brglm2 stopped at 1e-12 of the score, not of the estimate.
    assert fit.estimate == pytest.approx(theirs["estimate"], rel=1e-8)
    assert fit.se == pytest.approx(theirs["se"], rel=1e-8)
    assert profile_interval([fit]) == pytest.approx((theirs["low"], theirs["high"]), abs=2e-8)


@pytest.mark.parametrize("place", [0, 2, 3, 4])
def test_the_signed_root_at_0_is_the_penalised_likelihood_ratio_test(separated, place):
    columns, y = separated
    statistic = fit_firth(columns, y, np.eye(6)[1 + place]).signed_root(0.0) ** 2
    assert stats.chi2.sf(statistic, 1) == pytest.approx(ORACLE["p"][place], abs=2e-8)


def test_a_table_has_its_log_odds_ratio_with_one_half_in_each_cell():
    fit = fit_firth(EXPOSED, EVENT, ONE)
    assert fit.estimate == pytest.approx(np.log(5.5 * 10.5 / (0.5 * 10.5)), rel=1e-8)


def test_the_profile_interval_of_a_table_by_hand():
    # The penalised likelihood of two binomials is that of 5.5 of 6 and 10.5 of 21.
    def penalised(alpha, theta):
        return (
            10.5 * alpha - 21.0 * np.logaddexp(0.0, alpha)
            + 5.5 * (alpha + theta) - 6.0 * np.logaddexp(0.0, alpha + theta)
        )  # fmt: skip

    def profile(theta):
        return -optimize.minimize_scalar(
            lambda alpha: -penalised(alpha, theta), bounds=(-6, 6), method="bounded",
            options={"xatol": 1e-11},
        ).fun  # fmt: skip

    top = penalised(0.0, np.log(11.0))
    for end in profile_interval([fit_firth(EXPOSED, EVENT, ONE)]):
        assert 2.0 * (top - profile(end)) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-6)


def test_a_combination_of_coefficients_is_that_of_another_reference(separated):
    columns, y = separated
    # high against medium, both of them against low: as a coefficient with medium as the reference.
    fit = fit_firth(columns, y, np.array([0.0, 0.0, 0.0, 0.0, -1.0, 1.0]))
    low = 1.0 - columns[:, 3] - columns[:, 4]
    other = fit_firth(np.column_stack([columns[:, [0, 1, 2, 4]], low]), y, np.eye(6)[4])
    assert fit.estimate == pytest.approx(other.estimate, rel=1e-7)
    assert profile_interval([fit]) == pytest.approx(profile_interval([other]), rel=1e-7)


def test_a_unit_moves_the_effect_and_nothing_else(separated):
    columns, y = separated
    years, months = (fit_firth(columns * [1, k, 1, 1, 1], y, np.eye(6)[2]) for k in (1.0, 12.0))
    assert months.estimate * 12.0 == pytest.approx(years.estimate, rel=1e-7)
    assert months.signed_root(0.0) == pytest.approx(years.signed_root(0.0), rel=1e-6)


def test_the_interval_of_equal_imputations_is_that_of_one(separated):
    columns, y = separated
    fit = fit_firth(columns, y, np.eye(6)[1])
    assert profile_interval([fit, fit]) == pytest.approx(profile_interval([fit]), abs=1e-8)


def test_the_combined_profile_averages_distributions():
    fits = [fit_firth(EXPOSED, EVENT, ONE), fit_firth(EXPOSED, np.r_[0.0, EVENT[1:]], ONE)]
    low, high = profile_interval(fits)
    for end, p in ((low, 0.025), (high, 0.975)):
        assert np.mean([stats.norm.cdf(one.signed_root(end)) for one in fits]) == pytest.approx(p)


def test_one_class_and_a_combination_of_columns_are_refused():
    with pytest.raises(InputError, match="one class only"):
        fit_firth(EXPOSED, np.ones(25), ONE)
    with pytest.raises(InputError, match="linear combination of others"):
        fit_firth(np.column_stack([EXPOSED, 1.0 - EXPOSED]), EVENT, np.array([0.0, 1.0, 0.0]))
