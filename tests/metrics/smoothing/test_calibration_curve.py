"""The flexible calibration curve, its band and its errors against R."""

import dataclasses

import numpy as np
import pytest

from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve, calibration_errors
from metric_examples import oracle, statistics

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
CURVES = oracle("curves")
R = statistics()


def test_loess_band_equals_r():
    curve = calibration_curve(OBSERVED, PREDICTED, kind="continuous", n_points=25)
    half = critical_value(0.95, R["df_c"]) * CURVES["loess_c_se"].to_numpy()
    assert curve.predicted == pytest.approx(CURVES["predicted"].to_numpy())
    assert curve.high == pytest.approx(CURVES["loess_c"].to_numpy() + half, abs=1e-9)
    assert curve.low == pytest.approx(CURVES["loess_c"].to_numpy() - half, abs=1e-9)


@pytest.mark.parametrize("error", ["ici", "e50", "e90", "emax"])
@pytest.mark.parametrize("smoother", ["loess", "spline", "lowess"])
def test_calibration_errors_of_risks_equal_r(smoother, error):
    ours = calibration_errors(Y, RISK, kind="binary", smoother=smoother)
    assert getattr(ours, error) == pytest.approx(R[f"{smoother}_{error}"], abs=1e-10)


@pytest.mark.parametrize("error", ["ici", "e50", "e90", "emax"])
@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_calibration_errors_of_scores_equal_r(smoother, error):
    ours = calibration_errors(OBSERVED, PREDICTED, kind="continuous", smoother=smoother)
    assert getattr(ours, error) == pytest.approx(R[f"{smoother}_c_{error}"], abs=1e-9)


def test_eci_equals_r():
    assert calibration_errors(Y, RISK, kind="binary").eci == pytest.approx(R["eci"], abs=1e-10)


def test_the_band_of_a_spline_of_scores_lies_evenly_about_the_curve():
    curve = calibration_curve(
        OBSERVED, PREDICTED, kind="continuous", smoother="spline", n_points=25
    )
    above = np.array(curve.high) - np.array(curve.observed)
    assert above == pytest.approx(np.array(curve.observed) - np.array(curve.low))
    # About the mean prediction the mean outcome is known to within Student's interval at least.
    nearest = int(np.argmin(np.abs(np.array(curve.predicted) - PREDICTED.mean())))
    assert above[nearest] > 1.9 * np.std(OBSERVED - PREDICTED) / np.sqrt(len(OBSERVED))
    assert above[nearest] < above[0]


def test_a_curve_without_a_band_has_none_in_its_frame():
    curve = calibration_curve(Y, RISK, kind="binary", smoother="lowess", n_points=5)
    frame = curve.to_frame()
    assert list(frame["observed"]) == list(curve.observed)
    assert frame[["low", "high"]].isna().all().all()


def test_quantiles_of_the_predictions_are_numpys_to_the_width_of_a_bin():
    rng = np.random.default_rng(3)
    risks = rng.beta(2.0, 5.0, 2_000)
    curve = calibration_curve(rng.random(2_000) < risks, risks, kind="binary", smoother="spline")
    width = max(np.diff(curve.bin_edges))
    for probability in (0.1, 0.5, 0.9):
        found = curve.predicted_quantile(probability)
        assert found == pytest.approx(np.quantile(risks, probability), abs=width)
    # By hand: ten people in two bins, the median in the middle of the one that holds them.
    by_hand = dataclasses.replace(curve, bin_edges=(0.0, 0.2, 0.4), bin_counts=(0.0, 10.0))
    assert by_hand.predicted_quantile(0.5) == pytest.approx(0.3)


@pytest.mark.parametrize("smoother", ["loess", "spline"])
@pytest.mark.parametrize(
    ("kind", "y", "p", "tag"),
    [("continuous", OBSERVED, PREDICTED, "_c"), ("binary", Y, RISK, "")],
)
def test_bands_of_people_with_several_rows_equal_r(smoother, kind, y, p, tag):
    """R's loess and rms' robcov, a factor G / (G - 1) apart; 40 people have 70 rows."""
    groups = DATA["group"].to_numpy()
    curve = calibration_curve(y, p, kind=kind, smoother=smoother, n_points=25, groups=groups)
    expected = oracle("bands")
    for side in ("low", "high"):
        wanted = expected[f"{smoother}{tag}_{side}"].to_numpy()
        assert getattr(curve, side) == pytest.approx(wanted, abs=1e-8)


def half_widths(curve):
    return (np.array(curve.high) - np.array(curve.low)) / 2.0


TWO_KINDS = pytest.mark.parametrize(
    ("kind", "y", "p"), [("continuous", OBSERVED, PREDICTED), ("binary", Y, RISK)]
)


@TWO_KINDS
@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_the_band_of_two_equal_hips_is_that_of_one(kind, y, p, smoother):
    """A second hip that says the same adds nothing: the band counts persons."""
    how = {"kind": kind, "smoother": smoother, "n_points": 9}
    alone = calibration_curve(y, p, groups=np.arange(len(y)), **how)
    hips = np.repeat(y, 2), np.repeat(p, 2)
    both = calibration_curve(*hips, groups=np.repeat(np.arange(len(y)), 2), **how)
    as_persons = calibration_curve(*hips, **how)
    inside = slice(1, -1)
    # Twice as many rows have other vertices and knots, and a few more degrees of freedom.
    assert half_widths(both)[inside] == pytest.approx(half_widths(alone)[inside], rel=0.1)
    ratio = half_widths(as_persons)[inside] / half_widths(both)[inside]
    # Rows taken for persons promise an n twice as large.
    assert np.median(ratio) == pytest.approx(np.sqrt(0.5), rel=0.15)


@TWO_KINDS
def test_the_band_over_persons_is_about_that_over_rows_where_rows_do_not_go_together(kind, y, p):
    plain = calibration_curve(y, p, kind=kind, n_points=9)
    pairs = calibration_curve(y, p, kind=kind, n_points=9, groups=np.arange(len(y)) // 2)
    assert np.median(half_widths(pairs) / half_widths(plain)) == pytest.approx(1.0, abs=0.15)


def test_a_curve_by_persons_leaves_out_those_without_log_odds():
    risk = np.append(RISK, [0.0, 0.0])
    y = np.append(Y, [0.0, 0.0])
    groups = np.append(np.arange(len(RISK)) // 2, [9_000, 9_000])
    curve = calibration_curve(y, risk, kind="binary", smoother="spline", groups=groups)
    known = calibration_curve(Y, RISK, kind="binary", smoother="spline", groups=groups[:-2])
    assert curve.low == known.low


@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_a_single_person_has_no_band(smoother):
    one = calibration_curve(
        OBSERVED, PREDICTED, kind="continuous", smoother=smoother, groups=np.zeros(len(OBSERVED))
    )
    assert (one.low, one.high) == ((), ())
