"""Rubin's rules against R mice, and against what psfmi printed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.features.pooling import pool_estimates
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
