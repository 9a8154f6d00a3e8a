"""How good a model is, in words."""

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.sheet.explanation.importance import importance
from hiprisk.wording.performance import (
    BlockGain,
    blocks_added,
    calibration_clause,
    how_well,
    sample_size_in_words,
    validation_in_words,
    what_changes_most,
)
from small_bundle import small_sheet


def test_a_share_of_the_variance_and_a_share_of_pairs():
    found = Estimate(name="r2", value=0.25, low=0.18, high=0.31)
    said = how_well("continuous", found, outcome="function", how="cross-validated", label="R²")
    assert said == (
        "The model explains 25 % (95 % CI 18 to 31 %) of how much function differs between people "
        "(cross-validated R²)"
    )
    said = how_well("binary", found, outcome="x", how="out-of-fold", label="C statistic")
    assert said.endswith("in 25 % (95 % CI 18 to 31 %) of pairs (out-of-fold C statistic)")


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.7, 0.5, 0.9, "too extreme (calibration slope 0.70)"),
        (1.3, 1.1, 1.5, "too moderate (calibration slope 1.30)"),
        (1.0, 0.8, 1.2, "no evidence"),
        (1.0, None, None, ""),
    ],
)
def test_a_slope_speaks_by_its_interval(value, low, high, words):
    said = calibration_clause(Estimate(name="calibration_slope", value=value, low=low, high=high))
    assert words in said


def test_blocks_of_one_verdict_share_a_sentence():
    gains = [
        BlockGain(label="back pain", verdict="adds", low=0.02),
        BlockGain(label="hip motion", verdict="adds", low=0.01),
        BlockGain(label="drugs", verdict="inconclusive at this sample size", low=-0.1),
    ]
    assert blocks_added(gains, "R² 0.01") == (
        "Back pain and hip motion added at least the minimum important gain (R² 0.01); whether "
        "drugs added to the prediction is inconclusive at this sample size."
    )
    assert blocks_added([], "R² 0.01") == ""


def test_what_moves_predictions_most_is_named_with_how_far():
    said = what_changes_most(small_sheet(), importance(small_sheet()))
    assert said == (
        "WOMAC function at the first visit (11.5 points), low back pain (2.5 points) and sex "
        "(1.0 points): "
        "how far predictions typically differ between people by this alone (standard deviation)."
    )
    assert what_changes_most(small_sheet(), ()) == ""


def test_validation_and_sample_size():
    assert validation_in_words("by cross-validation").startswith("Validated internally only (by")
    assert "and in 9 people held out, by" in validation_in_words("x", held_out="9 people held out")
    assert sample_size_in_words(is_enough=False) == (
        "Sample size is below the criteria of Riley et al."
    )
