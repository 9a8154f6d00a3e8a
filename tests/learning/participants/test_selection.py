"""Who takes part, and what became of their outcome."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.config import study_from_text
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.participants.selection import select_participants
from replaced_hips import TEXT, cohort


def selected(frame=None, text=TEXT):
    return select_participants(cohort() if frame is None else frame, study_from_text(text))


def test_the_flow_counts_every_step():
    steps = {step.label: (step.n_left_out, step.n_remaining) for step in selected().flow}
    assert steps == {
        "rows in the cohort": (0, 40),
        "hip replaced before follow-up (excluded)": (4, 36),
        "outcome unknown (informs imputation only)": (5, 31),
    }


def test_people_without_an_outcome_stay_for_imputation():
    people = selected().development
    assert len(people.frame) == 36
    assert people.n_analysed == 31


def test_the_worst_score_stands_in_for_a_replacement():
    people = selected(text=TEXT.replace("strategy: exclude", "strategy: worst")).development
    assert people.outcome[:4].tolist() == [100.0] * 4
    better = TEXT.replace("strategy: exclude", "strategy: worst").replace(
        "higher_is: worse", "higher_is: better"
    )
    assert selected(text=better).development.outcome[0] == 0.0


def test_the_last_score_before_stands_in_for_a_replacement():
    frame = cohort()
    people = selected(frame, TEXT.replace("strategy: exclude", "strategy: last-before")).development
    baseline = frame["womac_function_0_100"]
    assert people.outcome[:4].tolist() == [baseline[0], 33.0, baseline[2], 33.0]


def test_a_score_is_cut_at_the_patients_own_baseline():
    text = TEXT.replace("kind: continuous", "kind: binary").replace("linear: {}", "logistic: {}")
    text = text.replace("  events: [{name", "  dichotomise: {name").replace("10}]", "10}")
    frame = cohort()
    frame.loc[4:6, "womac_function_0_100"] = [20.0, 20.0, np.nan]
    frame.loc[4:6, "womac_function_followup_0_100"] = [30.0, 29.9, 50.0]
    outcome = selected(frame, text).development.outcome[:3]
    assert outcome[:2].tolist() == [1.0, 0.0]
    assert np.isnan(outcome[2])


def holdout(extra):
    return TEXT + f"validation: {{holdout: {extra}}}\n"


def test_people_are_held_out_by_a_category():
    frame = cohort(80).assign(person_id=[f"p{i}" for i in range(80)])
    result = selected(frame, holdout("{variable: site, test: [b]}"))
    assert set(result.development.frame["site"]) == {"a"}
    assert set(result.holdout.frame["site"]) == {"b"}
    assert not np.isnan(result.holdout.outcome).any()


def test_a_person_on_both_sides_is_refused():
    with pytest.raises(InputError, match="also held out") as caught:
        selected(text=holdout("{variable: site, test: [b]}"))
    assert caught.value.code == "LEAKAGE"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (holdout("{variable: site, test: [z]}"), "no row has site 'z'"),
        (holdout("{variable: sex, test: [male]}"), "the cohort has no 'sex'"),
        (
            TEXT.replace("cohort: {}", "cohort: {where: {joint: [hip]}}"),
            "the cohort has no 'joint'",
        ),
        (
            TEXT.replace("variable: womac_function_f", "variable: womac_pain_f"),
            "has no 'womac_pain",
        ),
    ],
)
def test_what_the_cohort_lacks_is_named(text, message):
    with pytest.raises(ConfigError, match=message):
        selected(text=text)


def test_rows_are_chosen_by_a_category():
    frame = cohort().assign(joint=["hip"] * 30 + ["knee"] * 10)
    text = TEXT.replace("cohort: {}", "cohort: {where: {joint: [hip]}}")
    assert len(selected(frame, text).development.frame) == 26


def test_an_outcome_off_its_bounds_is_refused_with_its_row():
    frame = cohort()
    frame.loc[20, "womac_function_followup_0_100"] = 140.0
    with pytest.raises(InputError, match=r"must lie in \[0, 100\]; 1 of"):
        selected(frame)


def off_scale(choice, text=TEXT):
    frame = cohort()
    frame.loc[[20, 21], "womac_function_followup_0_100"] = [101.0, -5.0]
    return selected(frame, text.replace("cohort: {}", f"cohort: {{on_invalid: {choice}}}"))


@pytest.mark.parametrize(("choice", "label", "n_rows", "n_left_out"), [
    ("missing", "outcome: 2 values outside 0 to 100, taken as unknown", 36, 0),
    ("exclude", "outcome outside 0 to 100 (excluded)", 34, 2),
])  # fmt: skip
def test_or_it_is_unknown_or_its_row_left_out_and_counted(choice, label, n_rows, n_left_out):
    found = off_scale(choice)
    people, steps = found.development, {step.label: step for step in found.flow}
    assert (len(people.frame), people.n_analysed) == (n_rows, 29)
    assert (steps[label].n_left_out, steps[label].n_remaining) == (n_left_out, n_rows)
    # No table of the people shows what was not believed.
    assert people.frame["womac_function_followup_0_100"].max() <= 100.0


def test_an_event_on_an_outcome_off_its_bounds_is_unknown():
    event = "dichotomise: {name: w, label: w, direction: above, reference: fixed, value: 50}"
    text = TEXT.replace("kind: continuous", "kind: binary").replace("families: {linear: {}}",
        "families: {logistic: {}}").replace("metric: r2", "metric: scaled_brier")  # fmt: skip
    start = text.index("  events:")
    text = text[:start] + f"  {event}" + text[text.index("\n", start) :]
    assert off_scale("missing", text).development.n_analysed == 29


def test_the_refusal_of_an_outcome_off_its_bounds_names_the_setting():
    with pytest.raises(InputError, match=r"2 of 36 rows do not.*set cohort\.on_invalid"):
        off_scale("refuse")


def test_a_constant_outcome_and_too_few_people_are_refused():
    with pytest.raises(InputError, match="the outcome does not vary"):
        selected(cohort().assign(womac_function_followup_0_100=50.0))
    with pytest.raises(InputError, match="too few for 2 folds"):
        selected(cohort().head(18))


def test_rows_without_a_person_stand_alone():
    frame = cohort()
    frame.loc[4:7, "person_id"] = None
    groups = selected(frame).development.groups
    assert len(set(groups[:4])) == 4


def test_a_selection_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError, match="assign to field 'outcome'"):
        selected().development.outcome = None


def test_the_first_visit_has_those_whose_hip_was_replaced_later():
    selection = selected()
    assert len(selection.development.frame) == 36
    assert len(selection.first_visit) == 40


def test_the_first_visit_is_without_those_held_out():
    text = TEXT + "validation: {holdout: {variable: site, test: [b]}}\n"
    frame = cohort(80)
    frame["person_id"] = [f"p{i}" for i in range(len(frame))]
    first_visit = selected(frame, text).first_visit
    assert set(first_visit["site"]) == {"a"}
    assert (first_visit["hip_replacement_before_followup"] == "yes").sum() == 2


EVENTS = "  events: [{name: w, label: w, direction: above, reference: baseline, value: 10}]"
BINARY = (
    TEXT.replace("kind: continuous", "kind: binary\n  event_level: yes")
    .replace("variable: womac_function_followup_0_100", "variable: worse")
    .replace(EVENTS, "")
    .replace("bounds: [0, 100]", "thresholds: []")
    .replace("linear: {}", "logistic: {}")
)  # fmt: skip


def coded(*codes):
    frame = cohort(80)
    return frame.assign(worse=np.resize(np.array(codes, dtype=object), len(frame)))


def test_a_code_that_is_no_declared_level_of_the_outcome_is_unknown_and_counted():
    found = selected(coded("yes", "no", "9", "Yes"), BINARY)
    assert found.development.n_analysed == 38
    labels = [step.label for step in found.flow]
    assert "outcome: 40 codes are no declared level, taken as unknown" in labels
    assert found.flow[-1].label == "outcome unknown (informs imputation only)"
    assert (found.flow[-1].n_left_out, found.flow[-1].n_remaining) == (38, 38)


@pytest.mark.parametrize(("one", "zero"), [("1", "0"), ("1.0", "0.0"), (1.0, 0.0), (1, 0)])
def test_an_event_of_1_is_read_however_it_is_written(one, zero):
    text = BINARY.replace("event_level: yes", "event_level: 1")
    known = selected(coded(one, zero, "9"), text).development
    # The first four had a hip replaced.
    assert known.n_analysed == sum(i % 3 < 2 for i in range(4, 80))
    assert np.nansum(known.outcome) == sum(i % 3 == 0 for i in range(4, 80))


def test_the_levels_of_an_outcome_are_declared():
    text = BINARY.replace("event_level: yes", "event_level: dead\n  levels: [alive, dead]")
    assert selected(coded("dead", "alive", "moved"), text).development.n_analysed == 51
    undeclared = BINARY.replace("event_level: yes", "event_level: dead")
    with pytest.raises(InputError, match="2 codes come beside the event"):
        selected(coded("dead", "alive", "moved"), undeclared)


@pytest.mark.parametrize("unknown", [None, "9", "Yes"])
@pytest.mark.parametrize("strategy", ["exclude", "worst"])
def test_an_unknown_hip_replacement_is_not_read_as_none(unknown, strategy):
    frame = cohort()
    frame["hip_replacement_before_followup"] = frame["hip_replacement_before_followup"].astype(
        object
    )
    frame.loc[20:22, "hip_replacement_before_followup"] = unknown
    text = TEXT.replace("strategy: exclude", f"strategy: {strategy}")
    known, before = selected(frame, text).development, selected(text=text).development
    assert known.n_analysed == before.n_analysed - 3
    label = "hip replacement unknown: the outcome of 3 counts as unknown"
    assert label in [step.label for step in selected(frame, text).flow]


def test_a_category_of_hip_replacement_without_yes_is_refused():
    frame = cohort().assign(implant="none")
    own = Variable(name="implant", label="implant", kind="category", source="s",
                   levels=("none", "total"))  # fmt: skip
    text = TEXT.replace("variable: hip_replacement_before_followup", "variable: implant")
    dictionary = load_dictionary().with_variables([own])
    with pytest.raises(ConfigError, match="the level 'yes' is not one of none, total"):
        select_participants(frame, study_from_text(text), dictionary)


@pytest.mark.parametrize("level", ["1", "1.0", "[1]"])
def test_a_level_that_is_a_number_is_found_however_it_is_written(level):
    frame = cohort(80).assign(site=["1", "2"] * 40)
    level = level if level.startswith("[") else f"['{level}']"
    text = TEXT.replace("cohort: {}", f"cohort: {{where: {{site: {level}}}}}")
    assert len(selected(frame, text).development.frame) == 38
