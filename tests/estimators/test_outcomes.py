"""Outcomes that an estimator takes, and those that it refuses."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import InputError
from hiprisk.estimators import StudyClassifier, StudyRegressor
from hiprisk.estimators.outcomes import binary_outcome, continuous_outcome, persons


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 1, 1], ["0", "1"]),
        ([False, True, True], ["false", "true"]),
        (["no", "yes", "no"], ["no", "yes"]),
        ([-1.0, 1.0, 1.0], ["-1", "1"]),
        (pd.Categorical(["a", "b", "a"]), ["a", "b"]),
        (pd.Series([True, False, True], dtype=object), ["false", "true"]),
        (pd.Series([True, False, True], dtype="boolean"), ["0", "1"]),
    ],
)
def test_two_labels_of_any_type_are_classes_with_the_event_last(labels, classes):
    outcome = binary_outcome(StudyClassifier(), labels)
    described = outcome.described((), {})
    assert set(outcome.target) == {0.0, 1.0}
    assert (described.levels, described.event_level) == (tuple(classes), classes[1])


def test_more_or_fewer_than_two_classes_are_refused():
    with pytest.raises(InputError, match=r"Only binary classification .* StudyRegressor"):
        binary_outcome(StudyClassifier(), ["a", "b", "c"])
    with pytest.raises(InputError, match="the outcome has one class only"):
        binary_outcome(StudyClassifier(), [1, 1])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_unknown_outcome_is_refused(bad):
    with pytest.raises(ValueError, match="Input y contains"):
        continuous_outcome(StudyRegressor(), [1.0, bad], bounds=None)


def test_an_outcome_of_texts_is_refused_without_the_cell():
    with pytest.raises(InputError, match=r"must hold numbers .*StudyClassifier") as refusal:
        continuous_outcome(StudyRegressor(), ["12", "Anna"], bounds=None)
    assert "Anna" not in str(refusal.value)


def test_several_outcomes_are_refused():
    with pytest.raises(ValueError, match="y should be a 1d array"):
        continuous_outcome(StudyRegressor(), np.ones((4, 2)), bounds=None)


def test_an_outcome_outside_of_its_bounds_is_refused_by_its_position():
    with pytest.raises(InputError, match=r"must lie in \[0, 100\]; 1 of 3 rows .*position 2"):
        continuous_outcome(StudyRegressor(), [0.0, 100.0, 101.0], bounds=(0, 100))


def test_an_outcome_of_the_dictionary_has_its_label_and_unit():
    known = load_dictionary()["womac_function_followup_0_100"]
    y = pd.Series([1.0, 2.0], name=known.name)
    described = continuous_outcome(StudyRegressor(), y, bounds=(0, 100)).described(
        (), load_dictionary()
    )
    assert (described.variable, described.label) == (known.name, known.label)
    assert described.unit == known.unit
    assert (described.lower, described.upper) == (0.0, 100.0)


def test_an_outcome_never_has_the_name_of_a_predictor():
    y = pd.Series([1.0, 2.0], name="age_years")
    outcome = continuous_outcome(StudyRegressor(), y, bounds=None)
    assert outcome.described((load_dictionary()["age_years"],), {}).variable == "age_years_2"


def test_persons_are_numbered_as_they_first_appear():
    assert persons(None, 3).tolist() == [0, 1, 2]
    assert persons(["b", "a", "b"], 3).tolist() == [0, 1, 0]
    assert persons([7, 3, 7], 3).tolist() == [0, 1, 0]
    with pytest.raises(InputError, match="'groups' has 2 entries, 'X' has 3"):
        persons(["a", "b"], 3)
    with pytest.raises(InputError, match="'groups' has 1 missing entries, first at position 1"):
        persons(["a", None, "b"], 3)


def test_an_ordinal_model_is_of_a_score_with_steps():
    y = np.linspace(0.0, 100.0, 1001)
    with pytest.raises(InputError, match=r"at most 1000, and the outcome has 1001 .*'linear'"):
        StudyRegressor("ordinal", bounds=(0, 100)).fit(y[:, None], y)
