"""The regressor: what it predicts, and how far it may be off."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from cohort_frames import OUTCOME, PREDICTORS, stupar_frame
from hiprisk.errors import InputError
from hiprisk.estimators import StudyRegressor


def test_without_penalty_and_gaps_it_is_least_squares():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    y = X @ [1.0, -2.0, 0.5] + rng.normal(size=80)
    model = StudyRegressor(penalty=0.0, interval_folds=0).fit(X, y)
    assert model.predict(X) == pytest.approx(LinearRegression().fit(X, y).predict(X), rel=1e-9)


def test_linear_combinations_without_a_penalty_are_refused():
    x = np.arange(20.0)[:, None]
    with pytest.raises(InputError, match="is a linear combination of others"):
        StudyRegressor(penalty=0.0).fit(np.column_stack([x, 2.0 * x]), x[:, 0])


@pytest.mark.parametrize("model_type", ["linear", "boosting"])
def test_intervals_cover_new_people_as_often_as_they_say(model_type):
    people = stupar_frame(n=1500)
    old, new = people.iloc[:700], people.iloc[700:]
    model = StudyRegressor(model_type, bounds=(0, 100), n_imputations=2, n_trees=40)
    model.fit(old[PREDICTORS], old[OUTCOME])
    for level in (0.5, 0.8, 0.95):
        low, high = model.predict_interval(new[PREDICTORS], level=level).T
        covered = np.mean((new[OUTCOME] >= low) & (new[OUTCOME] <= high))
        # Four standard errors of a share of some 500 people, and those of 700 residuals.
        assert covered == pytest.approx(level, abs=0.09)


def test_predictions_and_intervals_stay_inside_the_bounds():
    people = stupar_frame()
    model = StudyRegressor(bounds=(0, 100), n_imputations=2).fit(
        people[PREDICTORS], people[OUTCOME]
    )
    far = people[PREDICTORS].head(2).assign(womac_function_0_100=[0.0, 100.0])
    low, high = model.predict_interval(far, level=0.99).T
    assert (low >= 0.0).all()
    assert (high <= 100.0).all()


def test_intervals_need_out_of_fold_residuals():
    x = np.arange(30.0)[:, None]
    model = StudyRegressor(interval_folds=0).fit(x, x[:, 0])
    with pytest.raises(InputError, match=r"no out-of-fold residuals \(set interval_folds to 5"):
        model.predict_interval(x)
