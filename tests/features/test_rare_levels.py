"""Rare levels, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.features.design import plan_design
from hiprisk.features.rare_levels import NO_LEVEL, RareLevel, rare_levels

LEVELS = ["low"] * 6 + ["medium"] * 6 + ["high"] * 2 + [None]


@pytest.fixture(scope="module")
def dictionary():
    return load_dictionary()


def rare(dictionary, levels, *, events=None, persons=None):
    frame = pd.DataFrame({"education": levels, "age_years": np.arange(50.0, 50.0 + len(levels))})
    design = plan_design(("age_years", "education"), dictionary, frame)
    persons = np.arange(len(levels)) if persons is None else persons
    events = None if events is None else np.array(events, dtype=float)
    return rare_levels(design, dictionary, design.numeric(frame), persons, events=events)


def test_a_level_of_two_people_is_rare_and_a_missing_level_is_none(dictionary):
    (one,) = rare(dictionary, LEVELS)
    assert (one.level, one.n_people, one.n_events) == ("high", 2, None)
    assert one.in_words().endswith("high (2 people)")


@pytest.mark.parametrize(
    ("people", "events", "words"),
    [
        (2, 1, "(fewer than 10 people)"),
        (12, 2, "(12 people, fewer than 10 with the event)"),
        (12, 11, "(12 people, fewer than 10 without the event)"),
        (12, 0, "(12 people, 0 events)"),
        (12, None, "(12 people)"),
    ],
)
def test_a_count_below_the_smallest_cell_is_not_shown(people, events, words):
    one = RareLevel(variable="e", label="E", level="high", n_people=people, n_events=events)
    assert one.in_words(smallest_cell=10) == f"E: high {words}"


def test_two_hips_of_a_person_are_one_person(dictionary):
    persons = [*range(6), 6, 6, 7, 7, 8, 8, *range(9, 12)]
    found = rare(dictionary, [*LEVELS[:12], "high", "high", "high"], persons=np.array(persons))
    assert [one.level for one in found] == []
    persons = [*range(12), 12, 12, 12]
    (one,) = rare(dictionary, [*LEVELS[:12], "high", "high", "high"], persons=np.array(persons))
    assert one.in_words().endswith("high (1 person)")


def test_a_level_with_few_events_is_rare_though_it_has_people(dictionary):
    events = [0, 1, 0, 1, 0, 1] + [0] * 6 + [0, 1, 0]
    found = rare(dictionary, [*LEVELS[:12], "low", "low", "low"], events=events)
    assert [(one.level, one.n_people, one.n_events) for one in found] == [("medium", 6, 0)]


def test_a_level_in_which_all_but_two_have_the_event_is_rare(dictionary):
    events = [0, 1, 0, 1, 0, 1] + [1] * 4 + [0, 0] + [0, 1, 0]
    found = rare(dictionary, [*LEVELS[:12], "low", "low", "low"], events=events)
    assert [(one.level, one.n_people, one.n_events) for one in found] == [("medium", 6, 4)]


def test_the_reference_level_can_be_rare(dictionary):
    first = dictionary["education"].levels[0]
    levels = [first, *(level for level in dictionary["education"].levels[1:] for _ in range(5))]
    (one,) = rare(dictionary, levels)
    assert (one.level, one.n_people) == (first, 1)


def test_a_reference_among_several_absent_levels_has_no_name(dictionary):
    *_, before, last = dictionary["education"].levels
    (one,) = rare(dictionary, [before] + [last] * 6)
    expected = before if len(dictionary["education"].levels) == 2 else NO_LEVEL
    assert (one.level, one.n_people) == (expected, 1)
