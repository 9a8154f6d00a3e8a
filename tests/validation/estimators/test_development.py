"""An estimator and its people: what is read, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from hiprisk.errors import ConfigError, InputError
from hiprisk.validation.estimators.development import development
from hiprisk.validation.resampling.resamples import draw_resamples

X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "b": [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]})
Y = np.array([0, 1, 0, 1, 0, 1])


def test_labels_become_events_whatever_they_are_called():
    numbers = development(LogisticRegression(), X, Y)
    words = development(LogisticRegression(), X, np.where(Y, "worse", "same"), event="worse")
    booleans = development(LogisticRegression(), X, Y == 1)
    assert numbers.observed.tolist() == words.observed.tolist() == booleans.observed.tolist()
    assert numbers.apparent == pytest.approx(words.apparent)
    assert numbers.apparent == pytest.approx(booleans.apparent)


def test_the_event_may_be_the_first_class():
    people = development(LogisticRegression(), X, Y, event=0)
    assert people.observed.tolist() == (1 - Y).tolist()
    assert people.apparent == pytest.approx(1 - development(LogisticRegression(), X, Y).apparent)


def test_arrays_lists_and_frames_give_the_same():
    frame = development(LinearRegression(), X, pd.Series(Y)).apparent
    assert development(LinearRegression(), X.to_numpy(), Y).apparent == pytest.approx(frame)
    assert development(LinearRegression(), X.to_numpy().tolist(), list(Y)).apparent == (
        pytest.approx(frame)
    )


def test_a_resample_of_one_class_is_degenerate():
    people = development(LogisticRegression(), X, Y)
    [resample] = draw_resamples(np.arange(6), n_resamples=1, seed=0)
    one_class = type(resample)(0, np.array([0, 0, 2, 2, 4, 4]), np.array([2, 0, 2, 0, 2, 0]))
    with pytest.raises(InputError, match="only one class was drawn") as refusal:
        people(one_class)
    assert refusal.value.code == "DEGENERATE"


@pytest.mark.parametrize(("estimator", "x", "y", "how", "said"), [
    (LinearRegression(), X, Y[:4], {}, r"'X' has 6 rows, 'y' has the shape \(4,\)"),
    (LinearRegression(), X["a"], Y, {}, r"'X' must be a table with rows and columns, got shape"),
    (LinearRegression(), X, [1, 2, None, 4, 5, 6], {}, "'y' has 1 missing entries, first at posi"),
    (LinearRegression(), X, list("abcdef"), {}, "'y' must be numbers"),
    (LinearRegression(), X, [1, 2, 3, 4, 5, np.inf], {}, "'y' has 1 infinite entries"),
    (LinearRegression(), X, [3.0] * 6, {}, "'y' has one value only"),
    (LogisticRegression(), X, [1] * 6, {}, "'y' has 1 classes, and two are needed"),
    (LogisticRegression(), X, [1, 2, 3, 1, 2, 3], {}, "'y' has 3 classes, and two are needed"),
    (LinearRegression(), X, Y, {"groups": [1, 2]}, "'groups' has 2 entries, 'y' has 6"),
    (LinearRegression(), X, pd.Series(Y, index=[5, 4, 3, 2, 1, 0]), {},
     "'X' and 'y' have the same index in another order"),
    (LinearRegression(), X, Y, {"groups": pd.Series(Y, index=[5, 4, 3, 2, 1, 0])},
     "'X' and 'groups' have the same index in another order"),
])  # fmt: skip
def test_bad_input_is_refused(estimator, x, y, how, said):
    with pytest.raises(InputError, match=said):
        development(estimator, x, y, **how)


@pytest.mark.parametrize(("estimator", "y", "how", "said"), [
    (LogisticRegression, Y, {}, r"'LogisticRegression' is a class \(give an estimator of it"),
    (object(), Y, {}, "a object has no `fit`"),
    (LinearSVC(), Y, {}, "no `predict_proba`, and classes are no risks .wrap it in"),
    (LogisticRegression(), np.where(Y, "y", "n"), {}, "event: the classes are not 0 and 1"),
    (LogisticRegression(), Y, {"event": "yes"}, "event: no row has the label"),
])  # fmt: skip
def test_what_cannot_be_judged_is_refused(estimator, y, how, said):
    with pytest.raises(ConfigError, match=said):
        development(estimator, X, y, **how)


def test_there_are_as_many_persons_as_folds():
    people = development(LinearRegression(), X, Y, groups=[1, 1, 2, 2, 3, 3])
    people.check_folds(3, 1)
    with pytest.raises(InputError, match=r"3 persons cannot be divided into 4 folds \(lower"):
        people.check_folds(4, 1)


def test_columns_of_the_other_byte_order_are_read():
    swapped = development(LinearRegression(), X.astype(">f8"), pd.Series(Y).astype(">i8"))
    plain = development(LinearRegression(), X, pd.Series(Y))
    [resample] = draw_resamples(np.arange(6), n_resamples=1, seed=0)
    assert (swapped(resample).predicted == plain(resample).predicted).all()


def test_persons_are_the_same_however_they_are_called():
    numbers = development(LinearRegression(), X, Y, groups=[10, 9, 10, 2, 9, 2])
    texts = development(LinearRegression(), X, Y, groups=["P10", "P9", "P10", "P2", "P9", "P2"])
    assert numbers.groups.tolist() == texts.groups.tolist() == [0, 1, 0, 2, 1, 2]
