"""The choice of the model type by the smallest cross-validated loss."""

import dataclasses
from pathlib import Path

import numpy as np
import optuna
import pytest

from hiprisk.config import EstimatorSettings, load_config
from hiprisk.errors import ConfigError
from hiprisk.learning.foreign import size
from hiprisk.learning.model_choice import (
    choose_model_type,
    fit_model,
    keep_study_trials,
    predict_out_of_fold,
    smallest_loss,
    study_folds,
    tuned_candidates,
)
from hiprisk.learning.preparation import prepare_study
from hiprisk.learning.tuning.search import Trial, Tuned

STUPAR = Path(__file__).parents[2] / "configs" / "stupar.yaml"
QUICK = ("cohort.simulate.n=150", "tuning.trials=2", "tuning.folds=3", "imputation.imputations=2",
         "families={mean: {}, linear: {spline_knots: 0, l1_share: 0}}")  # fmt: skip


def tuned(loss):
    return Tuned(params={"penalty": loss}, loss=loss, trials=(
        Trial(number=0, params={"penalty": loss}, loss=loss),))  # fmt: skip


def test_the_smallest_loss_is_chosen_and_its_reduction_against_the_mean_is_told():
    choice = smallest_loss({"mean": tuned(100.0), "linear": tuned(75.0), "boosting": tuned(80.0)})
    assert choice.name == "linear"
    assert choice.params == {"penalty": 75.0}
    assert [one.chosen for one in choice.candidates] == [False, True, False]
    assert [one.gain_over_mean for one in choice.candidates] == pytest.approx([0.0, 0.25, 0.2])


def test_of_equal_losses_the_earliest_candidate_is_chosen():
    assert smallest_loss({"boosting": tuned(1.0), "linear": tuned(1.0)}).name == "boosting"


def test_a_benchmark_is_never_chosen():
    own = {"near": EstimatorSettings(estimator="sklearn.neighbors.KNeighborsRegressor")}
    choice = smallest_loss({"mean": tuned(9.0), "linear": tuned(3.0), "near": tuned(1.0)}, own)
    assert choice.name == "linear"
    assert [one.benchmark for one in choice.candidates] == [False, False, True]
    assert [one.name for one in choice.compared] == ["near"]
    assert choice.candidates[-1].trials[0] == {"number": 0, "loss": 1.0, "params_penalty": 1.0}


def test_a_study_without_own_candidates_compares_none():
    assert (
        smallest_loss({"mean": tuned(9.0), "linear": tuned(3.0), "boosting": tuned(4.0)}).compared
        == ()
    )


def test_what_turns_out_too_large_for_a_sheet_becomes_a_benchmark(tmp_path, monkeypatch):
    tree = "tree: {estimator: sklearn.tree.DecisionTreeRegressor, fixed: {max_leaf_nodes: 3}}"
    families = f"families={{linear: {{spline_knots: 0, l1_share: 0, penalty: 1}}, {tree}}}"
    config = load_config(STUPAR, overrides=(*QUICK[:-1], families))
    prepared = prepare_study(config, checkpoints=tmp_path, workers=1, progress=lambda *_: None)
    choice = smallest_loss(
        {"mean": tuned(9.0), "linear": tuned(3.0), "tree": tuned(1.0)}, config.families.own
    )
    choice = dataclasses.replace(
        choice,
        params={},
        candidates=tuple(
            dataclasses.replace(one, params={"penalty": 1.0, "l1_share": 0.0, "spline_knots": 0.0})
            for one in choice.candidates
        ),
    )
    assert choice.name == "tree"
    monkeypatch.setattr(size, "LARGEST_MIB", 0)
    settled, estimator = fit_model(prepared, choice)
    assert (settled.name, estimator.family) == ("linear", "linear")
    lost = settled.candidates[-1]
    assert (lost.chosen, lost.benchmark) == (False, True)
    assert "MiB" in lost.to_dict()["not_portable"]

    alone = dataclasses.replace(choice, candidates=choice.candidates[-1:])
    with pytest.raises(ConfigError, match="no candidate can be written as a sheet: tree"):
        fit_model(prepared, alone)


