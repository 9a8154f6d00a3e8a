"""Metrics against published and replayed figures on real and shared data (skips without them)."""

import json

import numpy as np
import pandas as pd
import pytest

from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.metrics import calibration, discrimination, likelihood, scores
from hiprisk.metrics.calibration_curve import calibration_errors
from hiprisk.metrics.calibration_tests import spiegelhalter_test, unreliability_test
from hiprisk.metrics.registry import estimates
from hiprisk.metrics.utility import decision_curve

pytestmark = pytest.mark.real


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


# CalibrationCurves 2.0.7, vignette, val.prob.ci.2 (its R2 and D are of the recalibrated risk).
VAL_PROB_CI_2 = {
    "Dxy": (discrimination.somers_dxy, 0.62853462),
    "C": (discrimination.c_statistic, 0.81426731),
    "R2": (likelihood.nagelkerke_r2, 0.38019823),
    "D": (likelihood.discrimination_index, 0.33282644),
    "U": (likelihood.unreliability_index, 0.01286390),
    "U chi2": (lambda y, p: unreliability_test(y, p).chi_square, 8.43195136),
    "U p": (lambda y, p: unreliability_test(y, p).p_value, 0.01475792),
    "Q": (likelihood.quality_index, 0.31996254),
    "Brier": (scores.brier, 0.17703339),
    "calibration in the large": (calibration.logit_in_the_large, 0.22404680),
    "slope": (calibration.logistic_slope, 0.82278297),
    "Emax of the logistic curve": (logistic_emax, 0.08288689),
    "scaled Brier": (scores.scaled_brier, 0.28730517),
}


@pytest.mark.parametrize("name", list(VAL_PROB_CI_2))
def test_val_prob_ci_2(curves_data, name):
    function, expected = VAL_PROB_CI_2[name]
    assert function(*curves_data) == pytest.approx(expected, abs=1e-8)


def test_val_prob_ci_2_of_loess(curves_data):
    # Asked for to 5e-3; the same cells and blending as R's loess bring all printed digits.
    errors = calibration_errors(*curves_data, kind="binary")
    assert errors.ici == pytest.approx(0.04747448, abs=1e-8)
    assert errors.eci == pytest.approx(0.32064056, abs=1e-8)


@pytest.mark.parametrize(("name", "low", "high", "digits"), [
    ("c_statistic", 0.774, 0.848, 3),
    ("calibration_in_the_large", 0.00339, 0.4447, 4),
    ("calibration_slope", 0.666, 0.980, 3),
])  # fmt: skip
def test_val_prob_ci_2_intervals(curves_data, name, low, high, digits):
    found = {one.name: one for one in estimates("binary", *curves_data, costly=False)}[name]
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.51 * 10.0**-digits)


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
        "D": likelihood.discrimination_index_as_is(y, p),
        "U": likelihood.unreliability_index(y, p),
        "U:p": unreliability_test(y, p).p_value,
        "Q": likelihood.quality_index_as_is(y, p),
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
    assert curve.act_on_all[0] == pytest.approx(-0.1466667, abs=1e-7)
    assert curve.model[0] == pytest.approx(0.064, abs=1e-9)
    assert curve.interventions_avoided()[0] == pytest.approx(63.2, abs=1e-9)


def test_predtools(shared_dir):
    train, test = (
        pd.read_csv(shared_dir / "data" / f"predtools_{part}.csv") for part in ("dev", "val")
    )
    columns = ["sex", "age", "severity", "comorbidity"]
    fit = fitted(train[columns], train["y"])
    printed = [-1.728929, 0.557178, 0.005175, -0.557335, 1.091936]
    assert fit.coefficients == pytest.approx(printed, abs=1e-6)
    assert -2 * fit.log_likelihood == pytest.approx(560.41, abs=0.005)
    y, p = test["y"].to_numpy(dtype=float), risk_of(fit, test[columns])
    assert p.mean() == pytest.approx(0.2891, abs=5e-5)
    assert y.mean() - p.mean() == pytest.approx(0.00835868, abs=1e-8)
    assert calibration.logistic_intercept(y, p) == pytest.approx(-0.252283, abs=1e-6)
    assert calibration.logistic_slope(y, p) == pytest.approx(0.650297, abs=1e-6)
    assert scores.brier(y, p) == pytest.approx(0.203776, abs=1e-6)
    # pROC 1.18.0 on the same risks; val.prob's 0.620189 comes from binned risks.
    assert discrimination.c_statistic(y, p) == pytest.approx(0.6199348067, abs=1e-9)


def test_hipstudy_development(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_hipstudy.csv")
    x = np.column_stack(
        [data["Gender"], data["Mobility"] == 2, data["Mobility"] == 3, data["Age"], data["ASA"]]
    )
    y = data["Mortality"].to_numpy(dtype=float)
    fit = fitted(x, y)
    printed = [-9.2172, 0.4623, 0.4999, 1.8148, 0.0711, 0.7219]
    assert fit.coefficients == pytest.approx(printed, abs=5.1e-5)
    p = risk_of(fit, x)
    chi_square = len(y) * likelihood.discrimination_index_as_is(y, p) + 1
    assert chi_square == pytest.approx(70.28, abs=0.005)
    assert discrimination.c_statistic(y, p) == pytest.approx(0.774, abs=5e-4)
    assert likelihood.nagelkerke_r2_as_is(y, p) == pytest.approx(0.234, abs=5e-4)
    assert scores.brier(y, p) == pytest.approx(0.145, abs=5e-4)


def test_spiegelhalter_of_mapie(shared_dir):
    expected = json.loads((shared_dir / "oracles" / "mapie_expected.json").read_text())
    generator = np.random.RandomState(1)
    y, p = generator.choice([0, 1], size=100), generator.uniform(size=100)
    z = spiegelhalter_test(y, p).z
    assert z == pytest.approx(expected["metrics"]["spiegelhalter_statistic"], abs=1e-6)
