"""Outcomes that are named by their variable alone."""

import dataclasses

import pytest

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.errors import ConfigError
from hiprisk.validation.external.stated_outcome import outcome_in_place, outcome_of_variable
from validated_people import OUTCOME, WORSE


def own(name, levels=(), kind="category", **rest):
    return Variable(name=name, label=f"my {name}", kind=kind, source="own", levels=levels, **rest)


KNOWN = load_dictionary().with_variables(
    [
        own("died", ("alive", "dead")),
        own("fell", ("0", "1")),
        own("free_text"),
        own("pain_24", kind="number", hard=(0.0, 100.0)),
        own("pain_10", kind="number", hard=(0.0, 10.0)),
        own("steps", kind="number", direction="higher_better"),
        own("pain_share", kind="number", hard=(0.0, 100.0), unit="percent"),
        own("comfort", kind="number", hard=(0.0, 100.0), direction="higher_better"),
        own("space_mm", kind="number", unit="MM"),
        own("crp_mg_l", kind="number", unit="mg/l", hard=(0.0, 500.0)),
        own("falls", kind="number", hard=(0.0, 100.0)),
    ]
)


def test_a_number_is_a_continuous_outcome_on_its_own_scale():
    found = outcome_of_variable("pain_24", KNOWN)
    assert (found.kind, found.bounds, found.event_level) == ("continuous", (0.0, 100.0), None)
    steps = outcome_of_variable("steps", KNOWN)
    assert (steps.bounds, steps.higher_is) == (None, "better")


@pytest.mark.parametrize(
    ("name", "stated", "event"),
    [
        ("lbp_any", None, "yes"), ("lbp_any", "no", "no"), ("fell", None, "1"),
        ("fell", "1.0", "1"),
        ("died", "dead", "dead"), ("died", "alive", "alive"), ("sex", "female", "female"),
    ],
)  # fmt: skip
def test_a_category_has_an_event_and_all_its_levels(name, stated, event):
    found = outcome_of_variable(name, KNOWN, event_level=stated)
    assert (found.kind, found.event_level) == ("binary", event)
    assert found.levels == KNOWN[name].levels


@pytest.mark.parametrize(
    ("name", "stated", "words"),
    [
        ("died", None, r"which level of died is the event.*--event-level LEVEL; its levels: al"),
        ("died", "Dead", r"'Dead' is no level of died \(it has alive, dead\)"),
        ("free_text", "x", r"'x' is no level of free_text \(declare its levels in a dictionary"),
        ("pain_24", "yes", "a number has no levels"),
        ("dyed", None, r"the dictionary has no number or category 'dyed' \(did you mean died"),
        ("person_id", None, "the dictionary has no number or category 'person_id'"),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_refused(name, stated, words):
    with pytest.raises(ConfigError, match=words):
        outcome_of_variable(name, KNOWN, event_level=stated)


def test_a_models_outcome_is_read_from_another_variable_of_its_scale():
    found = outcome_in_place(OUTCOME, "pain_24", KNOWN)
    assert found == dataclasses.replace(OUTCOME, variable="pain_24", label="my pain_24")
    again = outcome_in_place(WORSE, "lbp_any", KNOWN)
    assert (again.variable, again.event_level, again.levels) == ("lbp_any", "yes", ("no", "yes"))
    other = outcome_in_place(WORSE, "died", KNOWN, event_level="dead")
    assert (other.event_level, other.levels) == ("dead", ("alive", "dead"))


UNBOUNDED = dataclasses.replace(OUTCOME, unit="mm", bounds=None)


def test_another_variable_of_an_unbounded_outcome_has_its_unit():
    assert outcome_in_place(UNBOUNDED, "space_mm", KNOWN).variable == "space_mm"


@pytest.mark.parametrize(
    ("declared", "name", "words"),
    [
        (UNBOUNDED, "crp_mg_l", "the model predicts mm, and crp_mg_l is in mg/l"),
        (UNBOUNDED, "falls", "the model predicts mm, and falls has no unit"),
        (OUTCOME, "pain_share", "the model predicts points 0-100, and pain_share is in percent"),
        (OUTCOME, "space_mm", "the model predicts points 0-100, and space_mm is in MM"),
        (OUTCOME, "comfort", "is worse where it is higher, and comfort runs the other way"),
    ],
)
def test_an_outcome_in_another_unit_or_direction_is_refused(declared, name, words):
    with pytest.raises(ConfigError, match=words):
        outcome_in_place(declared, name, KNOWN)


@pytest.mark.parametrize(
    ("declared", "name", "stated", "words"),
    [
        (OUTCOME, "pain_10", None, "a score of 0 to 100, and pain_10 runs from 0 to 10"),
        (OUTCOME, "died", None, "the model predicts a number, and died is a level of a category"),
        (WORSE, "steps", None, "the model predicts a level of a category, and steps is a number"),
        (WORSE, "died", None, "which level of died is the event"),
        (OUTCOME, "pain_24", "yes", "a number has no levels"),
    ],
)  # fmt: skip
def test_a_variable_that_the_model_does_not_predict_is_refused(declared, name, stated, words):
    with pytest.raises(ConfigError, match=words):
        outcome_in_place(declared, name, KNOWN, event_level=stated)
