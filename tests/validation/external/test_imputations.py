"""New people over stacked imputations: evaluated in each, pooled, counted once."""

import dataclasses
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hiprisk.config.cohort import SamplingSettings
from hiprisk.errors import InputError
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.imputations import (
    predict_imputations,
    stack_imputations,
    validate_imputations,
)
from hiprisk.validation.external.validation import validate_externally
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, WORSE, cohort_of

SHEETS = {"continuous": small_sheet(provenance="real"),
          "binary": small_sheet(kind="binary", provenance="real")}  # fmt: skip


def stacked(frame, n_imputations=3, *, spread=0.0, by=None):
    """The same people several times; their baseline drawn anew with some spread."""
    rng = np.random.default_rng(1)
    frame = frame.assign(person_id=[f"p{i}" for i in range(len(frame))])
    parts, numbers = [], []
    for number in range(n_imputations):
        moved = frame["womac_function_0_100"] + rng.normal(0, spread, len(frame))
        part = frame.assign(womac_function_0_100=moved.clip(0, 100))
        parts.append(part if by is None else by(number, part))
        numbers += [str(number + 1)] * len(part)
    return cohort_of(pd.concat(parts, ignore_index=True), imputation=tuple(numbers))


def people_of(cohort, outcome=OUTCOME):
    predict = partial(predict_cohort, SHEETS[outcome.kind], outcome)
    return predict_imputations(cohort, outcome, predict)


def pooled(cohort, outcome=OUTCOME):
    return validate_imputations(
        people_of(cohort, outcome), outcome, model=MODEL, sheet=SHEETS[outcome.kind],
        n_resamples=60,
    )  # fmt: skip


def alone(frame, outcome=OUTCOME):
    found = predict_cohort(SHEETS[outcome.kind], outcome, cohort_of(frame))
    return validate_externally(
        found, outcome, model=MODEL, sheet=SHEETS[outcome.kind], n_resamples=60, by=[]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "outcome",
    [
        dataclasses.replace(OUTCOME, thresholds=(0.2,)),
        dataclasses.replace(WORSE, thresholds=(0.4,)),
    ],
    ids=["continuous", "binary"],
)
def test_imputations_that_agree_say_what_one_says(people, outcome):
    several, one = pooled(stacked(people), outcome), alone(people, outcome)
    assert (several.n, several.n_events) == (one.n, one.n_events) == (300, one.n_events)
    found, expected = dict(several.named()), dict(one.named())
    assert found.keys() == expected.keys()
    for name, estimate in found.items():
        assert estimate.value == pytest.approx(expected[name].value, abs=1e-9), name
    assert np.allclose(several.calibration, one.calibration)
    curves = several.performance.calibration, one.performance.calibration
    assert np.allclose(curves[0].observed, curves[1].observed)
    assert np.allclose(curves[0].bin_counts, curves[1].bin_counts)


@pytest.mark.slow
def test_widths_are_those_of_people_not_of_rows(people):
    several, one = (dict(r.named()) for r in (pooled(stacked(people)), alone(people)))
    for name in ("rmse", "calibration_slope", "calibration_in_the_large"):
        wide, narrow = (e[name].high - e[name].low for e in (several, one))
        assert wide == pytest.approx(narrow, rel=0.35), name


def test_a_figure_is_the_mean_over_imputations_and_its_variance_has_two_parts(people):
    parts = people_of(stacked(people, spread=12.0))
    result = pooled(stacked(people, spread=12.0))
    errors = [one.observed - one.predicted for one in parts]
    large = next(e for e in result.performance.metrics if e.name == "calibration_in_the_large")
    assert large.value == pytest.approx(np.mean(errors))
    within = np.mean([np.var(e, ddof=1) / len(e) for e in errors])
    between = (1 + 1 / 3) * np.var([e.mean() for e in errors], ddof=1)
    share = between / (within + between)
    old, observed = 2 / share**2, 299 / 301 * 298 * (1 - share)
    reach = stats.t.ppf(0.975, old * observed / (old + observed))
    half = (large.high - large.low) / 2.0
    # An imputation's own interval has Student's t where the formula divides by the normal's.
    assert half == pytest.approx(reach * np.sqrt(within + between), rel=0.01)


def test_only_who_can_be_evaluated_in_every_imputation_is(people):
    def one_off(number, part):
        return part.assign(age_years=part["age_years"].where(part.index > number, 400.0))

    parts = people_of(stacked(people, by=one_off))
    assert [one.n for one in parts] == [297] * 3
    assert parts[0].frame["person_id"].tolist() == parts[2].frame["person_id"].tolist()
    step = parts[0].flow[-1]
    assert (step.label, step.n_left_out) == ("not evaluated in every imputation", 2)


def test_an_imputed_outcome_is_said(people):
    def other(number, part):
        moved = (part["womac_function_followup_0_100"] + number * (part.index < 5)).clip(0, 100)
        return part.assign(womac_function_followup_0_100=moved)

    remarks = " ".join(pooled(stacked(people, by=other)).remarks)
    assert "The outcome differs between imputations in 5 rows" in remarks
    assert "in 3 imputations of the same people" in remarks


@pytest.mark.slow
def test_json_says_over_how_many_imputations(people):
    assert pooled(stacked(people, 2)).to_dict()["imputations"] == 2
    assert "imputations" not in alone(people).to_dict()


@pytest.mark.slow
@pytest.mark.drawn
def test_everything_that_is_drawn_can_be_drawn(people):
    assert "calibration.png" in files_of_result(pooled(stacked(people, 2))).figures


def test_persons_keep_their_number_in_the_stack(people):
    whole = stack_imputations(people_of(stacked(people, 2)))
    assert len(np.unique(whole.groups)) == 300
    assert whole.n == 600


def test_one_imputation_is_evaluated_as_a_cohort(people):
    assert len(people_of(cohort_of(people))) == 1
    with pytest.raises(InputError, match="at least two imputations"):
        validate_imputations(people_of(cohort_of(people)), OUTCOME, model=MODEL)


def test_cases_and_controls_are_pooled_at_the_stated_prevalence(people):
    outcome = dataclasses.replace(WORSE, thresholds=(0.4,))
    sampling = SamplingSettings(case_control=0.1)
    parts = [dataclasses.replace(one, sampling=sampling)
             for one in people_of(stacked(people, 2), outcome)]  # fmt: skip
    sheet = SHEETS["binary"]
    several = validate_imputations(parts, outcome, model=MODEL, sheet=sheet, n_resamples=60)
    one = validate_externally(parts[0], outcome, model=MODEL, sheet=sheet, n_resamples=60, by=[])
    expected = dict(one.named())
    for name, estimate in several.named():
        assert estimate.value == pytest.approx(expected[name].value, abs=1e-9), name
    curves = several.performance.calibration, one.performance.calibration
    assert np.allclose(curves[0].bin_events, curves[1].bin_events)
