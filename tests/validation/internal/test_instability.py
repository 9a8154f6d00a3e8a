"""Stability of predictions: hand counts, figures of R, and what holds of every model."""

import json

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.validation.internal.instability import (
    calibration_spline,
    calibration_stability,
    decision_curve_stability,
    decision_stability,
    prediction_stability,
    study_stability,
)
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from metric_examples import oracle, report_figures

# Three people, four refits.
APPARENT = np.array([0.2, 0.5, 0.8])
REFITTED = np.array([[0.1, 0.5, 0.8], [0.2, 0.4, 0.8], [0.3, 0.6, 0.8], [0.6, 0.5, 0.8]])


def fitted(*, logistic, n=120, n_resamples=25, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    lp = x @ [1.0, 0.5, 0.0]
    y = (
        (rng.random(n) < 1 / (1 + np.exp(-lp))).astype(float)
        if logistic
        else lp + rng.normal(size=n)
    )
    fit = fit_logistic if logistic else fit_ols

    def predicted(weights=None):
        coefficients = fit(x, y, weights=weights).coefficients
        lp = coefficients[0] + x @ coefficients[1:]
        return 1 / (1 + np.exp(-lp)) if logistic else lp

    refits = refit_all(
        lambda resample: Refit(predicted(resample.counts.astype(float))),
        draw_resamples(np.arange(n), n_resamples=n_resamples, seed=1),
    )
    return refits, y, predicted()


def test_mape_equals_hand_count():
    found = prediction_stability(REFITTED, apparent=APPARENT)
    assert found.mape_each == pytest.approx((0.6 / 4, 0.2 / 4, 0.0))
    assert found.mape == pytest.approx(0.8 / 12)
    assert found.low[0] == pytest.approx(0.1)  # below rank 1: the least of the four
    assert found.high[2] == found.low[2] == pytest.approx(0.8)


def test_flips_equal_hand_count():
    found = decision_stability(REFITTED, apparent=APPARENT, threshold=0.5)
    # The first person reaches 0.5 in one refit, the second (who sits on it) misses it in one.
    assert found.flip_chance == pytest.approx((0.25, 0.25, 0.0))
    assert found.share_flipped.value == pytest.approx(1 / 6)
    assert found.share_acted_on == pytest.approx(2 / 3)
    assert found.share_ever_flipped == pytest.approx(2 / 3)
    assert found.share_often_flipped == pytest.approx(2 / 3)


def test_a_prediction_on_the_threshold_reaches_it():
    # Two of four refits put the person just below; the others leave it on the threshold.
    refitted = np.array([[0.5], [0.4], [0.4], [0.5]])
    found = decision_stability(refitted, apparent=np.array([0.5]), threshold=0.5)
    assert found.flip_chance == (0.5,)


def test_decision_curves_equal_hand_count():
    observed = np.array([1.0, np.nan, 0.0])
    found = decision_curve_stability(REFITTED, observed, apparent=APPARENT, thresholds=[0.25])
    # Two people known. The model acts on the second, wrongly; odds of 0.25 are 1/3.
    assert found.model == pytest.approx((-1 / 6,))
    acted_on_first = np.array([False, False, True, True])
    each = acted_on_first / 2 - 1 / 6
    assert [row[0] for row in found.refits] == pytest.approx(each.tolist())


def test_thresholds_outside_the_unit_interval_are_refused():
    with pytest.raises(InputError, match=r"lies inside \(0, 1\)"):
        decision_curve_stability(REFITTED, np.ones(3), apparent=APPARENT, thresholds=[1.0])


@pytest.mark.parametrize("logistic", [False, True])
def test_a_study_has_all_four_levels(logistic):
    refits, y, apparent = fitted(logistic=logistic)
    kind = "binary" if logistic else "continuous"
    found = study_stability(refits, y, apparent=apparent, kind=kind, thresholds=[0.3, 0.5])
    slope = next(e for e in found.calibration.spread if e.name == "calibration_slope")
    assert slope.value == pytest.approx(1.0, abs=1e-8)
    assert slope.low < 1.0
    assert len(found.predictions.predicted) == 120
    assert len(found.decisions) == 2
    assert (found.decision_curves is not None) == logistic
    assert set(found.to_frame()["measure"]) >= {"mape", "calibration_slope", "share_flipped"}
    assert json.dumps(found.to_dict())


def test_nothing_of_single_people_is_in_the_dict():
    refits, y, apparent = fitted(logistic=True)
    found = study_stability(refits, y, apparent=apparent, kind="binary", thresholds=[0.5])
    assert "flip_chance" not in json.dumps(found.to_dict())
    assert "predicted" not in found.to_dict()["predictions"]


def test_more_people_make_predictions_more_stable():
    few, _, few_apparent = fitted(logistic=True, n=80)
    many, _, many_apparent = fitted(logistic=True, n=1_000)
    unstable = prediction_stability(few.predicted, apparent=few_apparent).mape
    stable = prediction_stability(many.predicted, apparent=many_apparent).mape
    assert stable < 0.6 * unstable


def test_refits_that_all_agree_are_perfectly_stable():
    _, y, apparent = fitted(logistic=False)
    same = np.repeat(apparent[np.newaxis], 5, axis=0)
    assert prediction_stability(same, apparent=apparent).mape == 0.0
    flips = decision_stability(same, apparent=apparent, threshold=0.0)
    assert flips.share_flipped.value == 0.0
    found = calibration_stability(same, y, apparent=apparent, kind="continuous")
    assert all(curve == found.model for curve in found.refits)


def test_the_spline_of_a_straight_line_is_the_line():
    x = np.linspace(0, 10, 50)
    curve = calibration_spline(2 * x + 1, x, grid=np.array([-1.0, 2.0, 5.0]), kind="continuous")
    assert curve[0] is None
    assert curve[1:] == pytest.approx((5.0, 11.0))


def test_constant_refits_leave_the_models_slope_without_an_interval():
    _, y, apparent = fitted(logistic=False)
    found = calibration_stability(np.ones((2, 120)), y, apparent=apparent, kind="continuous")
    slope = next(one for one in found.spread if one.name == "calibration_slope")
    assert slope.value == pytest.approx(1.0)
    assert (slope.low, slope.high) == (None, None)


def test_a_model_that_never_varies_has_no_slope_and_says_so():
    _, y, _ = fitted(logistic=False)
    found = calibration_stability(np.ones((2, 120)), y, apparent=np.ones(120), kind="continuous")
    assert "predictions that vary" in found.not_available["calibration_slope"]
    assert [one.name for one in found.spread] == ["calibration_in_the_large"]


def test_a_refit_whose_spline_separates_the_classes_has_no_curve_and_is_counted():
    _, y, apparent = fitted(logistic=True)
    refits = np.array([apparent, np.where(y == 1.0, 0.9, 0.1) + apparent / 100.0])
    found = calibration_stability(refits, y, apparent=apparent, kind="binary")
    assert (len(found.refits), found.n_without_curve) == (1, 1)


def test_instability_is_that_of_a_computation_in_r():
    # Riley and Collins' formulas of 25 logistic regressions, which R fitted to resamples.
    r = report_figures()["instability"]
    refitted, own = np.array(r["refits"]), np.array(r["own"])
    y = oracle("data")["y"].to_numpy(float)
    found = prediction_stability(refitted, apparent=own)
    assert found.mape == pytest.approx(r["mape"], rel=1e-12)
    for name in ("mape_each", "low", "high"):
        assert getattr(found, name) == pytest.approx(r[name], rel=1e-12, abs=1e-15), name
    for place, threshold in enumerate(r["thresholds"]):
        one = decision_stability(refitted, apparent=own, threshold=threshold)
        assert one.flip_chance == pytest.approx(r["flip_chance"][place], abs=1e-12)
        assert one.share_flipped.value == pytest.approx(r["share_flipped"][place], rel=1e-12)
        assert one.share_ever_flipped == pytest.approx(r["share_ever_flipped"][place], rel=1e-12)
    curves = decision_curve_stability(refitted, y, apparent=own, thresholds=r["thresholds"])
    assert curves.model == pytest.approx(r["net_benefit"], rel=1e-12)
    assert curves.low == pytest.approx(r["net_benefit_low"], rel=1e-9)
    assert np.array(curves.refits) == pytest.approx(np.array(r["net_benefit_refits"]), abs=1e-12)
    spread = calibration_stability(refitted, y, apparent=own, kind="binary").to_dict()
    slope, large = spread["calibration_slope"], spread["calibration_in_the_large"]
    assert slope["value"] == pytest.approx(r["slope"], rel=1e-7)
    assert (slope["low"], slope["high"]) == pytest.approx(r["slope_ends"], rel=1e-7)
    assert (large["low"], large["high"]) == pytest.approx(r["in_the_large_ends"], rel=1e-7)
