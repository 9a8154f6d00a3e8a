"""Estimators of anybody: copied, with their random states set, fitted, asked."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.scikit_learn.fitting import fit_copy, kind_of, predictions_of, rows_of

X = np.arange(20.0).reshape(10, 2)
Y = np.array([0, 1, 0, 1, 1, 0, 1, 0, 1, 1])


def test_kinds_are_those_of_the_estimators():
    assert kind_of(LinearRegression()) == "continuous"
    assert kind_of(make_pipeline(StandardScaler(), LogisticRegression())) == "binary"


def test_the_estimator_itself_is_left_unfitted():
    estimator = LogisticRegression()
    fit_copy(estimator, X, Y, seed=1)
    assert not hasattr(estimator, "coef_")


def test_open_random_states_come_from_seed_and_number():
    forest = RandomForestClassifier(n_estimators=2)
    states = [fit_copy(forest, X, Y, seed=1, number=n).random_state for n in (0, 0, 1)]
    assert states[0] == states[1] != states[2]
    nested = fit_copy(BaggingClassifier(forest, n_estimators=2), X, Y, seed=1)
    assert nested.estimator.random_state is not None
    given = fit_copy(RandomForestClassifier(2, random_state=7), X, Y, seed=1, number=3)
    assert given.random_state == 7


def test_a_refused_fit_is_degenerate_on_a_resample_alone():
    with pytest.raises(InputError, match="LinearRegression could not be fitted to all rows"):
        fit_copy(LinearRegression(), X * np.nan, Y, seed=1)
    with pytest.raises(InputError, match="ValueError when fitting it") as refusal:
        fit_copy(LinearRegression(), X * np.nan, Y, seed=1, number=0)
    assert refusal.value.code == "DEGENERATE"


class NotCopied:
    """Fits, and cannot be copied."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))


def test_what_cannot_be_copied_is_refused():
    assert kind_of(NotCopied()) == "continuous"
    with pytest.raises(ConfigError, match="a NotCopied cannot be copied: it has no `get_params`"):
        fit_copy(NotCopied(), X, Y, seed=1)


def test_risks_are_of_the_event():
    fitted = LogisticRegression().fit(X, Y)
    risk = predictions_of(fitted, X, kind="binary", event=1)
    assert risk == pytest.approx(fitted.predict_proba(X)[:, 1])
    with pytest.raises(InputError, match="not seen the event and its absence"):
        predictions_of(fitted, X, kind="binary", event=2)


def test_a_target_as_a_column_is_one_number_a_row():
    fitted = LinearRegression().fit(X, Y[:, np.newaxis])
    assert predictions_of(fitted, X, kind="continuous").shape == (10,)
    two = DummyRegressor().fit(X, np.c_[Y, Y])
    with pytest.raises(InputError, match="does not predict one finite number for each row"):
        predictions_of(two, X, kind="continuous")


def test_rows_are_taken_by_position():
    assert rows_of(X, np.array([3, 3])).tolist() == [X[3].tolist()] * 2
