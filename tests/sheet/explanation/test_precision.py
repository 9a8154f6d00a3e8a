"""How precise a prediction is: effective sample size and spread of the refits, by hand and R."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.precision import effective_sample_size, refit_spread
from hiprisk.sheet.format import LinearModel, Term
from ordinal_sheet import ordinal_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet

ORACLE = json.loads((Path(__file__).parents[2] / "oracles" / "bedside_r.json").read_text())
REGRESSION = ORACLE["regression"]
PATIENT = (50.0, 1.0, 0.0, 80.0)


def known_columns(places=range(4), values=PATIENT):
    return [np.array([values[i] if i in places else np.nan]) for i in range(4)]


def completed(sheet, values=PATIENT):
    evaluator = SheetEvaluator(sheet)
    return evaluator, evaluator.completed(known_columns(values=values))


def regression_sheet():
    """The regression of the oracle, age standing for x and the indicator of men for z."""
    intercept, *slopes = REGRESSION["coefficients"]
    model = LinearModel(
        link="identity",
        intercept=intercept,
        terms=tuple(
            Term(column=name, basis="linear", coefficients=(slope,))
            for name, slope in zip(("age_years", "sex=male"), slopes, strict=True)
        ),
        covariance=tuple(map(tuple, REGRESSION["covariance"])),
    )
    return dataclasses.replace(small_sheet(), model=model, residual_sd=REGRESSION["sigma"])


@pytest.mark.parametrize("row", REGRESSION["rows"])
def test_effective_sample_size_from_the_covariance_equals_r(row):
    # At the mean of the predictors it is the number of people, 8.
    evaluator, own = completed(regression_sheet(), values=(row["x"], row["z"], 0.0, 0.0))
    assert effective_sample_size(evaluator, own, None) == pytest.approx(row["effective"], rel=1e-9)


def test_effective_sample_size_from_refits_equals_hand_count():
    # Intercepts -0.20 to 0.20 by 0.01: 41 * 42 / 12 * 0.01^2 = 0.01435; 14^2 over that.
    evaluator, own = completed(small_sheet())
    assert effective_sample_size(evaluator, own, None) == pytest.approx(196 / 0.01435, rel=1e-9)


def test_effective_sample_size_of_a_risk_equals_hand_count():
    # One refit says 0.5, one 0.6: variance 0.005; at a risk of 0.55, 0.2475 / 0.005.
    sheet = small_sheet(kind="binary")
    refits = tuple((lp, 0.0, 0.0, 0.0, 0.0) for lp in (0.0, float(np.log(1.5))))
    model = dataclasses.replace(sheet.model, refits=refits)
    evaluator, own = completed(dataclasses.replace(sheet, model=model))
    assert effective_sample_size(evaluator, own, 0.55) == pytest.approx(49.5, rel=1e-9)


def test_effective_sample_size_of_a_risk_from_the_covariance_equals_hand_count():
    # Only the intercept is unsure, by 0.02: 1 / (0.55 * 0.45 * 0.02).
    sheet = small_sheet(kind="binary")
    covariance = tuple(tuple(0.02 if i == j == 0 else 0.0 for j in range(5)) for i in range(5))
    model = dataclasses.replace(sheet.model, refits=None, covariance=covariance)
    evaluator, own = completed(dataclasses.replace(sheet, model=model))
    expected = 1 / (0.55 * 0.45 * 0.02)
    assert effective_sample_size(evaluator, own, 0.55) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("sheet", [
    tree_sheet(),
    dataclasses.replace(small_sheet(), residual_sd=None),
    dataclasses.replace(
        small_sheet(), model=dataclasses.replace(small_sheet().model, refits=None)
    ),
])  # fmt: skip
def test_effective_sample_size_is_not_made_up(sheet):
    evaluator, own = completed(sheet)
    assert effective_sample_size(evaluator, own, None) is None


def test_refit_spread_equals_hand_count():
    # The prediction is 10 + 5 + 48 = 63 for a man without back pain; refits run from 62.8 to 63.2.
    evaluator, own = completed(small_sheet())
    found = refit_spread(evaluator, own, 63.0)
    assert found.n_refits == 41
    assert found.low == pytest.approx(62.81)
    assert found.high == pytest.approx(63.19)
    assert found.mean_absolute_difference == pytest.approx(2 * 0.01 * 210 / 41)
    assert found.standard_deviation == pytest.approx(0.01435**0.5)


def test_refits_are_held_at_the_ends_of_the_scale():
    evaluator, own = completed(small_sheet(), values=(110.0, 0.0, 1.0, 100.0))
    values = (110.0, 0.0, 1.0, 100.0)
    model = dataclasses.replace(small_sheet().model, intercept=60.0, refits=None)
    refits = tuple((intercept, 0.1, 0.6, 5.0, 2.0) for intercept in (50.0, 60.0))
    sheet = dataclasses.replace(small_sheet(), model=dataclasses.replace(model, refits=refits))
    evaluator, own = completed(sheet, values=values)
    assert refit_spread(evaluator, own, 100.0).high == 100.0


def test_trees_carry_no_refits():
    evaluator, own = completed(tree_sheet())
    assert refit_spread(evaluator, own, 40.0) is None


def ordinal_person(**changes):
    evaluator = SheetEvaluator(ordinal_sheet(**changes))
    known = [np.array([value]) for value in (70.0, 0.0, 1.0, 45.0)]
    return evaluator, evaluator.completed(known), evaluator.predict_numeric(known)


def test_refits_of_an_ordinal_model_disagree_about_its_mean():
    evaluator, person, prediction = ordinal_person()
    found = refit_spread(evaluator, person, float(prediction.predicted[0]))
    means = evaluator.model.refitted(person, 1)[:, 0]
    assert found.standard_deviation == pytest.approx(np.std(means, ddof=1))
    expected = np.quantile(means, [0.025, 0.975])
    assert [found.low, found.high] == pytest.approx(expected, rel=1e-12)
    size = effective_sample_size(evaluator, person, None)
    law = evaluator.ordinal.distribution(evaluator.ordinal.predictor(person, 1))
    assert size == pytest.approx(law.variance()[0] / np.var(means, ddof=1))


def test_without_refits_the_covariance_of_an_ordinal_model_serves():
    draws = np.random.default_rng(3).normal(size=(9, 9)) * 1e-4
    covariance = draws @ draws.T
    evaluator, person, _ = ordinal_person(
        refits=None, covariance=tuple(map(tuple, covariance.tolist()))
    )
    gradient = np.array([part[0] for part in evaluator.ordinal.gradient(person, 1)])
    law = evaluator.ordinal.distribution(evaluator.ordinal.predictor(person, 1))
    size = effective_sample_size(evaluator, person, None)
    assert size == pytest.approx(law.variance()[0] / (gradient @ covariance @ gradient), rel=1e-9)
    assert refit_spread(evaluator, person, 0.0) is None
