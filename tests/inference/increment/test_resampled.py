"""Nested models on every resample: a count by hand, seeds, workers, the fast setting."""

import dataclasses
from functools import partial

import numpy as np
import pytest

import fitted_studies
from hiprisk.arrays import row_parts
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.errors import InputError
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import Comparison, added_value, run_compare
from hiprisk.inference.increment.comparison import resolved_comparison
from hiprisk.inference.increment.preparation import prepare_comparison
from hiprisk.learning.candidates import development_data
from hiprisk.learning.participants.selection import select_participants
from hiprisk.learning.unpenalised import fit_ols
from hiprisk.metrics.scores import r2
from hiprisk.validation.resampling.resamples import Resample, draw_resamples

FAST = Comparison(method="impute_then_bootstrap", point_measures_only=True)


@pytest.mark.slow
def test_result_does_not_depend_on_the_number_of_workers(stupar_config):
    config = stupar_config()
    assert run_compare(config, comparison=FAST, workers=2) == run_compare(config, comparison=FAST)


def test_another_seed_gives_another_interval(stupar_config):
    gains = [
        run_compare(stupar_config(f"seed={seed}"), comparison=FAST).additions[0].gains[0]
        for seed in (1, 2)
    ]
    assert gains[0].estimate != gains[1].estimate


def test_fast_setting_is_near_the_full_one_and_says_so(result, stupar_config):
    fast = run_compare(stupar_config(), comparison=FAST)
    ours, theirs = fast.addition("back").gain("r2"), result.addition("back").gain("r2")
    # The same imputations of all people, hence the same apparent gain.
    assert ours.apparent == pytest.approx(theirs.apparent, rel=1e-9)
    assert ours.estimate.value == pytest.approx(theirs.estimate.value, abs=0.01)
    assert any(note.startswith("Fast setting") for note in fast.notes)


def test_three_resamples_equal_a_count_by_hand(stupar_config):
    # Complete data, straight lines: every fit by least squares on the rows as drawn.
    config = stupar_config("imputation.auxiliary=[]", "families.linear.spline_knots=0")
    dictionary = load_dictionary()
    cohort = simulate_cohort("stupar", n=300, seed=3, missing=False)
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    comparison = Comparison(add=("back",), n_resamples=3, point_measures_only=True)
    got = added_value(config, dictionary, data, design, comparison=comparison)

    inputs, y = design.model_inputs(data.columns), data.outcome
    in_block = [name in config.blocks["back"] for name in design.predictor_of]
    in_core = [name in config.blocks["core"] for name in design.predictor_of]
    both = [a or b for a, b in zip(in_block, in_core, strict=True)]

    def gain(fitted_to, evaluated_on):
        values = []
        for used in (np.flatnonzero(in_core), np.flatnonzero(both)):
            line = fit_ols(inputs[fitted_to][:, used], y[fitted_to]).coefficients
            predicted = np.clip(line[0] + inputs[evaluated_on][:, used] @ line[1:], 0, 100)
            values.append(r2(y[evaluated_on], predicted))
        return values[1] - values[0]

    everybody = np.arange(len(y))
    drawn = draw_resamples(data.groups, n_resamples=3, seed=config.seed)
    excess = [gain(one.rows, one.rows) - gain(one.rows, everybody) for one in drawn]
    ours = got.additions[0].gain("r2")
    assert ours.apparent == pytest.approx(gain(everybody, everybody), rel=1e-9)
    assert ours.optimism == pytest.approx(np.mean(excess), rel=1e-9)
    assert ours.estimate.value == pytest.approx(ours.apparent - np.mean(excess), rel=1e-9)


@pytest.fixture(scope="module")
def prepared():
    config, _, dictionary, design, data = fitted_studies.study(n=120)
    chosen = resolved_comparison(config, FAST)
    return prepare_comparison(config, dictionary, data, design, chosen)


def once(procedure):
    """A resample in which everybody is drawn once."""
    everybody = np.arange(len(procedure.data.outcome))
    return Resample(number=0, rows=everybody, counts=np.ones(len(everybody), dtype=np.intp))


def test_a_resample_of_everybody_once_is_the_apparent_fit(prepared):
    procedure, imputed, _ = prepared
    fit, apparent = procedure.apparent(imputed)
    found = procedure(once(procedure))
    assert found.training == pytest.approx(found.test)
    assert found.training == pytest.approx(apparent.training)
    assert found.likelihood_ratios == pytest.approx(fit.likelihood_ratios)


def test_a_resample_that_cannot_be_fitted_says_why_and_no_other_refusal_is_hidden(prepared):
    procedure, _, _ = prepared
    one = once(procedure)
    # One person alone leaves nothing that varies.
    alone = dataclasses.replace(one, counts=np.where(one.rows == 0, 120, 0))
    assert "vary" in procedure(alone)

    def refuse(resample):
        raise InputError("is no number", code="NOT_A_NUMBER")

    other = dataclasses.replace(procedure)
    object.__setattr__(other, "_evaluate", refuse)
    with pytest.raises(InputError, match="is no number"):
        other(one)


def test_complete_people_are_predicted_from_what_they_have(prepared):
    procedure, imputed, _ = prepared
    columns = procedure.data.columns[~np.isnan(procedure.data.outcome)]
    complete = ~np.isnan(columns).any(axis=1)
    inputs = procedure.estimator.design.model_inputs(columns[complete])
    assert imputed.for_prediction.basis[complete] == pytest.approx(procedure.models.basis(inputs))
    assert imputed.for_prediction.incomplete.tolist() == np.flatnonzero(~complete).tolist()


@pytest.mark.parametrize("part_rows", [1, 37])
def test_predictions_part_by_part_are_those_of_all_at_once(monkeypatch, prepared, part_rows):
    procedure, imputed, _ = prepared
    _, apparent = procedure.apparent(imputed)
    once_drawn = procedure(once(procedure))
    for limit in ("PART_ROWS", "MOST_AT_ONCE"):
        monkeypatch.setattr(f"hiprisk.inference.increment.resampled.{limit}", part_rows)
    monkeypatch.setattr(
        "hiprisk.inference.increment.nested_models.row_parts", partial(row_parts, at_once=part_rows)
    )
    found = procedure(once(procedure))
    assert found.training == pytest.approx(once_drawn.training, rel=1e-9)
    assert found.test == pytest.approx(once_drawn.test, rel=1e-9)
    assert found.likelihood_ratios == pytest.approx(once_drawn.likelihood_ratios, rel=1e-9)
    assert found.training == pytest.approx(apparent.training)
