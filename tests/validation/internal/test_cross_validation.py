"""Repeated grouped cross-validation: by a loop, never splitting, tuned and imputed inside."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import InputError
from hiprisk.features.design import plan_design
from hiprisk.learning.candidates import development_data, unfitted_estimator, with_settings
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.participants.selection import select_participants
from hiprisk.learning.unpenalised import fit_ols
from hiprisk.metrics import scores
from hiprisk.seeding import rng_for
from hiprisk.validation.internal.cross_validation import FoldSettings, cross_validate
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.procedure import InnerTuning, StudyProcedure
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from metric_examples import metrics

N = 90
X = np.random.default_rng(0).normal(size=(N, 3))
Y = X @ [1.0, 0.5, 0.0] + np.random.default_rng(1).normal(size=N)
GROUPS = np.arange(N) // 2
METRICS = metrics("continuous", "r2", "calibration_slope")
FOLDING = FoldSettings(folds=5, repeats=3, seed=7)


class LeastSquares:
    def __init__(self):
        self.seen = []

    def __call__(self, resample):
        self.seen.append(resample)
        fit = fit_ols(X[resample.rows], Y[resample.rows])
        return Refit(fit.coefficients[0] + X @ fit.coefficients[1:], fit.coefficients)


def run(**settings):
    return cross_validate(
        settings.pop("procedure", LeastSquares()), Y, groups=GROUPS, metrics=METRICS,
        folding=FOLDING, interval_resamples=50, **settings,
    )  # fmt: skip


def test_each_repeat_equals_a_loop_by_hand():
    found = run().metrics[0]
    for repeat, value in enumerate(found.repeats):
        out_of_fold = np.full(N, np.nan)
        for rows in grouped_folds(GROUPS, n_folds=5, rng=rng_for(7, "cross-validation", repeat)):
            inside = np.setdiff1d(np.arange(N), rows)
            design = np.column_stack([np.ones(N), X])
            beta, *_ = np.linalg.lstsq(design[inside], Y[inside], rcond=None)
            out_of_fold[rows] = design[rows] @ beta
        assert value == pytest.approx(scores.r2(Y, out_of_fold), rel=1e-10)
    assert found.estimate.value == pytest.approx(np.mean(found.repeats))
    assert found.estimate.low < found.estimate.value < found.estimate.high


def test_no_person_is_split():
    procedure = LeastSquares()
    run(procedure=procedure)
    assert len(procedure.seen) == 15
    for fold in procedure.seen:
        left_out = np.flatnonzero(fold.counts == 0)
        assert not set(GROUPS[left_out]) & set(GROUPS[fold.rows])


def test_a_repeat_does_not_depend_on_how_many_there_are():
    more = cross_validate(
        LeastSquares(), Y, groups=GROUPS, metrics=METRICS, interval_resamples=20,
        folding=FoldSettings(folds=5, repeats=5, seed=7),
    )  # fmt: skip
    assert more.metrics[0].repeats[:3] == run().metrics[0].repeats


def test_an_interruption_changes_no_bit(tmp_path):
    class Killed(LeastSquares):
        def __call__(self, resample):
            if resample.number == 6:
                raise KeyboardInterrupt("at resample 6")
            return super().__call__(resample)

    checkpoint = Checkpoint(tmp_path, "cv")
    with pytest.raises(KeyboardInterrupt, match="at resample 6"):
        run(procedure=Killed(), checkpoint=checkpoint)
    whole = run()
    assert run(checkpoint=checkpoint) == whole
    assert json.dumps(whole.to_dict())


def test_a_fold_that_cannot_be_fitted_is_an_error():
    def refuse(resample):
        raise InputError("singular", code="DEGENERATE")

    with pytest.raises(InputError, match="could not be fitted on 15 of 15 folds"):
        run(procedure=refuse)


CONFIG = Path(__file__).parents[3] / "configs" / "stupar.yaml"


@pytest.fixture(scope="module")
def study():
    config = load_config(CONFIG, overrides=["imputation.imputations_in_resamples=2"])
    people = select_participants(simulate_cohort("stupar", n=220, seed=8).frame, config).development
    dictionary = load_dictionary()
    design = plan_design(config.predictors, dictionary, people.frame)
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    return config, blank, development_data(people, design, config, dictionary)


SETTINGS = {"penalty": 0.05, "l1_share": 0.0, "spline_knots": 0.0}


def test_imputation_sees_no_outcome_of_those_who_are_judged(study):
    _, blank, data = study
    assert np.isnan(data.columns).any()
    procedure = StudyProcedure(with_settings(blank, params=SETTINGS), data)
    (resample,) = draw_resamples(data.groups, n_resamples=1, seed=1)
    omitted = resample.counts == 0
    changed = replace(data, outcome=np.where(omitted, data.outcome[::-1] + 30.0, data.outcome))
    altered = StudyProcedure(procedure.estimator, changed)
    one, two = procedure(resample), altered(resample)
    assert (one.predicted == two.predicted).all()
    # Those who were drawn inform it: their outcomes do matter.
    swapped = replace(data, outcome=np.where(omitted, data.outcome, data.outcome + 30.0))
    moved = StudyProcedure(procedure.estimator, swapped)(resample)
    assert np.nanmean(moved.predicted - one.predicted) > 10.0


def test_tuning_and_imputation_are_nested_in_each_fold(study):
    config, blank, data = study
    procedure = StudyProcedure(blank, data, InnerTuning(config.families.linear, 2, 3))
    found = cross_validate(
        procedure, data.outcome, groups=data.groups, metrics=METRICS,
        folding=FoldSettings(folds=3, repeats=1, seed=1), interval_resamples=20,
    )  # fmt: skip
    assert found.n_people == int((~np.isnan(data.outcome)).sum())
    assert 0.0 < found.metrics[0].estimate.value < 0.8


def test_a_metric_that_a_repeat_lacks_is_not_available_and_the_others_are():
    found = run(procedure=lambda resample: Refit(np.full(N, 3.0)))
    assert [one.estimate.name for one in found.metrics] == ["r2"]
    assert "predictions that vary" in found.not_available["calibration_slope"]
    assert found.to_dict()["not_available"] == found.not_available
