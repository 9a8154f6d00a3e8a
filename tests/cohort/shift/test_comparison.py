"""A file beside the development cohort: what moved, and the likely cause by name."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.shift.comparison import compare_with_training, raw_sum_evidence
from hiprisk.cohort.shift.units import other_scales
from hiprisk.sheet.format import MissingModel, TrainingSummary, VariableSpec
from small_bundle import small_sheet


def codes(findings):
    return {(finding.code, finding.column): finding for finding in findings}


def moved(sheet=None, **columns):
    return codes(compare_with_training(sheet or small_sheet(), columns))


def test_a_shrunken_spread_is_another_unit():
    values = np.linspace(0.1, 0.9, 50)
    finding = moved(womac_function_0_100=values)["UNIT_SUSPECT", "womac_function_0_100"]
    assert finding.severity == "error"
    assert "share from 0 to 1" in finding.advice


def test_a_shifted_median_is_a_warning():
    values = np.linspace(80.0, 100.0, 50)
    finding = moved(womac_function_0_100=values)["UNIT_SUSPECT", "womac_function_0_100"]
    assert finding.severity == "warning"


def test_the_training_distribution_is_no_finding():
    rng = np.random.default_rng(1)
    assert not moved(womac_function_0_100=rng.normal(38, 19, 200).clip(0, 100))


def number(name, unit, hard, mean, sd):
    """A variable whose development cohort was normal, summarised as a sheet summarises it."""
    z = np.array([-2.326, -0.6745, 0.0, 0.6745, 2.326]) * sd + mean
    training = TrainingSummary(low=z[0], high=z[4], median=z[2], iqr=z[3] - z[1])
    return VariableSpec(
        name=name, label=name, unit=unit, kind="number", hard=hard, training=training
    )


SCORE = (0.0, 100.0)
SCALES = {
    "radians": (number("hip_flexion_deg", "deg", (0, 160), 105, 18), 1 / 57.2958, 0, "unit: rad"),
    "small radians": (
        number("hip_internal_rotation_deg", "deg", (-30, 80), 22, 11), 1 / 57.2958, 0, "unit: rad"),
    "degrees for radians": (
        number("flexion", "rad", (0, 3), 1.8, 0.3), 57.2958, 0, "radians given as degrees"),
    "metres": (number("height_cm", "cm", (100, 230), 168, 9), 0.01, 0, "unit: m"),
    "millimetres": (number("height_cm", "cm", (100, 230), 168, 9), 10, 0, "unit: mm"),
    "inches": (number("height_cm", "cm", (100, 230), 168, 9), 1 / 2.54, 0, "unit: inch"),
    "pounds": (number("weight_kg", "kg", (25, 300), 78, 14), 2.2046, 0, "unit: lb"),
    "age in months": (number("age_years", "years", (18, 110), 65, 9), 12, 0, "divide by 12"),
    "years for months": (
        number("lbp_duration_months", "months", (0, 1200), 60, 20), 1 / 12, 0, "unit: years"),
    "raw function 0-68": (
        number("womac_function_0_100", "points 0-100", SCORE, 55, 20), 0.68, 0, "[0, 68]"),
    "raw total 0-96": (
        number("womac_total_0_100", "points 0-100", SCORE, 55, 20), 0.96, 0, "[0, 96]"),
    "raw pain 0-20": (
        number("womac_pain_0_100", "points 0-100", SCORE, 55, 20), 0.2, 0, "[0, 20]"),
    "a share": (number("womac_pain_0_100", "points 0-100", SCORE, 45, 20), 0.01, 0, "[0, 1]"),
    "an Oxford score of 0-100": (
        number("ohs_0_48", "points 0-48", (0, 48), 20, 8), 100 / 48, 0, "[0, 100]"),
    "an old Oxford score": (
        number("ohs_0_48", "points 0-48", (0, 48), 18, 8), -1, 60, "[12, 60] and reverse"),
    "ODI as a share": (number("odi_0_100", "percent 0-100", SCORE, 35, 16), 0.01, 0, "[0, 1]"),
    "pain of 0-100": (number("lbp_nrs_0_10", "points 0-10", (0, 10), 5, 2), 10, 0, "[0, 100]"),
    "higher is better": (
        number("hoos_adl_0_100", "points 0-100", SCORE, 30, 12), -1, 100, "reverse: true"),
    "as it should be": (number("hip_flexion_deg", "deg", (0, 160), 105, 18), 1, 0, None),
}  # fmt: skip


@pytest.mark.parametrize("case", SCALES)
def test_the_likely_scale_is_named(case):
    spec, factor, offset, named = SCALES[case]
    training = spec.training
    rng = np.random.default_rng(3)
    own = rng.normal(training.median, training.iqr / 1.349, 4000).clip(*spec.hard)
    values = factor * own + offset
    if "raw" in case:
        values = values.round()
    sheet = dataclasses.replace(small_sheet(), variables=(spec,), columns=())
    sheet = dataclasses.replace(sheet, missing=MissingModel(mean=(), covariance=(), draws=()))
    advices = [finding.advice for finding in compare_with_training(sheet, {spec.name: values})]
    assert [named in advice for advice in advices] == ([True] if named else [])


def sheet_of(*specs):
    sheet = dataclasses.replace(small_sheet(), variables=specs, columns=())
    return dataclasses.replace(sheet, missing=MissingModel(mean=(), covariance=(), draws=()))


COMORBIDITIES = dataclasses.replace(
    number("comorbidity_count", "conditions", (0, 30), 1, 0.75), integer=True
)
GRADE = dataclasses.replace(number("kl_grade", "grade 0-4", (0, 4), 2, 1.5), integer=True)
AGE = number("age_years", "years", (18, 110), 65, 9)


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        (COMORBIDITIES, [1.0] * 300),
        (COMORBIDITIES, [0.0] * 40 + [1.0] * 220 + [4.0] * 40),
        (GRADE, [3.0] * 300),
        (AGE, [60.0] * 300),
        (AGE, [61.0, 62.0] * 150),
        (AGE, [60.0] * 280 + [70.0] * 20),
    ],
)
def test_people_chosen_by_a_variable_are_no_error(spec, values):
    # Training had a spread, the file has none: nothing says that its unit is another.
    found = compare_with_training(sheet_of(spec), {spec.name: np.array(values)})
    assert [f for f in found if f.severity == "error"] == []
    if len(set(values)) == 1:
        assert [f.code for f in found] == ["CONSTANT"]
        assert str(values[0]) not in found[0].message


def test_a_constant_on_another_scale_is_still_an_error():
    spec = SCALES["radians"][0]
    found = compare_with_training(sheet_of(spec), {spec.name: np.full(30, 1.8)})
    assert [(f.code, f.severity) for f in found] == [("UNIT_SUSPECT", "error")]
    assert "unit: rad" in found[0].advice


def test_stiffer_hips_in_radians_are_still_an_error():
    # 1.5 standard deviations below the development cohort's: the scale does not fit closely.
    spec = SCALES["radians"][0]
    degrees = np.random.default_rng(1).normal(78, 14, 60)
    [found] = compare_with_training(sheet_of(spec), {spec.name: np.radians(degrees)})
    assert (found.code, found.severity) == ("UNIT_SUSPECT", "error")
    assert "unit: rad" in found.advice


def raw_sum_told(values, spec=None):
    spec = spec or number("womac_function_0_100", "points 0-100", SCORE, 37, 17)
    found = compare_with_training(sheet_of(spec), {spec.name: values})
    return [f.severity for f in found if "raw sum from 0 to 68" in f.advice]


def test_a_hundred_raw_sums_are_told_from_scores():
    rng = np.random.default_rng(11)
    files = [rng.normal(37, 17, 100).clip(0, 100) for _ in range(60)]
    told = [raw_sum_told((0.68 * scores).round()) for scores in files]
    assert np.mean([bool(one) for one in told]) > 0.9
    assert {severity for one in told for severity in one} == {"warning"}
    assert not any(raw_sum_told(scores.round()) for scores in files)
    # Decimals are no sums.
    assert not any(raw_sum_told(0.68 * scores) for scores in files)


def test_rounded_scores_of_milder_people_are_no_raw_sums():
    rng = np.random.default_rng(12)
    sums = rng.normal(18, 8, 400).round().clip(0, 45)
    assert raw_sum_told(sums)
    # The same sums as scores of 0-100, for training people half as ill again.
    ill = number("womac_function_0_100", "points 0-100", SCORE, 40, 18)
    assert not raw_sum_told((sums / 0.68).round(), ill)
    # Without the gaps that rounding leaves they could be either.
    assert raw_sum_told((sums / 0.68).round() + (sums == sums[0]), ill)


def test_the_evidence_for_a_raw_sum_equals_a_hand_count():
    spec = number("womac_function_0_100", "points 0-100", SCORE, 50, 10)
    scale = next(s for s in other_scales(spec) if s.top == 68)
    at = np.array([-1.2816, -0.6745, 0.0, 0.6745, 1.2816])
    # Quantiles of exact raw sums: 0.68 of the score's; as scores they lie |3.2 z - 16| / 10 off.
    own = np.mean(np.abs(0.68 * (50 + 10 * at) - (50 + 10 * at)) / 10)
    found = raw_sum_evidence(0.68 * (50 + 10 * at), spec, scale, n=100, beyond=0.02)
    assert found == pytest.approx(100 * 0.02 + 100 * own**2 / 2, rel=1e-3)
    # Scores as they should be have none at all.
    assert raw_sum_evidence(50 + 10 * at, spec, scale, n=100, beyond=0.02) == 0.0
