"""Metrics against published and replayed figures on real and shared data (skips without them)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.metrics import calibration, discrimination, likelihood, scores
from hiprisk.metrics.calibration_tests import spiegelhalter_test, unreliability_test
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.registry import estimates
from hiprisk.metrics.smoothing.calibration_curve import calibration_errors
from metric_examples import d_of_val_prob, q_of_val_prob

pytestmark = pytest.mark.real

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "oracles" / "metrics_published.json").read_text()
)
OF_CURVES = PUBLISHED["val_prob_ci_2"]


def fitted(x, y):
    return fit_logistic(np.asarray(x, dtype=float), np.asarray(y, dtype=float))


def risk_of(fit, x):
    lp = fit.coefficients[0] + np.asarray(x, dtype=float) @ fit.coefficients[1:]
    return 1 / (1 + np.exp(-lp))


@pytest.fixture(scope="module")
def curves_data(shared_dir):
    """Outcome and risk of CalibrationCurves' test set, from the model of its vignette."""
    train, test = (
        pd.read_csv(shared_dir / "data" / f"calibrationcurves_{part}.csv")
        for part in ("train", "test")
    )
    fit = fitted(train.iloc[:, 1:], train["y"])
    return test["y"].to_numpy(dtype=float), risk_of(fit, test.iloc[:, 1:])


def logistic_emax(y, p):
    line = calibration.logistic_recalibration(y, p)
    risk = np.arange(1, 2000) / 2000
    moved = 1 / (1 + np.exp(-(line.intercept + line.slope * calibration.logit(risk))))
    return np.abs(risk - moved).max()


VAL_PROB_CI_2 = {
    "Dxy": discrimination.somers_dxy,
    "C": discrimination.c_statistic,
    "R2": likelihood.nagelkerke_r2,
    "D": likelihood.discrimination_index,
    "U": likelihood.unreliability_index,
    "U chi2": lambda y, p: unreliability_test(y, p).chi_square,
    "U p": lambda y, p: unreliability_test(y, p).p_value,
    "Q": likelihood.quality_index,
    "Brier": scores.brier,
    "calibration in the large": calibration.logit_in_the_large,
    "slope": calibration.logistic_slope,
    "Emax of the logistic curve": logistic_emax,
    "scaled Brier": scores.scaled_brier,
}


@pytest.mark.parametrize(("name", "expected"), OF_CURVES["statistics"].items())
def test_val_prob_ci_2(curves_data, name, expected):
    assert VAL_PROB_CI_2[name](*curves_data) == pytest.approx(expected, abs=1e-8)


def test_val_prob_ci_2_of_loess(curves_data):
    # Asked for to 5e-3; the same cells and blending as R's loess bring all printed digits.
    errors = calibration_errors(*curves_data, kind="binary")
    assert errors.ici == pytest.approx(OF_CURVES["loess"]["ici"], abs=1e-8)
    assert errors.eci == pytest.approx(OF_CURVES["loess"]["eci"], abs=1e-8)


@pytest.mark.parametrize(("name", "digits"), [
    ("c_statistic", 3), ("calibration_in_the_large", 4), ("calibration_slope", 3),
])  # fmt: skip
def test_val_prob_ci_2_intervals(curves_data, name, digits):
    found = {one.name: one for one in estimates("binary", *curves_data, costly=False)}[name]
    printed = OF_CURVES["intervals"][name]
    assert [found.low, found.high] == pytest.approx(printed, abs=0.51 * 10.0**-digits)


@pytest.fixture(scope="module")
def bench(shared_dir):
    """Outcome and apparent risk of the data on which rms was run."""
    data = pd.read_csv(shared_dir / "oracles" / "rms_bench.csv")
    x = data.drop(columns=["womac", "poor"])
    y = data["poor"].to_numpy(dtype=float)
    return y, risk_of(fitted(x, y), x)


def test_val_prob_on_the_bench(shared_dir, bench):
    theirs = pd.read_csv(shared_dir / "oracles" / "oracle_valprob_lrm.csv", index_col=0)["value"]
    y, p = bench
    curve = calibration_errors(y, p, kind="binary", smoother="lowess")
    test = spiegelhalter_test(y, p)
    ours = {
        "R2": likelihood.nagelkerke_r2_as_is(y, p),
        "D": d_of_val_prob(y, p),
        "U": likelihood.unreliability_index(y, p),
        "U:p": unreliability_test(y, p).p_value,
        "Q": q_of_val_prob(y, p),
        "Brier": scores.brier(y, p),
        "Intercept": calibration.logistic_intercept(y, p),
        "Slope": calibration.logistic_slope(y, p),
        "Emax": curve.emax,
        "E90": curve.e90,
        "Eavg": curve.ici,
        "S:z": test.z,
        "S:p": test.p_value,
    }
    # rms' fit stops a little early, and p = 1 here, where its chi-square is 2e-13.
    assert ours == pytest.approx({name: theirs[name] for name in ours}, abs=2e-7)
    # rms puts risks into narrow bins for these two; pROC and Hmisc agree with ours to all digits.
    assert discrimination.somers_dxy(y, p) == pytest.approx(theirs["Dxy"], abs=1e-5)
    assert discrimination.c_statistic(y, p) == pytest.approx(theirs["C (ROC)"], abs=5e-6)
    assert len(theirs) == len(ours) + 2 + len(["D:Chi-sq", "D:p", "U:Chi-sq"])


