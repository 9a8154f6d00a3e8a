"""Verdicts that several rooms give in the same words."""

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.wording.verdicts import is_worth_a_word, slope_in_words

NO_EVIDENCE = "No evidence that predictions are too extreme or too moderate: "


def slope(value, low=None, high=None):
    return Estimate(name="calibration_slope", value=value, low=low, high=high)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (slope(0.8, 0.7, 0.9), "Predictions are too extreme: calibration slope 0.80 (95 % CI "),
        (slope(1.2, 1.1, 1.31), "Predictions are too moderate: calibration slope 1.20 (95 % CI "),
        (slope(0.87, 0.70, 1.04), f"{NO_EVIDENCE}calibration slope 0.87 (95 % CI 0.70 to 1.04)."),
        (slope(1.0, 0.9, 1.1), f"{NO_EVIDENCE}calibration slope 1.00 (95 % CI"),
        (slope(0.8), "Whether predictions are too extreme or too moderate is inconclusive: "),
    ],
)
def test_the_interval_gives_the_verdict_and_not_the_estimate(found, words):
    assert slope_in_words(found).startswith(words)


def test_how_it_was_evaluated_is_said():
    said = slope_in_words(slope(0.8, 0.7, 0.9), how="cross-validated")
    assert said.startswith("Predictions are too extreme: cross-validated calibration slope 0.80")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (slope(0.95, 0.92, 0.98), True),
        (slope(0.87, 0.70, 1.04), True),
        (slope(0.8), True),
        (slope(0.95, 0.9, 1.02), False),
    ],
)
def test_a_study_tells_a_slope_that_is_off_one_or_may_be_far_from_it(found, told):
    assert is_worth_a_word(found) == told
