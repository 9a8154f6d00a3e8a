"""The answer, a row a criterion: which binds, what a study reaches, plain words."""

import dataclasses
import json

from hiprisk.config import SampleSizeSettings
from hiprisk.inference.samplesize import (
    development_size,
)
from hiprisk.inference.samplesize.criteria import Assumption, Criterion, SampleSize, finished


def test_results_go_to_frames_and_plain_values():
    answer = development_size("binary", 12, SampleSizeSettings(nagelkerke=0.3, prevalence=0.3))
    plain = answer.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert list(answer.to_frame()["n"]) == [row["n"] for row in plain["criteria"]]
    assert sum(row["binding"] for row in plain["criteria"]) == 1


def row(name, n, **known):
    return Criterion(name=name, what=f"what {name} says", target=0.9, n=n, **known)


def answer_of(rows, *, n=None, **known):
    rows = finished(rows, n=n, reached=[None] * len(rows))
    most = max(one.n for one in rows if one.counted)
    return SampleSize(
        purpose="development", kind="continuous", given=(), criteria=rows, n_required=most,
        n_available=n, **known,
    )  # fmt: skip


def test_the_criterion_that_asks_for_most_binds_and_of_two_the_first():
    rows = finished(
        [row("a", 100), row("b", 300), row("c", 300), row("beside", 900, counted=False)],
        n=300, reached=[0.1, 0.2, 0.3, 0.4],
    )  # fmt: skip
    assert [one.name for one in rows if one.binding] == ["b"]
    assert [one.satisfied for one in rows] == [True, True, True, False]
    assert [one.reached for one in rows] == [0.1, 0.2, 0.3, 0.4]


def test_without_a_size_nothing_is_judged():
    answer = answer_of([row("a", 100)])
    assert answer.criteria[0].satisfied is None
    assert answer.sufficient is None
    assert len(answer.sentences()) == 1


def test_a_study_is_told_which_criteria_it_misses_and_not_those_shown_beside():
    rows = [row("a", 100), row("b", 300), row("c", 250), row("beside", 900, counted=False)]
    found = answer_of(rows, n=200).sentences()
    assert found[0] == (
        "300 people are needed for development. The most demanding criterion is b: what b says."
    )
    assert found[1] == "The study has 200 people, too few for b and c."
    enough = answer_of(rows, n=1300).sentences()[1]
    assert enough == "The study has 1,300 people, enough for every criterion."


def test_people_and_rarer_outcomes_for_each_parameter_equal_hand_counts():
    people = answer_of([row("a", 240)], n_parameters=12)
    assert people.per_parameter(240) == 20.0
    # At a prevalence of 0.75 the 60 non-events are the fewer.
    events = answer_of([row("a", 240)], n_parameters=12, prevalence=0.75)
    assert events.per_parameter(240) == 5.0
    assert events.sentences()[1] == (
        "This is 5.0 events (or non-events, if fewer) per candidate parameter (12)."
    )
    assert events.to_dict()["events_required"] == 180.0
    assert answer_of([row("a", 240)]).per_parameter(240) is None


def test_the_first_assumption_is_named_in_words():
    assumed = Assumption(name="r2", value=0.3, low=0.25, n_low=1210, high=0.35, n_high=610)
    assert assumed.swing == 600
    assert answer_of([row("a", 900)], assumptions=(assumed,)).sentences()[1] == (
        "The most influential assumption is R² = 0.3: 1,210 people are needed with 0.25, "
        "610 with 0.35."
    )


def test_names_of_estimates_are_for_machines():
    rows = finished([row("criterion 1 (overfitting)", 100)], n=80, reached=[0.87])
    answer = dataclasses.replace(answer_of([row("a", 100)], n=80), criteria=rows)
    assert {one.name: one.value for one in answer.estimates()} == {
        "development_n_required": 100.0,
        "development_criterion_1_overfitting_n": 100.0,
        "development_criterion_1_overfitting_reached": 0.87,
    }
