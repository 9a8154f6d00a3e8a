"""The optimism bootstrap against R rms on rms' own resamples (beside the project, not in it)."""

import gzip

import numpy as np
import pandas as pd
import pytest

from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics import calibration, discrimination, likelihood, scores
from hiprisk.validation.resampling import Refit, bootstrap_optimism, resamples_from_indices


def recalibrated_g(y, p, *, weights=None):
    """rms takes g of the recalibrated linear predictor: the calibration slope times its own."""
    line = calibration.logistic_recalibration(y, p, weights=weights)
    return abs(line.slope) * scores.gini_mean_difference(calibration.logit(p), weights=weights)


def recalibrated_gp(y, p, *, weights=None):
    line = calibration.logistic_recalibration(y, p, weights=weights)
    lp = line.intercept + line.slope * calibration.logit(p)
    return scores.gini_mean_difference(1 / (1 + np.exp(-lp)), weights=weights)


def recalibrated_linear_g(y, p, *, weights=None):
    line = calibration.linear_recalibration(y, p, weights=weights)
    return abs(line.slope) * scores.gini_mean_difference(p, weights=weights)


LRM = {
    "Dxy": discrimination.somers_dxy,
    "R2": likelihood.nagelkerke_r2,
    "Intercept": calibration.logistic_intercept,
    "Slope": calibration.logistic_slope,
    "D": likelihood.discrimination_index,
    "U": likelihood.unreliability_index,
    "Q": likelihood.quality_index,
    "B": scores.brier,
    "g": recalibrated_g,
    "gp": recalibrated_gp,
}
OLS = {
    "g": recalibrated_linear_g,
    "R-square": scores.r2,
    "MSE": scores.mse,
    "Intercept": calibration.linear_intercept,
    "Slope": calibration.linear_slope,
}


@pytest.fixture(scope="module")
def bench(shared_dir):
    folder = shared_dir / "oracles"
    data = pd.read_csv(folder / "rms_bench.csv")
    with gzip.open(folder / "oracle_boot_indices_seed1_B200.csv.gz", "rt") as stream:
        indices = np.loadtxt(stream, delimiter=",", dtype=int) - 1
    x = data.drop(columns=["womac", "poor"]).to_numpy()
    return data, x, resamples_from_indices(indices), folder


def expected(folder, name):
    return pd.read_csv(folder / name, index_col=0)


def compare(table, oracle, metrics):
    frame = table.to_frame().set_index("metric")
    worst = {}
    for name in metrics:
        theirs = oracle.loc[name]
        ours = frame.loc[name]
        pairs = [
            ("apparent", "index.orig"),
            ("training", "training"),
            ("test", "test"),
            ("optimism", "optimism"),
            ("corrected", "index.corrected"),
        ]
        worst[name] = max(abs(ours[a] - theirs[b]) for a, b in pairs)
    return worst


@pytest.mark.real
def test_linear_bootstrap_equals_rms_validate(bench):
    data, x, resamples, folder = bench
    y = data["womac"].to_numpy()

    def procedure(resample):
        fit = fit_ols(x, y, weights=resample.counts.astype(float))
        return Refit(fit.coefficients[0] + x @ fit.coefficients[1:])

    whole = fit_ols(x, y)
    result = bootstrap_optimism(
        procedure,
        y,
        apparent=whole.coefficients[0] + x @ whole.coefficients[1:],
        metrics=OLS,
        resamples=resamples,
    )
    worst = compare(result.table, expected(folder, "oracle_validate_ols.csv"), OLS)
    assert max(worst.values()) < 1e-6


@pytest.mark.real
def test_logistic_bootstrap_equals_rms_validate(bench):
    data, x, resamples, folder = bench
    y = data["poor"].to_numpy(dtype=float)

    def procedure(resample):
        fit = fit_logistic(x, y, weights=resample.counts.astype(float))
        lp = fit.coefficients[0] + x @ fit.coefficients[1:]
        return Refit(1 / (1 + np.exp(-lp)))

    whole = fit_logistic(x, y)
    lp = whole.coefficients[0] + x @ whole.coefficients[1:]
    result = bootstrap_optimism(
        procedure, y, apparent=1 / (1 + np.exp(-lp)), metrics=LRM, resamples=resamples
    )
    worst = compare(result.table, expected(folder, "oracle_validate_lrm.csv"), LRM)
    assert max(worst.values()) < 1e-6


@pytest.mark.real
def test_emax_from_corrected_intercept_and_slope_equals_rms(bench):
    folder = bench[3]
    oracle = expected(folder, "oracle_validate_lrm.csv")["index.corrected"]
    risk = np.linspace(1e-9, 1 - 1e-9, 2_000_001)
    moved = 1 / (1 + np.exp(-(oracle["Intercept"] + oracle["Slope"] * calibration.logit(risk))))
    assert np.abs(risk - moved).max() == pytest.approx(oracle["Emax"], abs=1e-6)