@pytest.mark.parametrize(
    ("table", "variable"),
    [
        ("r_case1_results", "famhistory"),
        ("r_dca_famhistory", "famhistory"),
        # dcurves turns what is no risk into one by logistic regression; the marker has a harm.
        ("r_case3_results", "marker"),
        ("r_simple_binary_dca_result_df", "age"),
    ],
)
def test_dcurves(shared_dir, table, variable):
    theirs = pd.read_csv(shared_dir / "oracles" / "dcurves_py" / f"{table}.csv")
    data = pd.read_csv(shared_dir / "data" / "dcurves_df_binary.csv")
    rows = theirs[theirs["variable"] == variable]
    risk = data[variable].to_numpy(dtype=float)
    if variable != "famhistory":
        column = risk[:, np.newaxis]
        risk = risk_of(fitted(column, data["cancer"]), column)
    # dcurves moves a threshold of 0 inside by the machine's epsilon.
    grid = np.maximum(rows["threshold"].to_numpy(), np.finfo(float).eps)
    harm = float(rows["harm"].iloc[0])
    curve = decision_curve(data["cancer"], risk, thresholds=grid, harm=harm)
    assert (harm > 0.0) == (variable == "marker")
    assert curve.model == pytest.approx(rows["net_benefit"].to_numpy(), abs=1e-9)
    everybody = theirs[theirs["variable"] == "all"]["net_benefit"].to_numpy()
    assert curve.act_on_all == pytest.approx(everybody, abs=1e-9)
    if "net_intervention_avoided" in rows:
        avoided = np.array(curve.interventions_avoided())[1:] / 100
        expected = rows["net_intervention_avoided"].to_numpy()[1:]
        assert avoided == pytest.approx(expected, abs=1e-9)


def test_dcurves_printed(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "dcurves_df_binary.csv")
    curve = decision_curve(data["cancer"], data["cancerpredmarker"], thresholds=[0.25])
    printed = PUBLISHED["dcurves"]
    assert curve.act_on_all[0] == pytest.approx(printed["act_on_all"], abs=1e-7)
    assert curve.model[0] == pytest.approx(printed["model"], abs=1e-9)
    avoided = curve.interventions_avoided()[0]
    assert avoided == pytest.approx(printed["interventions_avoided"], abs=1e-9)


def test_predtools(shared_dir):
    train, test = (
        pd.read_csv(shared_dir / "data" / f"predtools_{part}.csv") for part in ("dev", "val")
    )
    columns = ["sex", "age", "severity", "comorbidity"]
    fit = fitted(train[columns], train["y"])
    printed = PUBLISHED["predtools"]
    assert fit.coefficients == pytest.approx(printed["coefficients"], abs=1e-6)
    assert -2 * fit.log_likelihood == pytest.approx(printed["deviance"], abs=0.005)
    y, p = test["y"].to_numpy(dtype=float), risk_of(fit, test[columns])
    assert p.mean() == pytest.approx(printed["mean_risk"], abs=5e-5)
    difference = printed["mean_observed_less_predicted"]
    assert y.mean() - p.mean() == pytest.approx(difference, abs=1e-8)
    assert calibration.logistic_intercept(y, p) == pytest.approx(printed["intercept"], abs=1e-6)
    assert calibration.logistic_slope(y, p) == pytest.approx(printed["slope"], abs=1e-6)
    assert scores.brier(y, p) == pytest.approx(printed["brier"], abs=1e-6)
    assert discrimination.c_statistic(y, p) == pytest.approx(printed["c"], abs=1e-9)


def test_hipstudy_development(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_hipstudy.csv")
    x = np.column_stack(
        [data["Gender"], data["Mobility"] == 2, data["Mobility"] == 3, data["Age"], data["ASA"]]
    )
    y = data["Mortality"].to_numpy(dtype=float)
    fit = fitted(x, y)
    printed = PUBLISHED["hipstudy"]
    assert fit.coefficients == pytest.approx(printed["coefficients"], abs=5.1e-5)
    p = risk_of(fit, x)
    chi_square = len(y) * d_of_val_prob(y, p) + 1
    assert chi_square == pytest.approx(printed["chi_square"], abs=0.005)
    assert discrimination.c_statistic(y, p) == pytest.approx(printed["c"], abs=5e-4)
    assert likelihood.nagelkerke_r2_as_is(y, p) == pytest.approx(printed["r2"], abs=5e-4)
    assert scores.brier(y, p) == pytest.approx(printed["brier"], abs=5e-4)


def test_spiegelhalter_of_mapie(shared_dir):
    expected = json.loads((shared_dir / "oracles" / "mapie_expected.json").read_text())
    generator = np.random.RandomState(1)
    y, p = generator.choice([0, 1], size=100), generator.uniform(size=100)
    z = spiegelhalter_test(y, p).z
    assert z == pytest.approx(expected["metrics"]["spiegelhalter_statistic"], abs=1e-6)
