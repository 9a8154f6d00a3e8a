"""What could not be computed, in words."""

import dataclasses

from hiprisk.wording.availability import (
    few_residuals_in_words,
    not_available_in_words,
    not_computed_in_words,
)
from small_bundle import small_sheet


def test_figures_with_one_reason_share_a_line():
    lacking = {"a": "no events", "b": "too few", "c": "no events"}
    assert not_available_in_words(lacking, str.upper) == (
        "A, C: not available (no events)",
        "B: not available (too few)",
    )


def test_resamples_that_lack_a_figure_are_counted():
    assert not_computed_in_words({"a": 0}, 200, str.upper) == ""
    assert not_computed_in_words({"a": 1, "b": 0, "c": 7}, 200, str.upper) == (
        "Could not be computed on some of the 200 resamples, and are from the others: A (1), C (7)."
    )


def test_few_residuals_are_said_with_what_they_cover():
    sheet = small_sheet()
    assert few_residuals_in_words(sheet) == ""
    # The least of 32 residuals stands for the probabilities from 1/400 to 12/400.
    spread = dataclasses.replace(
        sheet.distribution,
        probabilities=(0.01625, 0.5, 0.98375),
        quantiles=(-1.5, 0.0, 1.5),
    )
    few = dataclasses.replace(
        sheet, distribution=spread, missing=dataclasses.replace(sheet.missing, n_people=32)
    )
    assert few_residuals_in_words(few) == (
        "Fewer than 39 residuals stand behind the prediction intervals: at 95 % there is none. Its "
        "ends are the least and the largest, which are guaranteed to cover at most 93.9 % of new "
        "outcomes."
    )
