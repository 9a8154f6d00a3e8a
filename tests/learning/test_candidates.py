"""Candidates on the same imputed folds."""

import dataclasses

import numpy as np
import pytest

from fitted_studies import SETTINGS, fitted
from hiprisk.learning.candidates import (
    cross_validated_loss,
    development_data,
    imputed_folds,
    out_of_fold_predictions,
    tune,
    unfitted_estimator,
    with_settings,
)
from hiprisk.metrics.forecast.scores import crps


def test_no_training_value_of_those_left_out_is_seen(continuous):
    # The outcome of those left out must change nothing in their own predictions.
    config, _, dictionary, design, data = continuous
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    folds = imputed_folds(blank, data, n_folds=5, workers=1)
    changed = data.outcome.copy()
    changed[folds[0].rows] = 100.0 - changed[folds[0].rows]
    other = imputed_folds(blank, dataclasses.replace(data, outcome=changed), n_folds=5, workers=1)
    assert (folds[0].test.whole == other[0].test.whole).all()
    drawn = zip(folds[0].test.drawn, other[0].test.drawn, strict=True)
    assert all((a == b).all() for a, b in drawn)
    assert all((a == b).all() for a, b in zip(folds[0].training, other[0].training, strict=True))
    assert not (folds[1].training[0] == other[1].training[0]).all()


def test_signs_of_effects_follow_what_the_outcome_means(continuous):
    config, _, dictionary, design, _ = continuous

    def signs(higher_is):
        outcome = dataclasses.replace(config.outcome, higher_is=higher_is)
        changed = dataclasses.replace(config, outcome=outcome)
        task = unfitted_estimator(
            changed, design, dictionary, family="linear", in_resamples=True
        ).task
        return dict(zip(design.predictor_of, task.monotone, strict=True))

    worse, better = signs("worse"), signs("better")
    assert worse["womac_function_0_100"] == 1
    assert better["womac_function_0_100"] == -1
    assert all(worse[name] == -better[name] for name in worse)


def test_resamples_are_imputed_less_often_and_from_no_drawn_parameters(continuous):
    config, _, dictionary, design, _ = continuous
    whole, inside = (
        unfitted_estimator(config, design, dictionary, family="linear", in_resamples=inside)
        for inside in (False, True)
    )
    assert whole.n_imputations == config.imputation.imputations
    assert inside.n_imputations == config.imputation.imputations_in_resamples
    assert (whole.proper, inside.proper) == (True, False)
    assert whole.bounds == config.outcome.bounds


def test_rows_of_a_resample_are_repeated_as_drawn(continuous):
    data = continuous[4]
    rows = np.array([3, 3, 0])
    drawn = data.rows(rows)
    assert drawn.outcome == pytest.approx(data.outcome[rows], nan_ok=True)
    assert drawn.groups.tolist() == data.groups[rows].tolist()
    assert drawn.start is data.start


@pytest.fixture(scope="module")
def folds(continuous):
    config, _, dictionary, design, data = continuous
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    return blank, data, imputed_folds(blank, data, n_folds=3, workers=1)


def test_the_loss_counts_people_and_not_folds(folds):
    blank, data, parts = folds
    params = SETTINGS["linear"]
    found = cross_validated_loss(blank, params, outcome=data.outcome, folds=parts, workers=1)
    out = out_of_fold_predictions(blank, params, parts)
    assert found == pytest.approx(np.mean((data.outcome[out.rows] - out.predicted) ** 2))


def test_everybody_with_an_outcome_is_predicted_once_in_order(folds):
    blank, data, parts = folds
    out = out_of_fold_predictions(blank, SETTINGS["linear"], parts)
    assert out.rows.tolist() == np.flatnonzero(~np.isnan(data.outcome)).tolist()
    for number, part in enumerate(parts):
        assert set(out.rows[out.fold == number]) == set(part.rows.tolist())
    assert (out.imputation_variance >= 0.0).all()


def test_a_type_without_settings_to_search_is_tried_once(folds, continuous):
    config = continuous[0]
    blank, data, parts = folds
    mean = with_settings(blank, family="mean")
    tuned = tune(
        mean, config.families.mean, outcome=data.outcome, folds=parts, n_trials=5, workers=1,
        name="mean",
    )  # fmt: skip
    assert len(tuned.trials) == 1
    expected = cross_validated_loss(mean, {}, outcome=data.outcome, folds=parts, workers=1)
    assert tuned.loss == pytest.approx(expected)


@pytest.mark.parametrize("family", ["mean", "linear", "ordinal"])
def test_a_loss_by_crps_is_that_of_the_out_of_fold_distributions(continuous, family):
    data, estimator = continuous[4], fitted(continuous, family)
    folds = imputed_folds(estimator, data, n_folds=3, workers=1)
    params = SETTINGS[family]
    lost = cross_validated_loss(
        estimator, params, outcome=data.outcome, folds=folds, workers=1, by="crps"
    )
    found = out_of_fold_predictions(estimator, params, folds)
    observed = data.outcome[found.rows]
    forecast = found.forecasts(observed, bounds=(0.0, 100.0))
    assert lost == pytest.approx(crps(observed, forecast), rel=1e-12)
    assert (found.own is not None) == (family == "ordinal")
    assert 5.0 < lost < 15.0


def test_an_ordinal_model_has_its_own_distributions_of_people_left_out(continuous):
    data, estimator = continuous[4], fitted(continuous, "ordinal")
    folds = imputed_folds(estimator, data, n_folds=3, workers=1)
    found = out_of_fold_predictions(estimator, SETTINGS["ordinal"], folds)
    forecast = found.forecasts(data.outcome[found.rows], bounds=(0.0, 100.0))
    # In the order of the people, means over the draws of what was missing.
    assert forecast.expectation() == pytest.approx(found.predicted, rel=1e-10)
    assert (forecast.lower, forecast.upper) == (0.0, 100.0)
    assert forecast.chances().min() >= 0.0


def test_sites_are_numbered_where_they_have_intercepts(continuous):
    config, people, dictionary, design, data = continuous
    assert data.sites is None
    linear = dataclasses.replace(config, families={"linear": {}}, sites="random")
    numbered = development_data(people, design, linear, dictionary)
    assert sorted(set(numbered.sites)) == list(range(10))
    assert numbered.rows(np.array([5, 5])).sites.tolist() == [numbered.sites[5]] * 2
    nowhere = dataclasses.replace(people, frame=people.frame.drop(columns="site"))
    assert development_data(nowhere, design, linear, dictionary).sites is None
