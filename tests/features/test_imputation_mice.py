"""Both imputers against pooled estimates after R mice's method "norm"."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.features.imputation import draw_imputations
from hiprisk.features.normal_fit import fit_normal
from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.chained import draw_chained
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.seeding import rng_for

pytestmark = pytest.mark.slow

ORACLES = Path(__file__).parents[1] / "oracles"
LBP = ["Chronic", "Pain", "Tampascale", "Function", "Age", "JobControl", "JobDemands",
       "SocialSupport", "Duration", "BMI"]  # fmt: skip
LINEAR = ["Pain", "Tampascale", "Age", "JobControl", "JobDemands", "SocialSupport", "Duration",
          "BMI"]  # fmt: skip
LOGISTIC = ["Pain", "Tampascale", "Function", "Age", "JobControl", "JobDemands", "SocialSupport",
            "Duration", "BMI"]  # fmt: skip


def theirs(name, model):
    table = pd.read_csv(ORACLES / name, comment="#")
    return table[table["model"] == model]


def normal_sets(data, m, seed):
    """As `hiprisk associate` imputes: a bootstrap of the rows behind every draw, widened."""
    whole = fit_normal(data, tolerance=1e-6)
    sets = []
    for number in range(m):
        rng = rng_for(seed, "imputation", number)
        fitted = fit_normal(data[rng.integers(0, len(data), len(data))], start=whole)
        wide = fitted.widened(len(data))
        sets += draw_imputations(data, wide.model(), n_draws=1, rng=rng)
    return sets


def pooled(sets, names, fit, outcome, predictors):
    at = [names.index(name) for name in predictors]
    fits = [fit(part[:, at], part[:, names.index(outcome)]) for part in sets]
    return pool_estimates(
        [one.coefficients for one in fits],
        [one.covariance for one in fits],
        complete_df=len(sets[0]) - len(at) - 1,
    )


def off(ours, oracle):
    """Differences in mice's standard errors."""
    return np.abs(ours.estimate - oracle["estimate"].to_numpy()) / oracle["std.error"].to_numpy()


@pytest.fixture(scope="module")
def small():
    data = pd.read_csv(ORACLES / "mice_norm_small_data.csv", comment="#")
    return list(data.columns), data.to_numpy(float)


def test_the_normal_imputer_agrees_with_mice_on_a_small_file(small):
    names, data = small
    oracle = theirs("mice_norm_small.csv", "linear")
    ours = pooled(normal_sets(data, 400, 1), names, fit_ols, "y", ["a", "b", "g"])
    assert off(ours, oracle).max() < 0.1
    assert ours.se == pytest.approx(oracle["std.error"].to_numpy(), rel=0.07)
    assert ours.share_missing == pytest.approx(oracle["lambda"].to_numpy(), abs=0.08)


def test_the_chained_imputer_agrees_with_mice_on_a_small_file(small):
    names, data = small
    oracle = theirs("mice_norm_small.csv", "linear")
    sets = [draw_chained(data, rng=rng_for(1, "chained", i)) for i in range(200)]
    ours = pooled(sets, names, fit_ols, "y", ["a", "b", "g"])
    assert off(ours, oracle).max() < 0.1
    assert ours.se == pytest.approx(oracle["std.error"].to_numpy(), rel=0.07)


def test_chained_draws_do_not_depend_on_units(small):
    _, data = small
    factors = np.array([1000.0, 1.0, 0.01, 30.0])
    plain = draw_chained(data, rng=rng_for(1, "chained"))
    other = draw_chained(data * factors, rng=rng_for(1, "chained"))
    known = ~np.isnan(data)
    assert other == pytest.approx(plain * factors, rel=1e-6)
    assert (plain[known] == data[known]).all()


def test_leaving_the_outcome_out_of_the_imputation_does_not_agree(small):
    names, data = small
    oracle = theirs("mice_norm_small.csv", "linear")
    blind = normal_sets(data[:, :3], 100, 1)
    sets = [np.column_stack([part, data[:, 3]]) for part in blind]
    ours = pooled(sets, names, fit_ols, "y", ["a", "b", "g"])
    assert off(ours, oracle).max() > 0.5


def test_a_fit_is_widened_by_its_columns_and_rows():
    fit = fit_normal(np.random.default_rng(0).normal(size=(80, 4)))
    assert fit.widened(80).covariance == pytest.approx((80 / 76) ** 2 * fit.covariance)
    assert fit.widened(80).mean == pytest.approx(fit.mean)
    assert fit.widened(5).covariance == pytest.approx(4.0 * fit.covariance)


@pytest.fixture(scope="module")
def back_pain(shared_dir):
    return pd.read_csv(shared_dir / "data" / "psfmi_lbp_orig.csv")[LBP].to_numpy(float)


@pytest.fixture(scope="module")
def back_pain_sets(back_pain):
    return normal_sets(back_pain, 200, 1)


@pytest.mark.real
@pytest.mark.parametrize(
    ("model", "fit", "outcome", "predictors"),
    [("linear", fit_ols, "Function", LINEAR), ("logistic", fit_logistic, "Chronic", LOGISTIC)],
)
def test_200_imputations_of_the_back_pain_file_agree_with_200_of_mice(
    back_pain_sets, model, fit, outcome, predictors
):
    oracle = theirs("mice_norm_lbp.csv", model)
    ours = pooled(back_pain_sets, LBP, fit, outcome, predictors)
    assert off(ours, oracle).max() < 0.1
    assert ours.se == pytest.approx(oracle["std.error"].to_numpy(), rel=0.05)
