"""The verdict: two sentences, whatever the study found."""

import dataclasses

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.study.first_screen import gain_line
from hiprisk.reporting.study.verdict import blocks_sentence, evaluated, verdict_of


def added_with(study, *found):
    """The study's blocks with other verdicts: word and interval of each."""
    single = [one for one in study.evidence.added.additions if len(one.blocks) == 1]
    additions = []
    for one, (verdict, low, high) in zip(single, found, strict=True):
        gain = dataclasses.replace(
            one.gain("r2"), estimate=Estimate(name="r2", value=(low + high) / 2, low=low, high=high)
        )
        additions.append(dataclasses.replace(one, verdict=verdict, gains=(gain,)))
    return dataclasses.replace(study.evidence.added, additions=tuple(additions))


UNDECIDED = "inconclusive at this sample size"
LITTLE = "adds less than the minimum important gain"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([("adds", 0.02, 0.06), (LITTLE, -0.01, 0.005)],
         "Low back pain added at least the minimum important gain (R² 0.01); hip motion added less "
         "than the minimum important gain (R² 0.01)."),
        ([(UNDECIDED, 0.005, 0.06), (UNDECIDED, -0.01, 0.05)],
         "Low back pain added to the prediction, but whether by the minimum important gain (R² "
         "0.01) or more is inconclusive at this sample size; whether hip motion added to the "
         "prediction is inconclusive at this sample size."),
        ([(LITTLE, -0.01, 0.005), (LITTLE, -0.01, 0.005)],
         "Low back pain and hip motion added less than the minimum important gain (R² 0.01)."),
    ],
)  # fmt: skip
def test_what_blocks_add_in_words(study, found, said):
    assert blocks_sentence(added_with(study, *found)) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (("adds", 0.02, 0.06), "added at least the minimum"),
        ((LITTLE, -0.01, 0.005), "added less than the minimum"),
        ((UNDECIDED, 0.005, 0.06), "added, but whether by the minimum or more is inconclusive"),
        ((UNDECIDED, -0.01, 0.05), "inconclusive at this sample size"),
    ],
)
def test_the_tile_says_what_the_verdict_says(study, found, said):
    added = added_with(study, found, found)
    line = gain_line(added.additions[0], added)
    assert line.detail.endswith(f"), {said}")
    # The verdict's sentence begins as the tile does.
    opening = said.partition(" the minimum")[0].partition(", but")[0]
    assert opening in blocks_sentence(added)


def test_predictions_that_are_too_extreme_are_said_so(study):
    rows = tuple(
        dataclasses.replace(row, apparent=0.7, optimism=0.0, corrected=0.7, low=0.5, high=0.9)
        if row.metric == "calibration_slope"
        else row
        for row in study.evidence.optimism.rows
    )
    table = dataclasses.replace(study.evidence.optimism, rows=rows)
    evidence = dataclasses.replace(study.evidence, optimism=table)
    assert (
        "its predictions are too extreme (calibration slope 0.70)" in verdict_of(evidence, "x")[0]
    )


def test_without_a_bootstrap_the_figures_are_cross_validated(study):
    empty = dataclasses.replace(study.evidence.optimism, rows=())
    evidence = dataclasses.replace(study.evidence, optimism=empty)
    assert evaluated(evidence, "r2")[1] == "cross-validated"
    alone = dataclasses.replace(evidence, cross_validation=None)
    assert evaluated(alone, "r2")[1] == "out-of-fold"
    assert evaluated(alone, "no_such_metric") is None


def test_the_mean_only_model_is_said_plainly(study):
    evidence = dataclasses.replace(study.evidence, family="mean", added=None)
    assert verdict_of(evidence, "x") == ("No candidate predicts better than the mean-only model.",)