def test_a_benchmark_that_fails_in_the_folds_is_left_out_and_a_candidate_is_told(tmp_path):
    near = "near: {estimator: sklearn.neighbors.KNeighborsRegressor, fixed: {n_neighbors: 999}}"
    tree = "tree: {estimator: sklearn.tree.DecisionTreeRegressor, fixed: {max_depth: 0}}"

    def choice_of(own, folder):
        config = load_config(STUPAR, overrides=(*QUICK[:-1], f"families={{mean: {{}}, {own}}}"))
        prepared = prepare_study(config, checkpoints=folder, workers=1, progress=lambda *_: None)
        return choose_model_type(prepared, study_folds(prepared), on_candidate=lambda *_: None)

    choice = choice_of(near, tmp_path)
    assert [one.name for one in choice.candidates] == ["mean"]
    assert choice.left_out == {
        "near": "sklearn.neighbors.KNeighborsRegressor could not predict: it raised ValueError (at "
        "the settings n_neighbors: 999; narrow the search, or leave it out)"
    }
    with pytest.raises(ConfigError, match=r"families.tree: .* could not be fitted: it raised"):
        choice_of(tree, tmp_path)


def test_without_the_mean_no_reduction_is_told():
    assert smallest_loss({"linear": tuned(3.0)}).candidates[0].gain_over_mean == 0.0


def test_every_candidate_is_tuned_on_the_same_folds_and_told(tmp_path):
    config = load_config(STUPAR, overrides=QUICK)
    prepared = prepare_study(config, checkpoints=tmp_path, workers=1, progress=lambda *_: None)
    folds, told = study_folds(prepared), []
    choice = choose_model_type(
        prepared, folds, on_candidate=lambda name, params, loss: told.append((name, loss))
    )
    assert told == [(one.name, one.loss) for one in choice.candidates]
    assert [name for name, _ in told] == ["mean", "linear"]

    known = np.flatnonzero(~np.isnan(prepared.data.outcome))
    out_of_fold = predict_out_of_fold(prepared, choice, folds)
    np.testing.assert_array_equal(out_of_fold.rows, known)
    # The out-of-fold predictions are those by whose loss the candidate was chosen.
    errors = prepared.data.outcome[known] - out_of_fold.predicted
    assert np.mean(errors**2) == pytest.approx(dict(told)[choice.name], rel=1e-12)

    _, estimator = fit_model(prepared, choice)
    assert estimator.params == choice.params
    assert estimator.n_imputations == config.imputation.imputations

    bundle = tmp_path / "stupar" / "3"
    bundle.mkdir(parents=True)
    assert keep_study_trials(prepared, bundle) is None
    asked = dataclasses.replace(config, tuning=dataclasses.replace(config.tuning, keep=True))
    kept = keep_study_trials(dataclasses.replace(prepared, config=asked), bundle)
    assert kept == tmp_path / "stupar" / "tuning-3.db"
    study = optuna.load_study(study_name="linear", storage=f"sqlite:///{kept}")
    assert study.best_value == dict(told)["linear"]
    assert study.user_attrs == {
        "model": "stupar 3", "outcome": "WOMAC function", "folds": "3",
        "fingerprint": prepared.identity,
    }  # fmt: skip


def test_where_nothing_is_searched_no_trials_are_kept(tmp_path):
    fixed = "families={mean: {}, linear: {spline_knots: 0, l1_share: 0, penalty: 1}}"
    config = load_config(STUPAR, overrides=[*QUICK, fixed, "tuning.keep=true"])
    prepared = prepare_study(config, checkpoints=tmp_path, workers=1, progress=lambda *_: None)
    assert keep_study_trials(prepared, tmp_path / "stupar" / "1") is None


def test_a_candidate_is_tuned_unless_every_setting_is_fixed():
    config = load_config(STUPAR, overrides=QUICK)
    assert tuned_candidates(config) == ("linear",)
    fixed = "families={mean: {}, linear: {spline_knots: 0, l1_share: 0, penalty: 1}}"
    assert tuned_candidates(load_config(STUPAR, overrides=[*QUICK, fixed])) == ()
