"""What could not be computed, in words."""

from hiprisk.wording.availability import not_available_in_words, not_computed_in_words


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
