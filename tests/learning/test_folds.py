"""Folds that never split a person, and their losses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as scikit_learn

from fitted_studies import SETTINGS
from hiprisk.errors import InputError
from hiprisk.learning.candidates import unfitted_estimator, with_settings
from hiprisk.learning.folds import fold_predictors, grouped_folds, impute_fold, loss
from hiprisk.seeding import rng_for
from metric_examples import oracle


@given(st.lists(st.integers(0, 12), min_size=30, max_size=60))
def test_no_fold_splits_a_person(groups):
    groups = np.array(groups)
    if len(np.unique(groups)) < 3:
        return
    folds = grouped_folds(groups, n_folds=3, rng=rng_for(1, "folds"))
    assert sorted(np.concatenate(folds)) == list(range(len(groups)))
    sets = [set(groups[rows]) for rows in folds]
    assert sum(map(len, sets)) == len(set.union(*sets))


def test_too_few_people_for_the_folds_are_refused():
    with pytest.raises(InputError, match=r"2 group\(s\) cannot be divided into 3 folds"):
        grouped_folds(np.array([0, 0, 1, 1]), n_folds=3, rng=rng_for(1, "folds"))


def test_losses_equal_hand_counts():
    assert loss([1.0, 2.0], np.array([2.0, 2.0]), kind="continuous") == 0.5
    assert loss([1.0, 0.0], np.array([0.8, 0.5]), kind="binary") == pytest.approx(
        -(np.log(0.8) + np.log(0.5)) / 2
    )


def test_losses_are_those_of_scikit_learn():
    people = oracle("data")
    found = loss(people["y"], people["risk"].to_numpy(), kind="binary")
    assert found == pytest.approx(scikit_learn.log_loss(people["y"], people["risk"]), rel=1e-12)
    found = loss(people["observed"], people["predicted"].to_numpy(), kind="continuous")
    expected = scikit_learn.mean_squared_error(people["observed"], people["predicted"])
    assert found == pytest.approx(expected, rel=1e-12)


def test_folds_differ_by_one_person_at_most():
    folds = grouped_folds(np.arange(11), n_folds=3, rng=rng_for(1, "folds"))
    assert sorted(len(rows) for rows in folds) == [3, 4, 4]


@pytest.fixture(scope="module")
def fold(continuous):
    config, _, dictionary, design, data = continuous
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    blank.params = SETTINGS["linear"]
    left_out = np.arange(0, len(data.outcome), 4)
    return blank, data, left_out, impute_fold(
        blank, data.columns, data.outcome, data.auxiliary, left_out, data.start
    )  # fmt: skip


def test_people_without_an_outcome_are_never_left_out_nor_fitted_to(fold):
    _, data, left_out, imputed = fold
    known = ~np.isnan(data.outcome)
    assert imputed.rows.tolist() == [row for row in left_out if known[row]]
    inside = np.setdiff1d(np.arange(len(known)), left_out)
    assert len(imputed.y_training) == int(known[inside].sum())
    assert all(len(part) == len(imputed.y_training) for part in imputed.training)
    assert all(np.isfinite(part).all() for part in imputed.training)


def test_predictions_of_a_fold_are_those_of_a_fit_without_it(fold):
    blank, _, _, imputed = fold
    found = fold_predictors(blank, SETTINGS["linear"], imputed)
    own = with_settings(blank).fit_inputs(imputed.training, imputed.y_training)
    assert found == pytest.approx(imputed.test.linear_predictors(own.fit_))
    assert found.shape[1] == len(imputed.rows)
    # The estimator that was given stays as it was.
    assert not hasattr(blank, "fit_")
