"""One variable's cells, read a column at a time."""

import math

import numpy as np
import pyarrow as pa
import pytest

from hiprisk.cohort.cells import CellReader, one_codes
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.files.arrow_text import as_text, is_exact
from hiprisk.cohort.mapping import ItemsSource, VariableSource, mapping_from_text
from hiprisk.cohort.reading import read_cohort
from hiprisk.values import Note


def read(variable, cells, missing=(), **source):
    reader = CellReader(
        load_dictionary()[variable], VariableSource(column="c", **source), tuple(missing), "."
    )
    values = reader.read(pa.table({"c": pa.array(cells, pa.string())}))
    return values, {note: np.flatnonzero(rows).tolist() for note, rows in reader.problems.items()}


NUMBERS = [
    pa.array([63.5, None, math.nan, -0.0, 1e-320, 1e300, 0.1, 1e22, 123456.789e-7]),
    pa.array([math.inf, -math.inf, 1.1e300, 5.0]),
    pa.array([2**53 + 1, -(2**63), 7, None], pa.int64()),
    pa.array([2**64 - 1, 2**53 + 3, 0], pa.uint64()),
    pa.array([1, -2, None], pa.int8()),
]


@pytest.mark.parametrize("given", NUMBERS)
@pytest.mark.parametrize("source", [{}, {"unit": "months"}])
def test_numbers_that_came_as_such_are_what_their_texts_say(given, source):
    def found(read):
        reader = CellReader(
            load_dictionary()["age_years"], VariableSource(column="c", **source), (), "."
        )
        assert reader.takes_numbers
        values = read(reader)
        return values.tobytes(), {note: rows.tolist() for note, rows in reader.problems.items()}

    assert is_exact(given.type)
    texts = pa.table({"c": as_text(given)})
    numbers = pa.chunked_array([given])
    assert found(lambda one: one.read_numbers(numbers)) == found(lambda one: one.read(texts))


@pytest.mark.parametrize(
    ("variable", "missing", "decimal", "labelled"),
    [
        ("age_years", ("-9",), ".", False),
        ("age_years", (), ",", False),
        ("age_years", (), ".", True),
        ("sex", (), ".", False),
    ],
)
def test_numbers_whose_texts_may_mean_something_else_are_read_as_texts(
    variable, missing, decimal, labelled
):
    source = VariableSource(column="c")
    reader = CellReader(load_dictionary()[variable], source, missing, decimal, labelled=labelled)
    assert not reader.takes_numbers
    # Of a number in half the digits the text is another number.
    assert not is_exact(pa.float32())
    assert not is_exact(pa.bool_())


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


def read_ohs(rows, missing=(), *, labelled=False, between=None, **items):
    """Oxford Hip Scores of forms; a form is twelve cells by blanks."""
    source = ItemsSource(instrument="ohs", columns=OHS_COLUMNS, **items)
    reader = CellReader(
        load_dictionary()["ohs_0_48"],
        VariableSource(items=source),
        tuple(missing),
        ".",
        labelled=labelled,
    )
    cells = list(zip(*(row.split(between) for row in rows), strict=True))
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


# 1 + 2 + 3 + 4 + 0, twice, then 1 + 2: 23 points.
CODES = "1 2 3 4 0 1 2 3 4 0 1 2"


@pytest.mark.parametrize(
    ("row", "coding"),
    [
        (CODES, {}),
        ("2 3 4 5 1 2 3 4 5 1 2 3", {"coded": (1, 5)}),
        ("3 2 1 0 4 3 2 1 0 4 3 2", {"reversed": True}),
        ("4 3 2 1 5 4 3 2 1 5 4 3", {"coded": (1, 5), "reversed": True}),
        ("low 2 3 4 No low 2 3 4 No low 2", {"labels": {"No": 0, "low": 1}}),
        ("25 50 75 100 0 25 50 75 100 0.0 25 50",
         {"labels": {"0": 0, "25": 1, "50": 2, "75": 3, "100": 4}}),
        ("4 2 3 4 0 1 2 3 4 0 1 2", {"item_labels": {"item_1": {"4": 1}}}),
    ],
)  # fmt: skip
def test_items_in_any_declared_coding_give_the_published_score(row, coding):
    values, problems = read_ohs([row], **coding)
    assert values.tolist() == [23.0]
    assert problems == {}


def test_a_code_outside_the_declared_coding_is_off_its_scale():
    _, problems = read_ohs(["0 3 4 5 1 2 3 4 5 1 2 3", "6 3 4 5 1 2 3 4 5 1 2 3"], coded=(1, 5))
    assert problems == {Note("OFF_SCALE", "ohs_0_48"): [0, 1]}


