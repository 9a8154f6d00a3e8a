"""The bootstrap against R rms on rms' own resamples of data beside the project."""

import gzip

import numpy as np
import pandas as pd
import pytest

from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.validation.internal.corrected_curves import corrected_curve
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.resampling.resamples import resamples_from_indices
from rms_oracles import (
    LRM,
    OLS,
    LowessAt,
    Unpenalised,
    read,
    read_rows,
    worst_difference,
    worst_difference_632,
)


@pytest.fixture(scope="module")
def bench(shared_dir):
    folder = shared_dir / "oracles"
    data = pd.read_csv(folder / "rms_bench.csv")
    with gzip.open(folder / "oracle_boot_indices_seed1_B200.csv.gz", "rt") as stream:
        indices = np.loadtxt(stream, delimiter=",", dtype=int) - 1
    x = data.drop(columns=["womac", "poor"]).to_numpy()
    return data, x, resamples_from_indices(indices), folder


def bootstrapped(x, y, resamples, *, logistic):
    procedure = Unpenalised(x, y, logistic=logistic)
    return bootstrap_optimism(
        procedure,
        y,
        apparent=procedure.predicted()[0],
        metrics=LRM if logistic else OLS,
        resamples=resamples,
    )


@pytest.fixture(scope="module")
def linear(bench):
    data, x, resamples, _ = bench
    return bootstrapped(x, data["womac"].to_numpy(), resamples, logistic=False)


@pytest.fixture(scope="module")
def logistic(bench):
    data, x, resamples, _ = bench
    return bootstrapped(x, data["poor"].to_numpy(dtype=float), resamples, logistic=True)


def shared_oracle(folder, name):
    return pd.read_csv(folder / name).rename(columns={"Unnamed: 0": "index"}).assign(method="boot")


@pytest.mark.real
def test_linear_bootstrap_equals_rms_validate(bench, linear):
    oracle = shared_oracle(bench[3], "oracle_validate_ols.csv")
    assert worst_difference(linear.table, oracle, OLS) < 1e-6


@pytest.mark.real
def test_logistic_bootstrap_equals_rms_validate(bench, logistic):
    oracle = shared_oracle(bench[3], "oracle_validate_lrm.csv")
    assert worst_difference(logistic.table, oracle, LRM) < 1e-6


@pytest.mark.real
def test_the_632_tables_equal_rms_validate(linear, logistic):
    assert worst_difference_632(linear.table, read("rms_bench_ols.csv"), OLS) < 1e-6
    assert worst_difference_632(logistic.table, read("rms_bench_lrm.csv"), LRM) < 1e-6


@pytest.mark.real
def test_the_corrected_calibration_curve_equals_rms_calibrate(bench, logistic):
    data, x, _, folder = bench
    oracle = pd.read_csv(folder / "oracle_calibrate_lrm.csv")
    y, at = data["poor"].to_numpy(dtype=float), oracle["predy"].to_numpy()
    curve = corrected_curve(
        logistic.refits, y, apparent=Unpenalised(x, y, logistic=True).predicted()[0],
        curve=LowessAt(at), at=at,
    )  # fmt: skip
    assert curve.apparent == pytest.approx(oracle["calibrated.orig"], abs=1e-8)
    assert curve.corrected == pytest.approx(oracle["calibrated.corrected"], abs=1e-8)
    assert curve.n_resamples == tuple(oracle["n"])


@pytest.mark.real
def test_emax_from_corrected_intercept_and_slope_equals_rms(bench):
    oracle = pd.read_csv(bench[3] / "oracle_validate_lrm.csv", index_col=0)["index.corrected"]
    risk = np.linspace(1e-9, 1 - 1e-9, 2_000_001)
    moved = 1 / (1 + np.exp(-(oracle["Intercept"] + oracle["Slope"] * logit(risk))))
    assert np.abs(risk - moved).max() == pytest.approx(oracle["Emax"], abs=1e-6)


@pytest.mark.real
def test_hip_fracture_development_equals_rms_validate(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_hipstudy.csv")
    mobility = [(data["Mobility"] == level).to_numpy(dtype=float) for level in (2, 3)]
    x = np.column_stack([data["Gender"], *mobility, data["Age"], data["ASA"]])
    y = data["Mortality"].to_numpy(dtype=float)
    result = bootstrapped(
        x, y, resamples_from_indices(read_rows("rms_hipstudy_rows.csv.gz")), logistic=True
    )
    oracle = read("rms_hipstudy.csv")
    assert worst_difference(result.table, oracle, LRM) < 1e-6
    assert worst_difference_632(result.table, oracle, LRM) < 1e-6
    corrected = result.table.corrected()
    # As first computed with rms, to the digits kept with the data.
    for name, value in {"Dxy": 0.5144, "R2": 0.1975, "Slope": 0.8917, "B": 0.1514}.items():
        assert corrected[name] == pytest.approx(value, abs=5e-5)
