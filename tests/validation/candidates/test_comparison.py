"""Candidates beside the model, on the same people."""

import numpy as np
import pytest

from candidate_study import candidate_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return candidate_study(tmp_path_factory)


def test_every_candidate_but_model_and_mean_is_compared(study):
    compared = [one.name for one in study.evidence.comparisons]
    assert compared == ["linear", "neighbours", "ridge"]
    assert {one.model for one in study.evidence.comparisons} == {"forest"}
    assert study.evidence.family == "forest"


def test_the_model_s_figures_are_its_out_of_fold_and_holdout_figures(study):
    evidence = study.evidence
    whole = {one.name: one.value for one in evidence.out_of_fold.predictions}
    held = {one.name: one.value for one in evidence.holdout.model.metrics}
    for one in evidence.comparisons:
        assert one.n == evidence.out_of_fold.n
        assert one.n_holdout == evidence.holdout.model.n
        for difference in one.out_of_fold:
            assert difference.first.value == pytest.approx(whole[difference.metric], rel=1e-12)
        for difference in one.holdout:
            assert difference.first.value == pytest.approx(held[difference.metric], rel=1e-12)


def test_the_loss_s_difference_is_that_of_the_candidates(study):
    losses = {one.name: one.loss for one in study.evidence.families}
    for one in study.evidence.comparisons:
        expected = losses[one.name] - losses["forest"]
        assert one.loss.value == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert one.loss.low < one.loss.value < one.loss.high


def test_root_mean_squared_errors_go_with_the_losses(study):
    losses = {one.name: one.loss for one in study.evidence.families}
    for one in study.evidence.comparisons:
        rmse = next(found for found in one.out_of_fold if found.metric == "rmse")
        assert rmse.second.value == pytest.approx(np.sqrt(losses[one.name]), rel=1e-9)
