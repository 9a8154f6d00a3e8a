"""What is expected, in sentences."""

import re

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.expected.computing import expected_performance
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def said(frame, *, sheet=None, **beside):
    expected = expected_performance(sheet or small_sheet(kind="binary"), frame)
    return list(ExpectedComparison.of(expected, **beside).sentences)


def test_figures_and_who_is_incomplete(frame):
    first, last = said(frame)
    assert first.startswith(
        "If the model is right, expect of these 60 rows (12 % of them incomplete)"
    )
    assert "C statistic 0.7" in first
    assert "(95 % CI" in first
    assert "What case mix does by itself is not available" in last


def test_case_mix_is_the_difference_from_development(frame):
    (first,) = said(frame, development={"c_statistic": 0.8})
    assert "; expected in development 0.80000: -0.0" in first
    assert first.count("by case mix") == 1


def test_people_left_out_are_said_and_case_mix_is_without_leaving_them_out(frame):
    whole = expected_performance(small_sheet(kind="binary"), frame)
    same = {name: one.value for name, one in whole.named()}
    first, second = said(frame.head(40), development=same, first_visit=whole)
    assert first.count("at the first visit, expected in development") == 3
    assert len(re.findall(r": \+0\.0+ by case mix\)", first)) == 3
    assert second.startswith(
        "Case mix is that of all 60 rows of the first visit with a prediction, 20 more than are"
    )


def test_without_refits_the_reason_is_said(frame):
    lines = said(frame, sheet=tree_sheet())
    assert any("the sheet carries no bootstrap models" in line for line in lines)


def test_what_is_beyond_chance_is_named_and_what_to_do(frame):
    observed = {"event_rate": Estimate(name="event_rate", value=0.9, low=0.8, high=0.95)}
    *_, last = said(frame, observed=observed)
    assert "beyond chance and not by case mix: event rate +0." in last
    assert "hiprisk update" in last


def test_nothing_beyond_chance_is_no_evidence(frame):
    observed = {"event_rate": Estimate(name="event_rate", value=0.5, low=0.4, high=0.6)}
    *_, last = said(frame, observed=observed)
    assert last.startswith("No evidence that performance differs")
