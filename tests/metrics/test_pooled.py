"""Pooled performance measures against what psfmi printed, and hand counts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.metrics.discrimination import c_statistic
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.likelihood import nagelkerke_r2
from hiprisk.metrics.pooled import (
    back_transform,
    pool_c,
    pool_intervals,
    pool_mean,
    pool_r2,
    pooled_interval,
    transform,
)
from hiprisk.metrics.scores import scaled_brier
from hiprisk.sheet.links import expit

AUC = pd.read_csv(Path(__file__).parents[1] / "oracles" / "lbpmilr_auc.csv", comment="#")
PREDICTORS = ["Gender", "Pain", "Tampascale", "Smoking", "Function", "Radiation", "Age",
              "Duration", "BMI"]  # fmt: skip


def test_pooled_c_equals_the_pool_auc_vignette():
    pooled = pool_c([0.84, 0.78, 0.75, 0.71, 0.79], [0.04, 0.05, 0.01, 0.02, 0.03])
    assert pooled.value == pytest.approx(0.7771, abs=5e-5)
    assert (pooled.low, pooled.high) == pytest.approx((0.5971, 0.8913), abs=5e-5)


@pytest.mark.parametrize(
    ("n_imputations", "printed"),
    [(5, (0.8626, 0.7878, 0.9139)), (10, (0.8608, 0.7894, 0.9107))],
)
def test_pooled_c_of_the_back_pain_model_equals_psfmi(n_imputations, printed):
    part = AUC[AUC["imputation"] <= n_imputations]
    pooled = pool_c(part["c"], part["se"])
    assert (pooled.value, pooled.low, pooled.high) == pytest.approx(printed, abs=5e-5)


def test_equal_imputations_give_the_interval_of_one():
    pooled = pool_c([0.8, 0.8, 0.8], [0.05, 0.05, 0.05])
    log_odds, se = np.log(0.8 / 0.2), 0.05 / (0.8 * 0.2)
    assert pooled.value == pytest.approx(0.8)
    assert pooled.low == pytest.approx(float(expit(log_odds - 1.959963985 * se)))
    assert pooled.high == pytest.approx(float(expit(log_odds + 1.959963985 * se)))


def test_pooled_r2_by_hand():
    # R of 0.5 and 0.7: exp(2 z) is 3 and 17/3, their geometric mean the root of 17.
    pooled = pool_r2([0.25, 0.49])
    assert pooled.value == pytest.approx(((17**0.5 - 1) / (17**0.5 + 1)) ** 2, rel=1e-12)
    assert pooled.low is None


def test_pooled_r2_has_fishers_interval_where_imputations_agree():
    pooled = pool_r2([0.36, 0.36], n_people=103)
    z = np.arctanh(0.6)
    assert pooled.low == pytest.approx(np.tanh(z - 0.1959963985) ** 2)
    assert pooled.high == pytest.approx(np.tanh(z + 0.1959963985) ** 2)


def of(*triples, name="x"):
    return [Estimate(name=name, value=v, low=low, high=high) for v, low, high in triples]


def test_rubins_rules_by_hand():
    # Means 1 and 3, standard errors 1: within 1, between 1.5 x 2 = 3, share 3/4, df 16/9.
    found = pooled_interval(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    assert found.value == 2.0
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, 16 / 9) * 2.0)
    # Barnard and Rubin, 10 complete degrees of freedom: 11/13 x 10 x 1/4 = 2.1154 observed.
    found = pooled_interval(np.array([1.0, 3.0]), np.array([1.0, 1.0]), complete_df=10)
    df = (16 / 9) * (27.5 / 13) / (16 / 9 + 27.5 / 13)
    assert found.value - found.low == pytest.approx(stats.t.ppf(0.975, df) * 2.0)


def test_imputations_without_variance_of_their_own_have_m_minus_1_degrees_of_freedom():
    found = pooled_interval(np.array([[1.0, 2.0], [3.0, 2.0]]), np.zeros((2, 2)), complete_df=100)
    assert found.high[0] - 2.0 == pytest.approx(stats.t.ppf(0.975, 1) * 3.0**0.5)
    assert (found.low[1], found.high[1]) == (2.0, 2.0)


def test_intervals_are_pooled_on_their_scale():
    ratio = pool_intervals(of((1.0, 0.5, 2.0), (4.0, 2.0, 8.0)), scale="log")
    assert ratio.value == pytest.approx(2.0)
    assert ratio.low * ratio.high == pytest.approx(4.0)
    c = pool_intervals(of((0.8, 0.7, 0.8727), (0.8, 0.7, 0.8727)), scale="logit")
    assert (c.value, c.low, c.high) == pytest.approx((0.8, 0.7, 0.8727), abs=1e-4)


def test_an_interval_cut_off_at_its_bound_has_its_upper_half():
    found = pool_intervals(of((0.1, 0.0, 0.3), (0.1, 0.0, 0.3)), bounds=(0.0, 1.0))
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.0, 0.3))


def test_a_share_stays_below_1():
    found = pool_intervals(of((0.98, 0.95, 0.99), (0.94, 0.9, 0.97)), bounds=(0.0, 1.0))
    assert (found.value, found.high) == (pytest.approx(0.96), 1.0)


def test_one_imputation_without_an_interval_leaves_none():
    found = pool_intervals(of((0.1, None, None), (0.3, 0.1, 0.5)))
    assert (found.value, found.low, found.high) == (0.2, None, None)


def test_a_c_of_1_cannot_be_pooled_as_log_odds_and_is_averaged():
    found = pool_intervals(of((1.0, None, None), (0.8, 0.7, 0.9)), scale="logit")
    assert (found.value, found.low) == (0.9, None)


def test_a_measure_without_variance_is_averaged():
    assert pool_mean([0.1, 0.3], name="scaled_brier").value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("values", "errors", "message"),
    [
        ([0.8], [0.1], "at least two imputations"),
        ([0.8, 1.0], [0.1, 0.1], r"inside \(0, 1\)"),
        ([0.8, 0.7], [0.1], "2 values have 1 standard errors"),
        ([0.8, np.nan], [0.1, 0.1], "is not a number"),
    ],
)
def test_what_cannot_be_pooled_is_refused(values, errors, message):
    with pytest.raises(InputError, match=message):
        pool_c(values, errors)


def test_an_r2_below_zero_is_refused():
    with pytest.raises(InputError, match=r"R2 must lie in \[0, 1\)"):
        pool_r2([-0.01, 0.1])


@pytest.fixture(scope="module")
def risks(shared_dir):
    """Outcome and fitted risk in each of ten imputations of the same 159 people."""
    data = pd.read_csv(shared_dir / "data" / "psfmi_lbpmilr.csv")
    found = []
    for _, part in data.groupby("Impnr"):
        x, y = part[PREDICTORS].to_numpy(float), part["Chronic"].to_numpy(float)
        beta = fit_logistic(x, y).coefficients
        found.append((y, np.asarray(expit(beta[0] + x @ beta[1:]))))
    return found


@pytest.mark.real
def test_c_of_every_imputation_equals_proc(risks):
    ours = [c_statistic(y, risk) for y, risk in risks]
    assert ours == pytest.approx(AUC["c"].tolist(), abs=1e-9)


@pytest.mark.real
@pytest.mark.parametrize(("m", "printed"), [(5, 0.3946362), (10, 0.38715774)])
def test_scaled_brier_equals_psfmi(risks, m, printed):
    ours = pool_mean([scaled_brier(y, risk) for y, risk in risks[:m]], name="scaled_brier")
    assert ours.value == pytest.approx(printed, abs=2e-6)


@pytest.mark.real
@pytest.mark.parametrize(("m", "printed"), [(5, 0.4882147), (10, 0.48378613)])
def test_nagelkerke_r2_equals_psfmi_by_its_own_conventions(risks, m, printed):
    # psfmi takes Fisher's z of R2 itself, and n - 1 for n in both exponents.
    def with_one_person_fewer(y, risk):
        deviance = -2.0 * np.sum(np.log(np.where(y == 1.0, risk, 1.0 - risk)))
        null = -2.0 * np.sum(np.log(np.where(y == 1.0, y.mean(), 1.0 - y.mean())))
        n = len(y) - 1
        return (1.0 - np.exp((deviance - null) / n)) / (1.0 - np.exp(-null / n))

    theirs = [with_one_person_fewer(y, risk) for y, risk in risks[:m]]
    assert np.tanh(np.mean(np.arctanh(theirs))) == pytest.approx(printed, abs=2e-6)


@pytest.mark.real
def test_nagelkerke_r2_with_the_right_n(risks):
    # With n = 159 psfmi's way of pooling gives 0.4872; Fisher's z of R hardly moves it.
    values = [nagelkerke_r2(y, risk) for y, risk in risks[:5]]
    assert np.tanh(np.mean(np.arctanh(values))) == pytest.approx(0.4872, abs=5e-5)
    assert pool_r2(values).value == pytest.approx(0.4872, abs=5e-4)


@pytest.mark.parametrize(
    ("scale", "value", "moved"),
    [
        ("logit", 0.75, np.log(3.0)),
        ("log_complement", 0.75, np.log(4.0)),
        ("fisher_z", 0.5, np.log(3.0) / 2.0),
        ("log", 2.0, np.log(2.0)),
        ("identity", -3.0, -3.0),
    ],
)
def test_each_scale_of_pooling_leads_there_and_back(scale, value, moved):
    assert transform(np.array([value]), scale) == pytest.approx([moved])
    assert back_transform(moved, scale) == pytest.approx(value)
