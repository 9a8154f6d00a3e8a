"""The rules by which every raw value is read, and their twin that reads whole columns of text."""

import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiprisk.cohort.cells import CellReader, one_codes
from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.mapping import VariableSource
from hiprisk.values import (
    MISSING_TEXTS,
    LevelReader,
    Note,
    is_missing,
    looks_coded_one_two,
    no_yes_codes,
    one_code,
    read_number,
    text_of,
    zero_one_codes,
)

NUMBER = Variable(name="n", label="n", kind="number", source="test")
PAIN = Variable(name="c", label="c", kind="category", source="test", levels=("no", "yes"))


def test_a_note_is_written_as_scored_files_have_it():
    assert str(Note("OUT_OF_RANGE", "age_years")) == "OUT_OF_RANGE(age_years)"
    assert str(Note("TOO_MANY_MISSING")) == "TOO_MANY_MISSING"
    assert sorted([Note("B"), Note("A", "x"), Note("A")]) == [Note("A"), Note("A", "x"), Note("B")]


@pytest.mark.parametrize("text", sorted(MISSING_TEXTS))
def test_a_text_for_missing_counts_in_any_letter_case_and_between_blanks(text):
    for written in (text, text.upper(), text.title(), f" {text}\t"):
        assert is_missing(written)
        assert math.isnan(read_number(written)[0])
        assert read_number(written)[1] == ""
        assert LevelReader(("no", "yes")).read(written) == (None, "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("64.5", (64.5, "")),
        (Decimal("64.5"), (64.5, "")),
        (np.float32(0.5), (0.5, "")),
        (1e300, (1e300, "")),
        ("1e300", (1e300, "")),
    ],
)
def test_a_number(value, expected):
    assert read_number(value) == expected


def test_what_is_declared_as_a_level_is_not_missing():
    reader = LevelReader(("never", "unknown"))
    assert reader.read("unknown") == ("unknown", "")
    # A near miss is refused: a gap would be filled in silently.
    assert reader.read("Unknown") == (None, "UNKNOWN_CATEGORY")
    assert reader.read("not known") == (None, "")


def test_codes_of_a_file_stand_in_place_of_the_levels_own_texts():
    reader = LevelReader(("no", "yes"), codes={"1": "no", "2": "yes"}, missing=("9", "2"))
    assert [reader.read(text)[0] for text in ("1", "2.0", "9.0", "NA")] == ["no", "yes", None, None]
    assert reader.read("yes") == reader.read("0") == (None, "UNKNOWN_CATEGORY")
    # Without codes a text that is stated to mean missing is no level any more.
    assert LevelReader(("no", "yes"), missing=("0",)).read("0.0") == (None, "")


def test_without_levels_any_text_is_one():
    reader = LevelReader(())
    assert [reader.read(text)[0] for text in ("A", "1.0", "1.50", "NA")] == ["A", "1", "1.50", None]


def test_levels_that_are_one_code_are_told_apart_to_the_letter():
    reader = LevelReader(("1", "1.0"))
    assert [reader.read(text)[0] for text in ("1", "1.0", "1.00", 1.0)] == ["1", "1.0", "1", "1"]


def test_zero_and_one_are_codes_of_no_and_yes_alone():
    assert zero_one_codes(("no", "yes")) == zero_one_codes(("yes", "no")) == {"0": "no", "1": "yes"}
    assert zero_one_codes(("no", "yes", "maybe")) == zero_one_codes(("female", "male")) == {}


def test_false_and_true_are_codes_of_no_and_yes_as_programs_write_them():
    reader = LevelReader(("no", "yes"))
    told = [reader.read(value)[0] for value in (True, "True", "TRUE", False, "false", "tRUE")]
    assert told == ["yes", "yes", "yes", "no", "no", "yes"]
    assert [one_code(text) for text in ("TRUE", "False", "trues", "T")] == [
        *("true", "false", "trues", "T")
    ]
    assert no_yes_codes(("female", "male")) == {}
    # Stated codes take their place, and a stated text for missing goes before them.
    assert LevelReader(("no", "yes"), codes={"Y": "yes"}).read(True) == (None, "UNKNOWN_CATEGORY")
    assert LevelReader(("no", "yes"), missing={"false"}).read("false") == (None, "")


@pytest.mark.parametrize(
    ("n_twos", "has_no", "has_yes", "shifted"),
    [(1, False, True, True), (2, True, True, False), (3, True, True, True), (0, False, True, False),
     (5, False, False, False)],
)  # fmt: skip
def test_a_2_is_a_coding_of_1_and_2_where_a_1_could_be_misread(n_twos, has_no, has_yes, shifted):
    found = looks_coded_one_two(n_twos, has_no=has_no, has_yes=has_yes, n_given=20)
    assert found is shifted


def test_the_text_of_a_value():
    told = [text_of(v) for v in (True, np.bool_(False), 2.0, 2.5, -0.0, 1e22, " a ", np.int64(3))]
    assert told == ["true", "false", "2", "2.5", "0", "1e+22", "a", "3"]
    assert text_of(10**5000) == "a number of more than 300 digits"


# Texts near the rules: digits, signs, blanks, and the words that mean something.
written = st.one_of(
    st.text("0123456789+-.eE \t\u00a0\u2003x,_\uff16", max_size=9),
    st.from_regex(r"[-+]?[0-9]{0,3}\.?[0-9]{0,3}([eE][-+]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        [
            *MISSING_TEXTS,
            "inf",
            "-Infinity",
            "YES",
            "yes",
            "no",
            "1.0",
            "True",
            "fALSE",
            "0.",
            "NaN ",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=5),
)


def column_of(variable, cells, *missing):
    reader = CellReader(variable, VariableSource(column="x"), missing, ".")
    values = reader.read(pa.table({"x": pa.array(cells, pa.string())}))
    codes = [""] * len(cells)
    for note, mask in reader.problems.items():
        for row in np.flatnonzero(mask):
            assert codes[row] == ""
            codes[row] = note.code
    return values, codes


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(cells=st.lists(written, min_size=1, max_size=12))
def test_a_column_of_numbers_is_read_as_each_of_its_cells(cells):
    values, codes = column_of(NUMBER, cells)
    singly = [read_number(cell) for cell in cells]
    assert np.array_equal(values, [value for value, _ in singly], equal_nan=True)
    assert codes == [code for _, code in singly]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(cells=st.lists(written, min_size=1, max_size=12))
def test_a_column_of_levels_is_read_as_each_of_its_cells(cells):
    values, codes = column_of(PAIN, cells)
    singly = [LevelReader(PAIN.levels).read(cell) for cell in cells]
    assert list(zip(values, codes, strict=True)) == singly
    trimmed = [cell.strip() for cell in cells]
    assert one_codes(pa.array(trimmed)).to_pylist() == [one_code(cell) for cell in trimmed]


def test_a_stated_text_for_missing_is_one_code_too():
    values, codes = column_of(NUMBER, ["-999", "-999.0", "-99.9", "none"], "-999")
    assert np.array_equal(values, [np.nan, np.nan, -99.9, np.nan], equal_nan=True)
    assert codes == [""] * 4
