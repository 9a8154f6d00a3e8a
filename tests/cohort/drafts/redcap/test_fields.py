"""Proposals from the data dictionary in place of guesses."""

import pytest

from hiprisk.cohort.drafts.columns import SampledColumn
from hiprisk.cohort.drafts.matching import packaged_proposal
from hiprisk.cohort.drafts.redcap.data_dictionary import ColumnField, RedcapField
from hiprisk.cohort.drafts.redcap.fields import field_proposal, with_choices


def field(kind, choices=None, **more):
    return RedcapField(
        name="field", form="form", kind=kind, label="A question", choices=choices or {}, **more
    )


def column(counts, name="field"):
    return SampledColumn(name=name, counts=counts)


def proposal(counts, described, choice="", event=""):
    return field_proposal(column(counts), ColumnField(described, choice, event), ())


def test_answers_of_a_choice_become_levels():
    described = field("radio", {"1": "Never", "2": "Now and then", "99": "Unknown"})
    found = proposal({"1": 1, "2": 4, "99": 1}, described)
    assert (found.own.label, found.own.levels) == ("A question", ("never", "now_and_then"))
    assert found.levels == {"1": "never", "2": "now_and_then"}
    assert (found.missing, found.doubts) == (("99",), ("99: missing?",))


def test_answers_of_a_labelled_export_are_the_codes():
    described = field("radio", {"1": "Never", "2": "Now and then"})
    found = proposal({"Never": 1, "Now and then": 4}, described)
    assert found.levels == {"Never": "never", "Now and then": "now_and_then"}


def test_many_consecutive_codes_are_a_grade():
    described = field("radio", {str(n): f"{n} points" for n in range(11)})
    own = proposal({"0": 1, "7": 4}, described).own
    assert (own.kind, own.hard, own.integer) == ("number", (0, 10), True)


def test_a_number_has_the_forms_own_limits():
    described = field("text", validation="integer", limits=(0.0, 60.0))
    found = proposal({"12": 1, "31": 1}, described)
    assert (found.own.hard, found.own.integer, found.own_doubts) == ((0, 60), True, ())
    found = proposal({"12": 1, "310": 1}, described)
    assert found.own_doubts == ("values outside the form's own limits: which are right?",)


def test_a_slider_goes_to_100():
    assert proposal({"12": 1, "31": 1}, field("slider")).own.hard == (0, 100)


def test_a_box_is_named_by_its_choice():
    described = field("checkbox", {"1": "Back", "2": "Hip"})
    found = proposal({"0": 3, "1": 4}, described, choice="2")
    assert (found.variable, found.own.label) == ("field_2", "A question: Hip")


def test_an_event_stands_in_name_and_label():
    found = proposal({"0": 3, "1": 4}, field("yesno"), event="Month 12")
    assert (found.variable, found.own.label) == ("field_month_12", "A question (Month 12)")


def test_the_first_event_leaves_name_and_label_as_an_export_of_it_has_them():
    found = proposal({"0": 3, "1": 4}, field("yesno"), event="baseline_arm_1")
    assert (found.variable, found.own.label) == ("field", "A question")


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        (field("notes"), "notes: free text"),
        (field("text", is_identifier=True), "REDCap marks it as identifying"),
        (field("text", validation="date_ymd"), "a date is no predictor as it is"),
        (field("text", is_hidden=True), "REDCap hides it from its form (@HIDDEN)"),
    ],
)
def test_what_is_left_out(described, reason):
    assert proposal({"a": 5, "b": 5}, described).left_out == reason


def test_a_box_that_nobody_ticked_is_left_out():
    assert proposal({"0": 9}, field("checkbox", {"1": "Back"}), "1").left_out.startswith("the same")


def test_codes_of_a_packaged_variable_are_explained():
    sex = column({"1": 1, "2": 4, "3": 1}, "sex")
    described = field("radio", {"1": "Male", "2": "Female", "3": "Prefer not to say"})
    found = with_choices(packaged_proposal(sex, "sex", 1.0), sex, described)
    assert (found.levels, found.missing) == ({"1": "male", "2": "female"}, ("3",))
    assert found.doubts == ()


def test_an_answer_that_is_no_level_is_still_asked():
    sex = column({"1": 5, "2": 4, "3": 5}, "sex")
    described = field("radio", {"1": "Male", "2": "Female", "3": "Other"})
    found = with_choices(packaged_proposal(sex, "sex", 1.0), sex, described)
    assert "state what each code means" in found.doubts
