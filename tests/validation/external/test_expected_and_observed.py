"""Expected figures of validated people stand beside the observed ones by the same names."""

import dataclasses

import numpy as np
import pytest

from hiprisk.config.cohort import SamplingSettings
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.validation import validate_externally
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, WORSE, cohort_of, evaluated

DECLARED = dataclasses.replace(OUTCOME, thresholds=(0.2, 0.4))


@pytest.fixture
def compared(people):
    found, result = evaluated(people, outcome=DECLARED)
    return found, result, {one.name: one for one in result.expected.figures}


@pytest.mark.slow
def test_every_expected_figure_has_an_observed_one(compared):
    _, _, figures = compared
    assert [name for name, one in figures.items() if one.observed is None] == []
    assert {"r2", "mean_outcome", "event_rate_worsening", "net_benefit_0.2_worsening"} <= set(
        figures
    )


@pytest.mark.slow
def test_observed_figures_are_those_of_the_validation(compared):
    found, result, figures = compared
    named = dict(result.performance.named())
    assert figures["coverage_95"].observed == named["coverage_95"]
    assert figures["c_statistic_worsening"].observed == named["c_statistic_worsening"]
    assert figures["mean_outcome"].observed.value == pytest.approx(found.observed.mean())
    acceptable = np.mean(found.observed <= 41.2)
    assert figures["event_rate_acceptable_state"].observed.value == pytest.approx(acceptable)


def test_a_risk_has_its_rate(people):
    found, result = evaluated(people, sheet=small_sheet(kind="binary"), outcome=WORSE)
    rate = next(one for one in result.expected.figures if one.name == "event_rate")
    assert rate.observed.value == pytest.approx(found.observed.mean())
    assert rate.expected.value == pytest.approx(found.predicted.mean(), abs=0.03)


def test_what_cannot_be_expected_is_none(people):
    bare = dataclasses.replace(small_sheet(), distribution=None)
    bare = dataclasses.replace(bare, outcome=dataclasses.replace(bare.outcome, events=()))
    assert evaluated(people, sheet=bare)[1].expected is None
    sheet = small_sheet(kind="binary")
    sampled = dataclasses.replace(
        predict_cohort(sheet, WORSE, cohort_of(people)), sampling=SamplingSettings(case_control=0.2)
    )
    result = validate_externally(sampled, WORSE, model=MODEL, sheet=sheet, by=(), n_resamples=50)
    assert result.expected is None
    assert result.to_dict()["expected"] is None
