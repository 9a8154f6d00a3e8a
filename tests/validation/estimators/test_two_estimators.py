"""Two estimators out of the same folds."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from hiprisk.errors import InputError
from hiprisk.validation import compare_estimators, cross_validate


@pytest.fixture(scope="module")
def people():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return X[:200], y[:200]


def test_each_side_is_its_own_cross_validation(people):
    found = compare_estimators(LinearRegression(), Ridge(), *people, folds=5, n_resamples=50)
    assert found.names == ("LinearRegression", "Ridge")
    for estimator, side in ((LinearRegression(), "first"), (Ridge(), "second")):
        own = cross_validate(estimator, *people, folds=5, repeats=1, metrics=["r2", "rmse"])
        values = [e.value for e in own.estimates()]
        assert found.to_frame()[f"value_{side}"][:2].tolist() == pytest.approx(values)


def test_other_columns_tell_what_a_block_adds(people):
    X, y = people
    told = []
    found = compare_estimators(
        LinearRegression(), LinearRegression(), X[["age", "sex"]], y, X_second=X, folds=5,
        names=("core", "core + block"), n_resamples=200,
        progress=lambda name, done, of: told.append((name, done, of)),
    )  # fmt: skip
    assert found.differences[0].better == "second"
    assert told[-1] == ("core + block", 5, 5)


def test_people_and_kinds_must_be_the_same(people):
    X, y = people
    with pytest.raises(InputError, match="'X' has 100 rows, 'y' has the shape"):
        compare_estimators(LinearRegression(), Ridge(), X, y, X_second=X[:100])
    high = (y > 140).astype(int)
    with pytest.raises(InputError, match="first is of a binary outcome, the second of a continuo"):
        compare_estimators(LogisticRegression(), Ridge(), X, high)
    with pytest.raises(InputError, match="2 persons cannot be divided into 10 folds"):
        compare_estimators(Ridge(), Ridge(), X, y, groups=np.arange(200) % 2)
