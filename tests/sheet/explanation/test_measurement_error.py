"""Measurement error: in the sheet, and how far a prediction moves within it."""

import dataclasses
import math

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import BundleError
from hiprisk.features.hip import DIRECTIONS
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.measurement_error import measurement_ranges
from hiprisk.sheet.format import MeasurementError
from small_bundle import small_sheet

TAPE = MeasurementError(instrument="tape", low=2.0, high=3.0, source="assumed", assumed=True)


def with_errors(**errors):
    sheet = small_sheet()
    specs = tuple(
        dataclasses.replace(spec, measurement=errors.get(spec.name)) for spec in sheet.variables
    )
    return dataclasses.replace(sheet, variables=specs)


def columns(**numbers):
    """A woman with back pain; numbers as given."""
    levels = {"sex": "female", "lbp_any": "yes"}
    return {
        **{name: np.array([level, None], dtype=object)[:1] for name, level in levels.items()},
        **{name: np.array([float(value)]) for name, value in numbers.items()},
    }


def test_the_answer_moves_by_the_slope_times_the_error():
    sheet = with_errors(age_years=TAPE, womac_function_0_100=TAPE)
    patient = columns(age_years=65, womac_function_0_100=50)
    (found,) = measurement_ranges(SheetEvaluator(sheet), patient)
    moves = [(item.variable, item.moves_low, item.moves_high) for item in found.variables]
    assert moves == [
        ("age_years", pytest.approx(0.2), pytest.approx(0.3)),
        ("womac_function_0_100", pytest.approx(1.2), pytest.approx(1.8)),
    ]
    assert found.moves_low == pytest.approx(math.hypot(0.2, 1.2))
    assert found.moves_high == pytest.approx(math.hypot(0.3, 1.8))


def test_instruments_are_kept_apart():
    other = dataclasses.replace(TAPE, instrument="scale")
    sheet = with_errors(age_years=TAPE, womac_function_0_100=other)
    patient = columns(age_years=65, womac_function_0_100=50)
    found = measurement_ranges(SheetEvaluator(sheet), patient)
    assert [item.instrument for item in found] == ["tape", "scale"]


def test_a_value_is_not_moved_beyond_its_hard_range():
    # 100 is the end of the scale: only the lower side moves, half of 0.6 * 2.
    sheet = with_errors(womac_function_0_100=TAPE)
    patient = columns(age_years=18, womac_function_0_100=100)
    (found,) = measurement_ranges(SheetEvaluator(sheet), patient)
    assert found.variables[0].moves_low == pytest.approx(0.6)


def test_what_is_not_known_or_has_no_figure_is_left_out():
    evaluator = SheetEvaluator(with_errors(age_years=TAPE))
    assert measurement_ranges(evaluator, columns(age_years=np.nan, womac_function_0_100=50)) == ()
    assert measurement_ranges(evaluator, columns(womac_function_0_100=50)) == ()


def test_a_sheet_without_measurement_error_keeps_its_bytes():
    text = small_sheet().to_json()
    assert "measurement" not in text
    assert parse_sheet(text).to_json() == text


def test_measurement_error_survives_the_way_through_json():
    sheet = with_errors(age_years=TAPE)
    assert parse_sheet(sheet.to_json()) == sheet


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"low": 0.0}, "measurement error of variable 'age_years' is not a positive range"),
        ({"low": 4.0}, "measurement error of variable 'age_years' is not a positive range"),
        ({"source": " "}, "has no source or no instrument"),
        ({"minimal_detectable_change": -1.0}, "minimal detectable change of variable 'age_years'"),
    ],
)
def test_a_measurement_error_that_makes_no_sense_is_refused(change, words):
    sheet = with_errors(age_years=dataclasses.replace(TAPE, **change))
    with pytest.raises(BundleError, match=words):
        parse_sheet(sheet.to_json())


def test_a_category_has_no_measurement_error():
    with pytest.raises(BundleError, match="category 'sex' has a measurement error"):
        parse_sheet(with_errors(sex=TAPE).to_json())


def test_the_outcome_is_checked_as_well():
    sheet = small_sheet()
    outcome = dataclasses.replace(sheet.outcome, measurement=dataclasses.replace(TAPE, low=-1.0))
    with pytest.raises(BundleError, match="measurement error of the outcome"):
        parse_sheet(dataclasses.replace(sheet, outcome=outcome).to_json())


def test_only_flexion_and_extension_have_figures_of_their_own():
    dictionary = load_dictionary()
    figures = {
        direction: dictionary[f"hip_{direction}_left_deg"].measurement_error
        for direction in DIRECTIONS
    }
    own = {d: (e.low, e.high) for d, e in figures.items() if not e.assumed}
    assert own == {"flexion": (3.5, 3.5), "extension": (4.7, 4.7)}
    assert all((e.low, e.high) == (3.1, 4.7) for e in figures.values() if e.assumed)


def test_every_figure_names_its_source_and_where_it_was_found():
    dictionary = load_dictionary()
    known = [v.measurement_error for v in dictionary.values() if v.measurement_error]
    assert known
    assert all("[found]" in error.source for error in known)


def test_scores_follow_from_their_minimal_detectable_change():
    for variable in load_dictionary().values():
        error = variable.measurement_error
        if error is not None and error.minimal_detectable_change is not None:
            assert error.minimal_detectable_change == variable.minimal_detectable_change
            assert error.low == round(error.minimal_detectable_change / 2.77, 1)
