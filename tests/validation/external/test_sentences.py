"""An external validation in sentences."""

from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.config.cohort import SamplingSettings
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.external.sentences import (
    event_calibration_words,
    remarks_of,
    sampling_words,
    summary_of,
)
from hiprisk.validation.performance.results import EventPerformance
from validated_people import MODEL, OUTCOME, WORSE

LABELS = {"lbp_any": "low back pain", "sex": "sex"}


def people(n, events=0, **more):
    observed = np.r_[np.ones(events), np.zeros(n - events)]
    more = {
        "absent": (),
        "imputed_share": {},
        "provenance": "real",
        "sampling": None,
        "flow": (),
        "warnings": (),
        **more,
    }
    groups = np.asarray(more.pop("groups", np.arange(n)))
    return SimpleNamespace(
        n=n,
        n_people=len(np.unique(groups)),
        groups=groups,
        observed=observed,
        predicted=np.asarray(more.pop("predicted", np.full(n, 0.5))),
        **more,
    )


def estimate(name, value, low, high):
    return Estimate(name=name, value=value, low=low, high=high)


def remarks(found, kind="continuous", estimates=()):
    return list(remarks_of(found, kind, estimates, LABELS))


@pytest.mark.parametrize(
    ("found", "kind", "said"),
    [
        (people(234), "continuous", "234 people: fewer than the 235"),
        (people(235), "continuous", "235 people: at least the 235"),
        (people(300, events=99), "binary", "99 with the event: fewer than"),
        (people(200, events=100), "binary", "100 with the event: at least"),
        # Two hips of a person are one person.
        (
            people(300, groups=np.arange(300) // 2),
            "continuous",
            "300 rows of 150 people: fewer than the 235",
        ),
        (
            people(400, events=200, groups=np.arange(400) // 4),
            "binary",
            "400 rows of 100 people, 200 with the event: fewer than",
        ),
        # As few without the event count as well.
        (people(199, events=100), "binary", "fewer than"),
    ],
)
def test_whether_there_are_as_many_people_as_recommended(found, kind, said):
    assert said in remarks(found, kind)[0]


def test_the_width_of_the_slopes_interval_is_held_against_its_target():
    slope = [estimate("calibration_slope", 1.0, 0.9, 1.15)]
    assert "0.25 wide: wider than the target width of 0.2" in remarks(people(300), "x", slope)[1]
    slope = [estimate("calibration_slope", 1.0, 0.9, 1.05)]
    assert "0.15 wide: within" in remarks(people(300), "x", slope)[1]


def test_what_was_imputed_is_said_from_one_in_twenty_on_by_label():
    share = {"lbp_any": 0.04, "sex": 0.05, "age_years": 1.0}
    said = remarks(people(300, absent=("lbp_any",), imputed_share={"lbp_any": 1.0, **share}))
    assert said[1] == "Not in the cohort, imputed for everybody: low back pain."
    assert "sex 5 %" in said[2]
    assert "low back pain" not in said[2]


def summary(*estimates, outcome=OUTCOME, found=None):
    return list(summary_of(found or people(300), outcome, MODEL, estimates, None))


def test_an_interval_without_nought_names_the_side_and_the_remedy():
    said = summary(
        estimate("calibration_in_the_large", 2.0, 1.0, 3.0),
        estimate("calibration_slope", 0.8, 0.7, 0.9),
    )
    assert "too low on average" in said[0]
    assert "too extreme" in said[1]
    assert said[2].startswith("Recalibrate the intercept and the slope")


def test_the_other_sides():
    said = summary(
        estimate("calibration_in_the_large", -2.0, -3.0, -1.0),
        estimate("calibration_slope", 1.3, 1.1, 1.5),
        outcome=WORSE,
    )
    assert "too high on average" in said[0]
    assert "log odds" in said[0]
    assert "too moderate" in said[1]


def test_intervals_that_hold_the_ideal_ask_for_nothing():
    said = summary(
        estimate("calibration_in_the_large", 0.5, -1.0, 2.0),
        estimate("calibration_slope", 1.1, 0.9, 1.3),
    )
    assert len(said) == 2
    assert all(line.startswith("No evidence") for line in said)


def test_without_an_interval_nothing_is_asked_for():
    said = summary(Estimate(name="calibration_in_the_large", value=9.0))
    assert said[0].startswith("No evidence of miscalibration")


def test_simulated_people_come_first():
    said = summary(estimate("calibration_slope", 1.0, 0.9, 1.1),
                   found=people(300, provenance="simulated"))  # fmt: skip
    assert "SIMULATED" in said[0].upper()


def test_people_with_a_risk_of_0_or_1_are_counted_and_their_rows_apart():
    predicted = np.r_[0.0, 0.0, 1.0, np.full(297, 0.5)]
    found = people(300, events=1, predicted=predicted, groups=np.arange(300) // 2)
    said = next(one for one in remarks(found, "binary") if "exactly 0 or 1" in one)
    assert said.startswith(
        "Predicted risk of exactly 0 or 1: 3 rows of 2 people, 2 of them with the opposite outcome."
    )
    none = people(300, events=1)
    assert not any("exactly 0 or 1" in one for one in remarks(none, "binary"))


def test_a_stated_prevalence_is_said_in_percent():
    said = sampling_words(SamplingSettings(case_control=0.02), share=0.5)
    assert "(50.0 % with the event)" in said
    assert "those of a population with a prevalence of 2 %" in said


def event(*estimates, **more):
    return EventPerformance(
        name="worse", label="worse by 10", n=100.0, n_events=30.0, estimates=estimates, **more
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            event(estimate("observed_expected_ratio", 1.231, 1.065, 1.423)),
            "Event, worse by 10: probabilities are too low on average, observed/expected ratio "
            "1.23 (95 % CI 1.06 to 1.42).",
        ),
        (
            event(estimate("observed_expected_ratio", 0.8, 0.7, 0.9)),
            "Event, worse by 10: probabilities are too high on average, ",
        ),
        (
            event(estimate("observed_expected_ratio", 1.1, 0.9, 1.3)),
            "Event, worse by 10: no evidence of miscalibration on average, ",
        ),
        (
            event(Estimate(name="observed_expected_ratio", value=1.5)),
            "Event, worse by 10: calibration is inconclusive, observed/expected ratio 1.500 "
            "without an interval.",
        ),
        (
            event(reason="nobody had it"),
            "Event, worse by 10: calibration is not available: nobody had it.",
        ),
        (event(), "Event, worse by 10: calibration is not available."),
    ],
)
def test_the_calibration_of_an_event_is_a_sentence(found, said):
    assert event_calibration_words(found).startswith(said)


def test_every_event_stands_below_the_calibration_of_the_outcome():
    large = estimate("calibration_in_the_large", 0.5, -1.0, 2.0)
    ratio = estimate("observed_expected_ratio", 1.231, 1.065, 1.423)
    said = list(summary_of(people(300), OUTCOME, MODEL, [large], None, [event(ratio), event()]))
    assert said[0].startswith("No evidence of miscalibration in the large")
    assert [line.split(":")[0] for line in said[1:]] == ["Event, worse by 10"] * 2
