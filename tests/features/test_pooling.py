"""Rubin's rules and pooled tests against R mice, mitml and psfmi, and counted by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.features.pooling import (
    likelihood_ratio_test,
    pool_estimates,
    pooled_chi_squared_test,
    pooled_likelihood_ratio_test,
    pooled_wald_test,
)
from hiprisk.learning.unpenalised import fit_logistic, fit_ols

ORACLE = Path(__file__).parents[1] / "oracles" / "mice_nhanes2_pooled.csv"


def mice_terms():
    return pd.read_csv(ORACLE, comment="#").to_dict("records")


@pytest.mark.parametrize("term", mice_terms(), ids=lambda t: t["term"])
def test_a_pooled_term_equals_mice(term):
    # Five estimates with mice's between-variance and mean; every one has the within-variance.
    spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) * np.sqrt(term["b"] / 2.5)
    pooled = pool_estimates(
        (term["estimate"] + spread)[:, None], np.full((5, 1, 1), term["ubar"]),
        complete_df=term["dfcom"],
    )  # fmt: skip
    assert pooled.estimate[0] == pytest.approx(term["estimate"], rel=1e-12)
    assert pooled.se[0] == pytest.approx(term["std.error"], rel=1e-9)
    assert pooled.df[0] == pytest.approx(term["df"], rel=1e-9)
    assert pooled.riv[0] == pytest.approx(term["riv"], rel=1e-9)
    assert pooled.share_missing[0] == pytest.approx(term["lambda"], rel=1e-9)
    assert pooled.fmi[0] == pytest.approx(term["fmi"], rel=1e-9)


def test_equal_imputations_add_no_variance():
    covariance = np.array([[2.0, 0.1], [0.1, 1.0]])
    pooled = pool_estimates(np.ones((4, 2)), np.tile(covariance, (4, 1, 1)), complete_df=50)
    assert pooled.total == pytest.approx(covariance)
    assert pooled.riv == pytest.approx([0.0, 0.0])
    # Barnard and Rubin: the degrees of freedom of complete data, a little less.
    assert pooled.df == pytest.approx([51 / 53 * 50] * 2)


def test_one_imputation_cannot_be_pooled():
    with pytest.raises(InputError, match="at least two imputations"):
        pool_estimates(np.ones((1, 2)), np.ones((1, 2, 2)), complete_df=10)


@pytest.fixture(scope="module")
def back_pain(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_lbpmilr.csv")
    return [data[data["Impnr"] == number] for number in range(1, 6)]


def pooled_fit(parts, fit, outcome, predictors):
    fits = [fit(part[predictors].to_numpy(float), part[outcome].to_numpy(float)) for part in parts]
    return pool_estimates(
        [one.coefficients for one in fits],
        [one.covariance for one in fits],
        complete_df=len(parts[0]) - len(predictors) - 1,
    )


@pytest.mark.real
def test_pooled_logistic_coefficients_equal_psfmi(back_pain):
    names = ["Gender", "Pain", "Tampascale", "Smoking", "Function", "Radiation", "Age",
             "Duration", "BMI"]  # fmt: skip
    printed = [-5.951990403, -0.300998171, 0.533421791, 0.104519460, 0.168974909, -0.063384729,
               0.256421438, -0.014809697, -0.001136425, 0.006379084]  # fmt: skip
    pooled = pooled_fit(back_pain, fit_logistic, "Chronic", names)
    assert np.abs(pooled.estimate - printed).max() < 1e-6


@pytest.mark.real
def test_pooled_logistic_table_equals_psfmi(back_pain):
    names = ["Gender", "Smoking", "Function", "JobControl", "JobDemands", "SocialSupport"]
    pooled = pooled_fit(back_pain, fit_logistic, "Chronic", names)
    assert pooled.estimate[3] == pytest.approx(-0.14188458, abs=1e-7)
    assert pooled.se[3] == pytest.approx(0.04337897, abs=1e-6)
    assert pooled.df[3] == pytest.approx(132.02927, rel=1e-4)


@pytest.mark.real
def test_pooled_linear_table_equals_psfmi(back_pain):
    names = ["Gender", "Smoking", "Function", "JobControl", "JobDemands", "SocialSupport"]
    pooled = pooled_fit(back_pain, fit_ols, "Pain", names)
    assert pooled.estimate[0] == pytest.approx(7.626750501, abs=1e-7)
    assert pooled.se[0] == pytest.approx(2.37470136, abs=1e-7)
    assert pooled.df[0] == pytest.approx(103.21605, rel=1e-6)
    assert pooled.estimate[3] == pytest.approx(-0.126983721, abs=1e-7)
    assert pooled.df[3] == pytest.approx(46.48759, rel=1e-6)


@pytest.mark.real
def test_pooled_fit_of_imputed_nhanes2_equals_mice(shared_dir):
    data = pd.read_csv(shared_dir / "oracles" / "mice_nhanes2_imputed_m5.csv")
    number = next(name for name in data.columns if name.lower() in (".imp", "imp", "_mice_imp"))
    parts = []
    for _, part in data[data[number] > 0].groupby(number):
        ages = pd.get_dummies(part["age"])[["40-59", "60-99"]].astype(float)
        yes = (part["hyp"] == "yes").astype(float).rename("hyp")
        parts.append(pd.concat([part[["bmi", "chl"]], ages, yes], axis=1))
    pooled = pooled_fit(parts, fit_ols, "bmi", ["chl", "40-59", "60-99", "hyp"])
    for position, term in enumerate(mice_terms()):
        assert pooled.estimate[position] == pytest.approx(term["estimate"], rel=1e-9)
        assert pooled.se[position] == pytest.approx(term["std.error"], rel=1e-9)
        assert pooled.df[position] == pytest.approx(term["df"], rel=1e-8)


ORACLES = Path(__file__).parents[1] / "oracles"
FULL, BASE = ["d", "a", "b", "c"], ["d"]
TESTED = slice(2, 5)


@pytest.fixture(scope="module")
def imputed():
    long = pd.read_csv(ORACLES / "nested_models_imputed.csv", comment="#")
    return [part for _, part in long.groupby("imputation")]


@pytest.fixture(scope="module")
def mice():
    return pd.read_csv(ORACLES / "nested_models_tests.csv", comment="#").set_index(
        ["model", "method"]
    )


def fits(parts, model, names):
    fit, outcome = (fit_ols, "y") if model == "linear" else (fit_logistic, "z")
    return [fit(part[names].to_numpy(float), part[outcome].to_numpy(float)) for part in parts]


def part_tested(parts, model):
    full = fits(parts, model, FULL)
    estimates = np.array([one.coefficients[TESTED] for one in full])
    return estimates, np.array([one.covariance[TESTED, TESTED] for one in full])


def linear_log_likelihood(part, names, coefficients, variance):
    residual = (
        part["y"].to_numpy() - coefficients[0] - part[names].to_numpy(float) @ coefficients[1:]
    )
    return -0.5 * float(np.sum(np.log(2 * np.pi * variance) + residual**2 / variance))


def at_pooled_parameters(parts, names):
    """Log-likelihood of each part at the mean of coefficients and of residual variance."""
    own = fits(parts, "linear", names)
    n = len(parts[0])
    variance = np.mean([np.exp(-2 * one.log_likelihood / n - 1) / (2 * np.pi) for one in own])
    mean = np.mean([one.coefficients for one in own], axis=0)
    return np.array([linear_log_likelihood(part, names, mean, variance) for part in parts])


def with_intercept_anew(parts, names):
    """Logistic log-likelihood at the mean slopes, the intercept fitted to each part (mice 3.15)."""
    slopes = np.mean([one.coefficients[1:] for one in fits(parts, "logistic", names)], axis=0)
    found = []
    for part in parts:
        z, offset, intercept = part["z"].to_numpy(float), part[names].to_numpy(float) @ slopes, 0.0
        for _ in range(50):
            p = 1 / (1 + np.exp(-intercept - offset))
            intercept += float((z - p).sum() / (p * (1 - p)).sum())
        lp = intercept + offset
        found.append(float(np.sum(z * lp - np.log1p(np.exp(lp)))))
    return np.array(found)


def own_likelihood_ratios(parts, model):
    pairs = zip(fits(parts, model, FULL), fits(parts, model, BASE), strict=True)
    return [2 * (full.log_likelihood - base.log_likelihood) for full, base in pairs]


def agrees(test, theirs, *, rel=1e-8):
    assert test.statistic == pytest.approx(theirs["statistic"], rel=rel)
    assert test.df == theirs["df1"]
    assert test.df_denominator == pytest.approx(theirs["df2"], rel=rel)
    assert test.p_value == pytest.approx(theirs["p"], rel=rel)
    assert test.riv == pytest.approx(theirs["riv"], rel=rel)


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_d1_equals_mice(imputed, mice, model):
    estimates, covariances = part_tested(imputed, model)
    agrees(pooled_wald_test(estimates, covariances, complete_df=55), mice.loc[(model, "D1")])


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_d1_with_large_sample_degrees_of_freedom_equals_mitml(imputed, mice, model):
    estimates, covariances = part_tested(imputed, model)
    got = pooled_wald_test(estimates, covariances, complete_df=np.inf)
    agrees(got, mice.loc[(model, "D1_large")])


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_d2_of_wald_statistics_equals_mice(imputed, mice, model):
    statistics = [
        q @ np.linalg.solve(u, q) for q, u in zip(*part_tested(imputed, model), strict=True)
    ]
    agrees(pooled_chi_squared_test(statistics, df=3), mice.loc[(model, "D2_wald")],
           rel=1e-8 if model == "linear" else 1e-5)  # fmt: skip


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_d2_of_likelihood_ratios_equals_mice(imputed, mice, model):
    own = own_likelihood_ratios(imputed, model)
    agrees(pooled_chi_squared_test(own, df=3), mice.loc[(model, "D2_likelihood")])


def test_d3_of_linear_models_equals_mitml(imputed, mice):
    own = own_likelihood_ratios(imputed, "linear")
    pooled = 2 * (at_pooled_parameters(imputed, FULL) - at_pooled_parameters(imputed, BASE))
    agrees(pooled_likelihood_ratio_test(own, pooled, df=3), mice.loc[("linear", "D3")])


def test_d3_of_logistic_models_equals_mice(imputed, mice):
    own = own_likelihood_ratios(imputed, "logistic")
    pooled = 2 * (with_intercept_anew(imputed, FULL) - with_intercept_anew(imputed, BASE))
    agrees(pooled_likelihood_ratio_test(own, pooled, df=3), mice.loc[("logistic", "D3_mice")])


def test_d1_equals_hand_count():
    # Two imputations, two coefficients, unit covariances: mean (2, 1), between (2, 0; 0, 0).
    got = pooled_wald_test([[1.0, 1.0], [3.0, 1.0]], [np.eye(2)] * 2, complete_df=np.inf)
    # r = 1.5 x 2 / 2; D = (4 + 1) / (2 (1 + r)); t = 2 < 5: df = 2 (1 + 1/2)(1 + 1/r)^2 / 2.
    assert got.riv == pytest.approx(1.5)
    assert got.statistic == pytest.approx(1.0)
    assert got.df_denominator == pytest.approx(1.5 * (1 + 1 / 1.5) ** 2)


def test_d2_equals_hand_count():
    # Square roots 2 and 4: variance 2, r = 1.5 x 2; D = (10 / 2 - 3 x 3) / 4.
    got = pooled_chi_squared_test([4.0, 16.0], df=2)
    assert got.riv == pytest.approx(3.0)
    assert got.statistic == pytest.approx(-1.0)
    assert got.p_value == 1.0


def test_one_coefficient_is_tested_by_its_own_t():
    estimates, covariances = [[0.5], [0.7], [0.6]], np.full((3, 1, 1), 0.04)
    one = pool_estimates(estimates, covariances, complete_df=80)
    got = pooled_wald_test(estimates, covariances, complete_df=80)
    assert got.statistic == pytest.approx((one.estimate[0] / one.se[0]) ** 2)
    assert got.df_denominator == pytest.approx(one.df[0])


def test_equal_imputations_give_the_complete_data_test():
    q, u = np.array([0.3, -0.2, 0.1]), np.diag([0.01, 0.02, 0.03])
    chi_squared = float(q @ np.linalg.solve(u, q))
    wald = pooled_wald_test([q] * 5, [u] * 5, complete_df=1e7)
    ratio = likelihood_ratio_test(chi_squared, df=3)
    assert wald.statistic == pytest.approx(chi_squared / 3)
    assert wald.p_value == pytest.approx(ratio.p_value, rel=1e-4)
    same = pooled_chi_squared_test([chi_squared] * 5, df=3)
    assert same.p_value == pytest.approx(ratio.p_value, rel=1e-4)
    same = pooled_likelihood_ratio_test([chi_squared] * 5, [chi_squared] * 5, df=3)
    assert same.p_value == pytest.approx(ratio.p_value, rel=1e-4)


def test_a_likelihood_ratio_of_3_84_is_at_five_percent():
    assert likelihood_ratio_test(3.841458820694124, df=1).p_value == pytest.approx(0.05)


@pytest.mark.parametrize("test", [
    lambda: pooled_wald_test(np.ones((1, 2)), np.ones((1, 2, 2)), complete_df=10),
    lambda: pooled_chi_squared_test([3.0], df=1),
    lambda: pooled_likelihood_ratio_test([3.0], [3.0], df=1),
])  # fmt: skip
def test_a_test_of_one_imputation_cannot_be_pooled(test):
    with pytest.raises(InputError, match="at least two imputations"):
        test()


@pytest.mark.real
def test_d1_of_one_coefficient_equals_what_psfmi_printed(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_lbpmilr.csv")
    parts = [data[data["Impnr"] == number] for number in range(1, 6)]
    names = ["Gender", "Smoking", "Function", "JobControl", "JobDemands", "SocialSupport"]
    logistic = [fit_logistic(p[names].to_numpy(float), p["Chronic"].to_numpy(float)) for p in parts]
    one = slice(3, 4)
    function = pooled_wald_test(
        [fit.coefficients[one] for fit in logistic],
        [fit.covariance[one, one] for fit in logistic],
        complete_df=159 - 7,
    )
    assert function.df_denominator == pytest.approx(132.02927, rel=1e-4)
    assert function.p_value == pytest.approx(0.001368147, rel=1e-4)


@pytest.mark.real
def test_d2_of_a_category_equals_what_psfmi_printed(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_lbpmilr.csv")
    fitted = []
    for number in range(1, 6):
        part = data[data["Impnr"] == number]
        levels = np.column_stack([part["Carrying"] == level for level in (2, 3)]).astype(float)
        fitted.append(fit_logistic(levels, part["Chronic"].to_numpy(float)))
    mean = np.mean([one.coefficients for one in fitted], axis=0)
    assert mean == pytest.approx([-1.582393, 1.391554, 2.248897], abs=1e-6)
    statistics = [
        one.coefficients[1:] @ np.linalg.solve(one.covariance[1:, 1:], one.coefficients[1:])
        for one in fitted
    ]
    assert pooled_chi_squared_test(statistics, df=2).p_value == pytest.approx(1.25e-5, rel=2e-3)
