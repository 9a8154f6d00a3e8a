"""Recalibration of an ordinal model: a shift and a slope, by hand where there are two values."""

import dataclasses

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.metrics.calibration import logit_in_the_large
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.links import expit
from hiprisk.validation.updating.ordinal import (
    UNREACHED,
    OrdinalScale,
    _levels,
    fit_line,
    updated_vector,
)
from ordinal_sheet import INTERCEPTS, VALUES, ordinal_sheet
from updated_models import a_cohort, updated

RNG = np.random.default_rng(11)
X = RNG.normal(size=(120, 1))
TWO = OrdinalScale("logit", np.array([0.0, 10.0]), np.array([0.4, 0.8]), X)
Y = 10.0 * (RNG.random(120) < expit(1.0 + 0.5 * X[:, 0]))


def five(**changes):
    parts = {"link": "logit", "values": np.array(VALUES), "functions": X}
    vector = np.array([2.0, 0.5, -0.5, -2.0, 1.0])
    return OrdinalScale(**{**parts, "vector": vector, **changes})


SCORES = np.array(VALUES)[RNG.integers(0, 5, 120)]


def test_two_values_are_a_logistic_recalibration():
    line = fit_line(TWO, Y, None, n_free=2)
    logistic = fit_logistic(0.8 * X, Y / 10.0)
    # The intercept of 0.4 is the model's own.
    assert line.intercept == pytest.approx(logistic.coefficients[0] - 0.4, rel=1e-8)
    assert line.slope == pytest.approx(logistic.coefficients[1], rel=1e-8)
    assert line.log_likelihood == pytest.approx(logistic.log_likelihood, rel=1e-12)
    shift = fit_line(TWO, Y, None, n_free=1)
    in_the_large = logit_in_the_large(Y / 10.0, expit(0.4 + 0.8 * X[:, 0]))
    assert (shift.intercept, shift.slope) == (pytest.approx(in_the_large, rel=1e-8), 1.0)


@pytest.mark.parametrize("link", ["logit", "probit", "loglog", "cloglog"])
def test_no_other_line_is_likelier(link):
    best = fit_line(five(link=link), SCORES, None, n_free=2)
    vector = updated_vector(five(), best)
    assert fit_line(five(link=link, vector=vector), SCORES, None, n_free=0).log_likelihood == (
        pytest.approx(best.log_likelihood, rel=1e-12)
    )
    for step in ([0.01, 0.0], [0.0, 0.01], [-0.01, 0.0], [0.0, -0.01]):
        other = dataclasses.replace(
            best, intercept=best.intercept + step[0], slope=best.slope + step[1]
        )
        near = five(link=link, vector=updated_vector(five(), other))
        assert fit_line(near, SCORES, None, n_free=0).log_likelihood < best.log_likelihood


def test_a_weight_of_two_is_the_same_person_twice():
    weights = np.r_[np.full(20, 2.0), np.ones(100)]
    twice = np.r_[np.arange(120), np.arange(20)]
    one = fit_line(five(), SCORES, weights, n_free=2)
    other = fit_line(five().take(twice), SCORES[twice], None, n_free=2)
    assert (one.intercept, one.slope) == pytest.approx((other.intercept, other.slope), rel=1e-9)


def test_a_score_without_a_chance_counts_as_the_nearest_that_has_one():
    # A refit that lacked the values 45 and 100.
    lacking = five(vector=np.array([2.0, -0.5, -0.5, -102.0, 1.0]))
    line = fit_line(lacking, np.where(SCORES == 45.0, 70.0, SCORES), None, n_free=2)
    # 45 is as near to 20 as to 70 where it is missing: the lower one.
    again = fit_line(lacking, np.where(SCORES == 100.0, 71.0, SCORES), None, n_free=2)
    lower = fit_line(lacking, np.where(SCORES == 45.0, 20.0, SCORES), None, n_free=2)
    assert again.log_likelihood == pytest.approx(lower.log_likelihood)
    assert np.isfinite(line.log_likelihood)
    assert again.slope == pytest.approx(lower.slope)


@pytest.mark.parametrize(("beyond", "place"), [(0.0, 2), (1.0, 1)])
def test_a_value_is_out_of_reach_beyond_the_limit_on_either_side(beyond, place):
    values, far = np.array([0.0, 10.0, 20.0, 30.0]), UNREACHED + beyond
    low = OrdinalScale("logit", values, np.array([1.0, 0.0, -far, 1.0]), X)
    assert _levels(low, np.array([20.0, 30.0]))[0].tolist() == [2, place + 1]
    high = OrdinalScale("logit", values, np.array([far, 0.0, -1.0, 1.0]), X)
    assert _levels(high, np.array([20.0]))[0].tolist() == [place]


def test_people_who_are_all_the_same_have_no_slope():
    with pytest.raises(InputError, match="predicts the same of all of these people"):
        fit_line(five(functions=np.zeros((120, 1))), SCORES, None, n_free=2)


def on_the_scale(n=300):
    cohort = a_cohort(n)
    name = "womac_function_followup_0_100"
    nearest = np.abs(np.subtract.outer(cohort.frame[name].to_numpy(), VALUES)).argmin(axis=1)
    frame = cohort.frame.assign(**{name: np.array(VALUES)[nearest]})
    return dataclasses.replace(cohort, frame=frame)


def test_a_recalibrated_sheet_is_right_on_average_and_keeps_its_distribution():
    parent = dataclasses.replace(ordinal_sheet(), provenance="real")
    people, result = updated("recalibrate", sheet=parent, cohort=on_the_scale())
    model = result.sheet.model
    assert np.subtract(model.intercepts, INTERCEPTS) == pytest.approx(result.intercept)
    assert model.terms[0].coefficients[0] == pytest.approx(result.slope * 0.02)
    assert result.scatter == "own"
    assert result.sheet.distribution is None
    assert result.sheet.residual_sd is not None
    assert len(model.refits) == len(parent.model.refits)
    assert (np.diff(np.array(model.refits)[:, :4], axis=1) <= 0.0).all()
    predicted = SheetEvaluator(result.sheet).predict(
        {name: people.frame[name].to_numpy() for name in ("age_years", "sex", "lbp_any")}
        | {"womac_function_0_100": people.frame["womac_function_0_100"].to_numpy()}
    )
    assert abs(np.mean(people.observed - predicted.predicted)) < 1.5
    assert result.coefficients[0].term == "intercept of 70"


def test_coefficients_of_an_ordinal_model_are_not_re_estimated():
    with pytest.raises(InputError, match="each of its 5 values has an intercept") as refusal:
        updated("reestimate", sheet=ordinal_sheet(), cohort=on_the_scale())
    assert refusal.value.code == "METHOD"


def test_the_closed_test_goes_as_far_as_recalibration():
    _, result = updated("closed-test", sheet=ordinal_sheet(), cohort=on_the_scale())
    assert result.closed_test.tests[0].fuller == "recalibrate"
    assert result.chosen == "recalibrate"