def test_the_mapping_may_choose_the_missing_rule():
    # The published rule allows two missing answers; the mean of the others stands in.
    row = "2 2 2 2 2 2 2 2 2 NA NA NA"
    assert np.isnan(read_ohs([row])[0][0])
    assert read_ohs([row], max_missing=3)[0].tolist() == [24.0]


LABELS = {"Mild": 1, "Moderate": 2}
WORDS = "None Mild Moderate Mild Mild Mild Mild Mild Mild Mild Mild Mild"


def test_none_among_answers_in_words_is_undecided_until_the_mapping_says():
    ambiguous = {Note("AMBIGUOUS_CODE", "ohs_0_48"): [0]}
    assert read_ohs([WORDS], labels=LABELS)[1] == ambiguous
    # Without labels the words are no numbers either.
    assert read_ohs([WORDS])[1] == ambiguous | {Note("NOT_A_NUMBER", "ohs_0_48"): [0]}
    # 0 + 2 + 10 times 1; or 12 of 11 answers, times 12.
    assert read_ohs([WORDS], labels={**LABELS, "None": 0})[0].tolist() == [12.0]
    values, problems = read_ohs([WORDS], missing=["None"], labels=LABELS)
    assert values == pytest.approx([12 / 11 * 12])
    assert problems == {}


def test_none_among_numbers_is_missing_as_ever():
    values, problems = read_ohs(["None none 2 2 2 2 2 2 2 2 2 2"])
    assert (values.tolist(), problems) == ([24.0], {})


def test_a_word_that_is_no_label_is_its_rows_reason():
    _, problems = read_ohs([WORDS.replace("None", "Mildly")], labels=LABELS)
    assert problems == {Note("NOT_A_NUMBER", "ohs_0_48"): [0]}


def test_womac_on_a_line_of_100_mm_is_on_its_scale_of_0_to_100():
    columns = {f"pain_{n}": f"p{n}" for n in range(1, 6)}
    source = ItemsSource(instrument="womac_pain", columns=columns, coded=(0, 100))
    reader = CellReader(
        load_dictionary()["womac_pain_0_100"], VariableSource(items=source), (), "."
    )
    row = {f"p{n}": [mm] for n, mm in enumerate(("10", "20.5", "0", "100", "19.5"), start=1)}
    # 150 of 500 mm.
    assert reader.read(pa.table(row)).tolist() == [30.0]
    assert reader.problems == {}


def read_severity(cells, levels=(), missing=(), stated=None):
    variable = Variable(name="severity", label="s", kind="category", source="t", levels=levels)
    reader = CellReader(variable, VariableSource(column="c", levels=stated or {}), missing, ".")
    values = reader.read(pa.table({"c": pa.array(cells, pa.string())}))
    return values.tolist(), {note.code: rows.tolist() for note, rows in reader.problems.items()}


def test_none_among_degrees_is_no_missing_value_until_the_mapping_says_so():
    cells = ["mild", "None", "severe", ""]
    levels = ("mild", "severe")
    bad = [False, True, False, False]
    assert read_severity(cells, levels) == (
        ["mild", None, "severe", None], {"UNKNOWN_CATEGORY": bad},
    )  # fmt: skip
    # Without levels any text is one.
    assert read_severity(cells)[1] == {"AMBIGUOUS_CODE": bad}
    for own in (levels, ()):
        assert read_severity(cells, own, missing=("None",))[1] == {}
    texts = {"None": "mild", "mild": "mild", "severe": "severe"}
    assert read_severity(cells, levels, stated=texts)[0][1] == "mild"


def test_none_beside_other_words_is_missing_as_ever():
    assert read_severity(["hip", "None"]) == (["hip", None], {})
    assert read_severity(["yes", "None"], ("no", "yes")) == (["yes", None], {})


def test_items_of_labelled_codes_are_read_by_label_where_it_is_declared_else_by_code():
    row = "|".join(["5: None", "1: Severe", ".M: None", ".A: Not Expected"] + ["3: Mild"] * 8)
    labels = {"None": 4, "Severe": 0}
    values, problems = read_ohs([row], labelled=True, between="|", coded=(1, 5), labels=labels)
    # 4 + 0, and eight answers of code 3, which is 2 points: 20 of ten answers, times 12.
    assert values == pytest.approx([24.0])
    assert problems == {}


def test_a_code_with_a_decimal_comma_is_its_whole_number(tmp_path):
    (tmp_path / "in.csv").write_text(
        "v;lbp_any;age_years\n1,0;1,0;61,5\n1,0;0,0;62,5\n2,0;1,0;63\n"
    )
    cohort = read_cohort(
        tmp_path / "in.csv",
        mapping_from_text("where: {v: ['1']}\nvariables: {lbp_any: lbp_any, age_years: age_years}"),
    )
    assert cohort.frame["lbp_any"].tolist() == ["yes", "no"]
    assert cohort.n_errors == 0
