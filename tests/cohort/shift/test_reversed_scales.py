"""Reversed scales and swapped codes, seen in the signs of correlations."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.cohort.shift.reversed_scales import baseline_direction_findings
from hiprisk.sheet.format import Column, MissingModel, TrainingSummary, VariableSpec
from small_bundle import small_sheet

SCORE = (0.0, 100.0)


def number(name, unit, hard, mean, sd):
    """A variable whose development cohort was normal, summarised as a sheet summarises it."""
    z = np.array([-2.326, -0.6745, 0.0, 0.6745, 2.326]) * sd + mean
    training = TrainingSummary(low=z[0], high=z[4], median=z[2], iqr=z[3] - z[1])
    return VariableSpec(
        name=name, label=name, unit=unit, kind="number", hard=hard, training=training
    )


def codes(findings):
    return {(finding.code, finding.column): finding for finding in findings}


def moved(sheet=None, **columns):
    return codes(compare_with_training(sheet or small_sheet(), columns))


PAIN = number("womac_pain_0_100", "points 0-100", SCORE, 50, 20)
FUNCTION = number("womac_function_0_100", "points 0-100", SCORE, 50, 20)
FLEXION = number("hip_flexion_deg", "deg", (0, 160), 105, 18)
BACK = VariableSpec(
    name="lbp_any", label="b", unit="", kind="category", levels=("no", "yes"),
    training=TrainingSummary(level_shares=(0.5, 0.5)),
)  # fmt: skip
CORRELATIONS = np.array(
    [[1.0, 0.8, -0.4, 0.5], [0.8, 1.0, -0.5, 0.5], [-0.4, -0.5, 1.0, -0.1], [0.5, 0.5, -0.1, 1.0]]
)


def correlated_sheet():
    sd = np.array([20.0, 20.0, 18.0, 0.5])
    covariance = CORRELATIONS * np.outer(sd, sd)
    return dataclasses.replace(
        small_sheet(),
        variables=(PAIN, FUNCTION, FLEXION, BACK),
        columns=(
            *(Column(name=v.name, variable=v.name) for v in (PAIN, FUNCTION, FLEXION)),
            Column(name="lbp_any=yes", variable="lbp_any", level="yes"),
        ),
        missing=MissingModel(
            mean=(50.0, 50.0, 105.0, 0.5),
            covariance=tuple(map(tuple, covariance)),
            draws=((0.0,) * 4,),
        ),
    )


def people(n=1500):
    z = np.random.default_rng(5).multivariate_normal(np.zeros(4), CORRELATIONS, n)
    return {
        "womac_pain_0_100": 50 + 20 * z[:, 0],
        "womac_function_0_100": 50 + 20 * z[:, 1],
        "hip_flexion_deg": 105 + 18 * z[:, 2],
        "lbp_any": np.where(z[:, 3] > 0, "yes", "no").astype(object),
    }


def test_people_like_the_training_cohort_have_no_direction_to_report():
    assert not moved(correlated_sheet(), **people())


def test_a_reversed_score_with_its_median_in_the_middle_is_seen_by_its_correlations():
    there = people()
    there["womac_function_0_100"] = 100 - there["womac_function_0_100"]
    found = moved(correlated_sheet(), **there)
    assert list(found) == [("DIRECTION_SUSPECT", "womac_function_0_100")]
    assert "womac_pain_0_100, hip_flexion_deg, lbp_any" in found.popitem()[1].message


def test_swapped_codes_of_a_fair_share_are_seen_by_their_correlations():
    there = people()
    there["lbp_any"] = np.where(there["lbp_any"] == "yes", "no", "yes").astype(object)
    assert list(moved(correlated_sheet(), **there)) == [("CODING_SUSPECT", "lbp_any")]


def test_a_weak_or_uncertain_correlation_says_nothing():
    there = people(90)
    there["womac_function_0_100"] = 100 - there["womac_function_0_100"]
    assert not moved(correlated_sheet(), **there)


def before_and_later(n, slope):
    rng = np.random.default_rng(3)
    before = rng.normal(size=n)
    return pd.DataFrame({"before": before, "later": slope * before + rng.normal(size=n)})


def test_an_outcome_that_falls_as_its_baseline_rises_is_suspect():
    frame = before_and_later(60, -1.0)
    [found] = baseline_direction_findings("later", "before", frame)
    assert (found.code, found.severity, found.column) == ("DIRECTION_SUSPECT", "warning", "later")
    assert "one of the two may run the other way" in found.message
    assert found.count == 60


@pytest.mark.parametrize(
    ("baseline", "frame"),
    [
        ("before", before_and_later(60, 1.0)),
        ("before", before_and_later(200, -0.05)),
        ("before", before_and_later(29, -1.0)),
        ("before", before_and_later(60, -1.0).assign(before=1.0)),
        ("before", before_and_later(60, -1.0).assign(later="no")),
        ("before", before_and_later(60, -1.0).drop(columns="before")),
        (None, before_and_later(60, -1.0)),
    ],
    ids=["same", "weak", "few", "constant", "text", "absent", "none declared"],
)
def test_what_does_not_clearly_run_the_other_way_is_not(baseline, frame):
    assert not list(baseline_direction_findings("later", baseline, frame))
