"""Nested models against fits of their own, R rms, and themselves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.inference.increment.nested_models import (
    NestedModels,
    PredictionData,
    fit_nested_models,
    solve_positive,
)
from hiprisk.learning.linear import TermPlan
from hiprisk.learning.unpenalised import fit_logistic, fit_ols

ORACLES = Path(__file__).parents[2] / "oracles"
NAMES = ["d", "a", "b", "c"]


def nested_models(members, link="identity", bounds=None):
    plan = tuple(TermPlan(column=name, position=i, knots=()) for i, name in enumerate(NAMES))
    return NestedModels(plan, tuple(np.array(m, dtype=np.intp) for m in members), link, bounds,
                np.zeros(4), np.ones(4))  # fmt: skip


@pytest.fixture(scope="module")
def parts():
    long = pd.read_csv(ORACLES / "nested_models_imputed.csv", comment="#")
    return [part for _, part in long.groupby("imputation")]


def stacked(parts):
    return np.array([part[NAMES].to_numpy(float) for part in parts])


@pytest.mark.parametrize(("model", "outcome"), [("linear", "y"), ("logistic", "z")])
def test_likelihood_ratios_and_adequacy_equal_rms(parts, model, outcome):
    theirs = pd.read_csv(ORACLES / "nested_models_adequacy.csv", comment="#").set_index("model")
    models = nested_models([[0, 1], [0, 1, 2, 3]], "identity" if model == "linear" else "logit")
    fit = fit_nested_models(models, stacked(parts[:1]), parts[0][outcome].to_numpy(float))
    base, full = fit.likelihood_ratios
    assert base == pytest.approx(theirs.loc[model, "lr_base"], rel=1e-9)
    assert full == pytest.approx(theirs.loc[model, "lr_full"], rel=1e-9)
    assert 1 - base / full == pytest.approx(theirs.loc[model, "new_information"], rel=1e-9)


@pytest.mark.parametrize(("link", "outcome", "fit"), [
    ("identity", "y", fit_ols), ("logit", "z", fit_logistic),
])  # fmt: skip
def test_coefficients_equal_separate_fits_averaged(parts, link, outcome, fit):
    y = parts[0][outcome].to_numpy(float)
    got = fit_nested_models(nested_models([[0], [0, 2, 3]], link), stacked(parts), y)
    alone = [fit(part[["d", "b", "c"]].to_numpy(float), y).coefficients for part in parts]
    assert got.coefficients[1, [0, 1, 3, 4]] == pytest.approx(np.mean(alone, axis=0), rel=1e-8)
    assert got.coefficients[1, 2] == 0.0
    alone = [fit(part[["d"]].to_numpy(float), y).coefficients for part in parts]
    assert got.coefficients[0, :2] == pytest.approx(np.mean(alone, axis=0), rel=1e-8)


@pytest.mark.parametrize(("link", "outcome"), [("identity", "y"), ("logit", "z")])
def test_weight_two_equals_the_same_person_twice(parts, link, outcome):
    y = parts[0][outcome].to_numpy(float)
    counts = np.random.default_rng(3).integers(0, 3, len(y))
    rows = np.repeat(np.arange(len(y)), counts)
    models = nested_models([[0], [0, 1, 2, 3]], link)
    weighted = fit_nested_models(models, stacked(parts), y, weights=counts.astype(float))
    repeated = fit_nested_models(models, stacked(parts)[:, rows], y[rows])
    assert weighted.coefficients == pytest.approx(repeated.coefficients, rel=1e-8)
    assert weighted.likelihood_ratios == pytest.approx(repeated.likelihood_ratios, rel=1e-8)


def test_a_base_without_predictors_is_the_mean(parts):
    y = parts[0]["y"].to_numpy(float)
    fit = fit_nested_models(nested_models([[], [0]]), stacked(parts), y)
    assert fit.coefficients[0] == pytest.approx([y.mean(), 0, 0, 0, 0])
    assert fit.likelihood_ratios[0] == 0.0


@pytest.mark.parametrize("link", ["identity", "logit"])
@pytest.mark.parametrize("value", [0.0, 0.1, "repeated"])
def test_what_rows_cannot_estimate_has_coefficient_0_and_is_told(parts, link, value):
    bases, y = stacked(parts), parts[0]["z"].to_numpy(float)
    bases[:, :, 3] = bases[:, :, 2] if value == "repeated" else value
    fit = fit_nested_models(nested_models([[0], [0, 1, 2, 3]], link), bases, y)
    without = fit_nested_models(nested_models([[0], [0, 1, 2]], link), bases, y)
    assert (fit.left_out, without.left_out) == ((3,), ())
    np.testing.assert_allclose(fit.coefficients, without.coefficients, rtol=1e-12)
    np.testing.assert_allclose(fit.likelihood_ratios, without.likelihood_ratios, rtol=1e-12)


@pytest.mark.parametrize("link", ["identity", "logit"])
def test_a_level_that_one_imputation_lacks_is_left_out_of_all(parts, link):
    bases, y = stacked(parts), parts[0]["z"].to_numpy(float)
    bases[0, :, 3] = 0.3
    fit = fit_nested_models(nested_models([[0], [0, 3]], link), bases, y)
    assert fit.left_out == (3,)
    np.testing.assert_array_equal(fit.coefficients[1], fit.coefficients[0])


def test_a_level_of_people_who_were_not_drawn_is_constant(parts):
    bases, y = stacked(parts), parts[0]["y"].to_numpy(float)
    bases[:, :, 3] = 0.0
    bases[:, 7, 3] = 1.0
    weights = np.ones(len(y))
    models = nested_models([[0], [0, 3]])
    assert fit_nested_models(models, bases, y, weights=weights).left_out == ()
    weights[7] = 0.0
    assert fit_nested_models(models, bases, y, weights=weights).left_out == (3,)


def test_as_many_coefficients_as_rows_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="combination of others") as refusal:
        fit_nested_models(nested_models([[0], [0, 1, 2, 3]]), rng.normal(size=(1, 4, 4)),
                          rng.normal(size=4))  # fmt: skip
    assert refusal.value.code == "DEGENERATE"


@pytest.mark.parametrize("link", ["identity", "logit"])
def test_an_outcome_that_never_varies_is_refused(parts, link):
    with pytest.raises(InputError, match=r"does not vary|one class only"):
        fit_nested_models(nested_models([[0], [0, 1]], link), stacked(parts), np.ones(60))


def test_separated_classes_are_refused(parts):
    y = (parts[0]["d"] == 1).to_numpy(float)
    with pytest.raises(InputError, match="separate the two classes"):
        fit_nested_models(nested_models([[], [0]], "logit"), stacked(parts), y)


def test_a_column_that_never_varies_is_refused():
    with pytest.raises(InputError, match="does not vary"):
        solve_positive(np.diag([1.0, 0.0]), np.ones(2))


def test_predictions_are_clipped_for_scores_and_averaged_over_draws_for_risks():
    drawn = np.array([[[2.0, 0, 0, 0]], [[-1.0, 0, 0, 0]]])
    people = PredictionData(np.array([[3.0, 0, 0, 0], [0.5, 0, 0, 0]]), np.array([1]), drawn)
    coefficients = np.array([[0.0, 1.0, 0, 0, 0]])
    score = people.predictions(nested_models([[0]], bounds=(0.0, 2.5)), coefficients)
    assert score.tolist() == [[2.5, 0.5]]
    risk = people.predictions(nested_models([[0]], "logit"), coefficients)
    mean = (1 / (1 + np.exp(-2.0)) + 1 / (1 + np.exp(1.0))) / 2
    assert risk[0] == pytest.approx([1 / (1 + np.exp(-3.0)), mean])
    assert people.imputation_variance(coefficients).tolist() == [[0.0, 4.5]]
