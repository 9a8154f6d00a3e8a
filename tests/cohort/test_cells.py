"""One variable's cells, read a column at a time."""

import numpy as np
import pyarrow as pa
import pytest

from hiprisk.cohort.cells import CellReader, one_codes
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.mapping import ItemsSource, VariableSource
from hiprisk.values import Note


def read(variable, cells, missing=(), **source):
    reader = CellReader(
        load_dictionary()[variable], VariableSource(column="c", **source), tuple(missing), "."
    )
    values = reader.read(pa.table({"c": pa.array(cells, pa.string())}))
    return values, {note: np.flatnonzero(rows).tolist() for note, rows in reader.problems.items()}


def test_numbers_are_read_missing_or_noted():
    values, problems = read("age_years", [" 64 ", "", "NA", "sixty", "1e400", "-1.5e1"])
    np.testing.assert_array_equal(values, [64, np.nan, np.nan, np.nan, np.nan, -15])
    assert problems == {
        Note("NOT_A_NUMBER", "age_years"): [3],
        Note("NOT_FINITE", "age_years"): [4],
    }


def test_stated_texts_are_missing_also_with_a_point():
    values, problems = read("age_years", ["-9", "-9.0", "64"], missing=["-9"])
    np.testing.assert_array_equal(values, [np.nan, np.nan, 64])
    assert problems == {}


def test_units_scales_and_direction_are_converted():
    values, _ = read("height_cm", ["1.8"], unit="m")
    assert values == pytest.approx([180.0])
    values, _ = read("womac_function_0_100", ["17", "68"], from_range=(0, 68), reverse=True)
    assert values == pytest.approx([75.0, 0.0])


def test_reverse_negates_an_angle_and_mirrors_a_bounded_score():
    # Mirrored in its range of -40 to 50, an extension of -14 would be 24.
    angles, _ = read("hip_extension_right_deg", ["-14", "7", "0", ""], reverse=True)
    np.testing.assert_array_equal(angles, [14, -7, 0, np.nan])
    assert not np.signbit(angles[2])
    radians, _ = read("hip_extension_right_deg", ["-0.5"], reverse=True, unit="rad")
    assert radians == pytest.approx([np.degrees(0.5)])
    grades, _ = read("kl_grade", ["0", "3"], reverse=True)
    assert grades.tolist() == [4.0, 1.0]


def read_labelled(variable, cells, **source):
    reader = CellReader(
        load_dictionary()[variable], VariableSource(column="c", **source), (), ".", labelled=True
    )
    return reader.read(pa.table({"c": pa.array(cells, pa.string())})), reader.problems


MISSING_CODES = [".", ".A", ".: Missing Form", ".A: Not Expected", ".T: Technical problems", ".m"]


@pytest.mark.parametrize("variable", ["womac_pain_0_100", "followup_date"])
def test_the_missing_codes_of_labelled_files_are_missing(variable):
    values, problems = read_labelled(variable, MISSING_CODES)
    assert all(value is None or np.isnan(value) for value in values)
    assert problems == {}


def test_the_missing_codes_of_a_category_are_missing_unless_they_are_levels():
    values, problems = read_labelled(
        "sex", [*MISSING_CODES, "1: Male", ".F"], levels={"Male": "male", ".F": "female"}
    )
    assert values.tolist() == [None] * len(MISSING_CODES) + ["male", "female"]
    assert problems == {}


def test_a_dot_is_missing_only_where_cells_are_labelled():
    _, problems = read("age_years", [".A"])
    assert list(problems) == [Note("NOT_A_NUMBER", "age_years")]


def test_levels_are_codes_of_the_mapping_or_the_dictionary():
    values, problems = read("sex", ["1", "2.0", "9"], levels={"1": "male", "2": "female"})
    assert values.tolist() == ["male", "female", None]
    assert problems == {Note("UNKNOWN_CATEGORY", "sex"): [2]}


def test_identifiers_stay_text():
    values, _ = read("person_id", ["0012", " a7 "])
    assert values.tolist() == ["0012", "a7"]


def test_a_value_for_every_row_needs_no_column():
    reader = CellReader(load_dictionary()["joint"], VariableSource(value="hip"), (), ".")
    assert reader.read(pa.table({"x": ["a", "b"]})).tolist() == ["hip", "hip"]


def test_a_whole_number_with_a_point_is_one_code():
    assert one_codes(pa.array(["1.0", "01", "x", "2"])).to_pylist() == ["1", "01", "x", "2"]


OHS_COLUMNS = {f"item_{number}": f"q{number}" for number in range(1, 13)}


def read_ohs(rows, missing=(), **items):
    """Oxford Hip Scores of forms; a form is twelve cells by blanks."""
    source = ItemsSource(instrument="ohs", columns=OHS_COLUMNS, **items)
    reader = CellReader(
        load_dictionary()["ohs_0_48"], VariableSource(items=source), tuple(missing), "."
    )
    cells = list(zip(*(row.split() for row in rows), strict=True))
    table = pa.table(
        {
            name: pa.array(column, pa.string())
            for name, column in zip(OHS_COLUMNS.values(), cells, strict=True)
        }
    )
    values = reader.read(table)
    return values, {note: np.flatnonzero(rows).tolist() for note, rows in reader.problems.items()}


def test_an_answer_off_its_scale_is_the_reason_of_its_row_and_once():
    good, bad = "1 2 3 4 0 1 2 3 4 0 1 2", "5 5 -1 1.5 0 1 2 3 4 0 1 2"
    values, problems = read_ohs([good, bad, good])
    assert problems == {Note("OFF_SCALE", "ohs_0_48"): [1]}
    assert values[[0, 2]].tolist() == [23.0, 23.0]
    assert np.isnan(values[1])
