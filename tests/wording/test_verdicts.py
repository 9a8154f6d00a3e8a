"""Verdicts that several rooms give in the same words."""

import pytest

from hiprisk.wording.verdicts import slope_in_words


@pytest.mark.parametrize(("slope", "words"), [(0.8, "too extreme"), (1.2, "too moderate")])
def test_a_slope_below_one_means_predictions_too_extreme(slope, words):
    assert slope_in_words(slope) == words
