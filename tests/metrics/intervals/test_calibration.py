"""The usual intervals of calibration figures against R (oracles/calibration_intervals.csv)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.metrics.calibration import logistic_slope
from hiprisk.metrics.intervals.calibration import (
    METHOD_LABELS,
    calibration_intervals,
    preferred_interval,
)

ORACLES = Path(__file__).parents[2] / "oracles"
DATA = pd.read_csv(ORACLES / "metrics_small_data.csv", comment="#")
FROZEN = pd.read_csv(ORACLES / "calibration_intervals.csv", comment="#")
KINDS = {"binary": ("y", "risk"), "continuous": ("observed", "predicted")}


def found_for(kind, *, clustered=False, **more):
    columns = [DATA[name].to_numpy(dtype=float) for name in KINDS[kind]]
    groups = DATA["group"].to_numpy() if clustered else None
    rows = calibration_intervals(kind, *columns, groups=groups, **more)
    return {(row.metric, row.method): row for row in rows}


def frozen(metric, method, *, among=FROZEN):
    row = among[(among.metric == metric) & (among.method == method)]
    return row[["value", "low", "high"]].to_numpy()


def ends(row):
    return [row.estimate.value, row.estimate.low, row.estimate.high]


@pytest.mark.parametrize("clustered", [False, True])
def test_intervals_of_a_risk_equal_those_of_r(clustered):
    for (metric, method), row in found_for("binary", clustered=clustered).items():
        if (metric, method) == ("observed_expected_ratio", "cluster_robust"):
            continue
        assert ends(row) == pytest.approx(frozen(metric, method)[0], rel=1e-8), (metric, method)


@pytest.mark.parametrize("clustered", [False, True])
def test_intervals_of_a_score_equal_those_of_r(clustered):
    # Figures of both kinds share their names: those of a score come later in the file.
    of_score = FROZEN.iloc[10:].replace(
        {"mean_error": "calibration_in_the_large"} | {
            f"score_{name}": name for name in ("calibration_intercept", "calibration_slope")
        }
    )  # fmt: skip
    for (metric, method), row in found_for("continuous", clustered=clustered).items():
        if clustered and metric == "calibration_in_the_large":
            continue
        expected = frozen(metric, method, among=of_score)[0]
        assert ends(row) == pytest.approx(expected, rel=1e-9), (metric, method)


@pytest.mark.parametrize(
    "metric", ["calibration_in_the_large", "calibration_intercept", "calibration_slope"]
)
def test_the_profile_is_that_of_mass_but_for_its_interpolation(metric):
    row = found_for("binary")[metric, "profile_likelihood"]
    assert ends(row) == pytest.approx(frozen(metric, "MASS")[0], abs=6e-5)


def test_clusters_of_two_equal_rows_are_half_as_many_people():
    y, risk = DATA["y"].to_numpy(float), DATA["risk"].to_numpy(float)
    alone = {r.metric: r for r in calibration_intervals("binary", y, risk) if r.method != "wald"}
    twice = calibration_intervals(
        "binary", np.tile(y, 2), np.tile(risk, 2), groups=np.tile(np.arange(len(y)), 2)
    )
    for row in twice:
        assert row.method == "cluster_robust"
        assert row.estimate.value == pytest.approx(alone[row.metric].estimate.value)
        width = row.estimate.high - row.estimate.low
        once = alone[row.metric].estimate
        assert width == pytest.approx(once.high - once.low, rel=0.25)


def test_a_verdict_is_from_the_most_robust_interval_that_there_is():
    rows = tuple(found_for("binary").values())
    assert preferred_interval(rows, "calibration_slope").method == "profile_likelihood"
    assert preferred_interval(rows[:1], "calibration_in_the_large").method == "wald"
    assert preferred_interval(rows, "brier") is None
    rows = tuple(found_for("continuous").values())
    assert preferred_interval(rows, "calibration_slope").method == "hc3"
    rows = tuple(found_for("continuous", clustered=True).values())
    assert preferred_interval(rows, "calibration_slope").method == "cluster_robust"
    assert set(METHOD_LABELS) >= {row.method for row in rows}


def test_at_a_stated_prevalence_the_slope_stays_and_the_ratio_has_no_formula():
    apart = found_for("binary", prevalence=0.1)
    alone = found_for("binary")
    slope = ("calibration_slope", "profile_likelihood")
    assert ends(apart[slope]) == ends(alone[slope])
    intercept = ("calibration_intercept", "wald")
    moved = np.array(ends(alone[intercept])) - np.array(ends(apart[intercept]))
    share = DATA["y"].mean()
    assert moved == pytest.approx([np.log(share / (1 - share)) - np.log(0.1 / 0.9)] * 3)
    ratio = apart["observed_expected_ratio", "log_normal"]
    assert ratio.estimate is None
    assert "stated, not observed" in ratio.reason


@pytest.mark.slow
def test_weighted_calibration_in_the_large_varies_as_much_as_over_samples():
    rng = np.random.default_rng(3)
    found, widths = [], []
    for _ in range(150):
        y = np.repeat([1.0, 0.0], 150)
        risk = 1.0 / (1.0 + np.exp(2.0 - 1.0 * y - rng.standard_normal(300)))
        rows = calibration_intervals("binary", y, risk, prevalence=0.15)
        large = next(row for row in rows if row.method == "class_robust")
        found.append(large.estimate.value)
        widths.append(large.estimate.high - large.estimate.low)
    assert np.mean(widths) / 3.92 == pytest.approx(np.std(found), rel=0.2)


@pytest.mark.parametrize(
    ("y", "risk", "metric", "reason"),
    [
        ([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], "observed_expected_ratio", "nobody had the event"),
        ([1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4], "observed_expected_ratio", "everybody had the event"),
        ([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], "calibration_slope", "events and non-events"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], "calibration_slope", "separate"),
        ([0, 1, 1, 0], [0.2, 0.2, 0.2, 0.2], "calibration_slope", "risks that vary"),
        ([0, 1, 0, 1], [0.0, 1.0, 0.0, 1.0], "calibration_in_the_large", "no log odds"),
    ],
)
def test_what_has_no_interval_says_why(y, risk, metric, reason):
    rows = [row for row in calibration_intervals("binary", y, risk) if row.metric == metric]
    assert rows
    for row in rows:
        assert row.estimate is None
        assert reason in row.reason
        assert row.to_dict() == {"low": None, "high": None, "reason": row.reason}


@pytest.mark.parametrize(
    ("observed", "predicted", "method", "reason"),
    [
        ([1.0, 2.0, 4.0], [5.0, 5.0, 5.0], "hc3", "predictions that vary"),
        ([1.0, 2.0, 3.0], [5.0, 5.0, 9.0], "hc3", "leverage 1"),
        ([1.0, 2.0], [5.0, 9.0], "least_squares", "two people"),
    ],
)
def test_a_line_without_an_interval_says_why(observed, predicted, method, reason):
    rows = calibration_intervals("continuous", observed, predicted)
    row = next(r for r in rows if r.metric == "calibration_intercept" and r.method == method)
    assert row.estimate is None
    assert reason in row.reason


def test_one_cluster_has_no_robust_interval():
    y, risk = DATA["y"].to_numpy(float), DATA["risk"].to_numpy(float)
    rows = calibration_intervals("binary", y, risk, groups=np.zeros(len(y), dtype=int))
    slope = preferred_interval(rows, "calibration_slope")
    assert slope is None
    assert logistic_slope(y, risk) > 0
