"""Columns of a frame or an array as variables."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import HipRiskWarning, InputError
from hiprisk.estimators.columns import (
    FROM_DATA,
    check_ranges,
    columns_of_array,
    columns_of_frame,
    describe_columns,
    free_name,
    varying,
)


def described(frame, dictionary=None, categorical=()):
    return describe_columns(columns_of_frame(frame, categorical), dictionary or {})


def read(frame, **options):
    given = columns_of_frame(frame)
    return describe_columns(given, options.pop("dictionary", {})).read(given, **options)


FRAME = pd.DataFrame(
    {
        "Grip (kg)": [30.5, None, 28.0],
        "smoker": [True, False, None],
        "work": ["part", None, "full"],
        "grade": pd.Categorical([2, 1, 2], categories=[3, 2, 1]),
        "n": pd.array([1, None, 3], dtype="Int64"),
        "count": np.array([1, 2, 3], dtype=object),
    }
)


def test_types_of_a_frame_are_numbers_and_categories():
    kinds = {one.label: (one.kind, one.levels) for one in described(FRAME).variables}
    assert kinds == {
        "Grip (kg)": ("number", ()),
        "smoker": ("category", ("no", "yes")),
        "work": ("category", ("full", "part")),
        # In the order of the categories; one that nobody has is no level.
        "grade": ("category", ("2", "1")),
        "n": ("number", ()),
        "count": ("number", ()),
    }


def test_values_are_read_as_a_sheet_reads_them():
    columns = read(FRAME)
    assert columns["grip_kg"].tolist() == pytest.approx([30.5, np.nan, 28.0], nan_ok=True)
    assert columns["smoker"].tolist() == ["yes", "no", None]
    assert columns["work"].tolist() == ["part", None, "full"]
    assert columns["grade"].tolist() == ["2", "1", "2"]
    assert columns["n"].tolist() == pytest.approx([1.0, np.nan, 3.0], nan_ok=True)


def test_the_frame_of_the_caller_is_left_as_it_is():
    before = FRAME.copy()
    read(FRAME)
    pd.testing.assert_frame_equal(FRAME, before)


def test_none_as_a_text_is_a_level_and_other_texts_for_missing_are_missing():
    frame = pd.DataFrame({"pain": ["none", "mild", "NA", "unknown", "", "nan", None]})
    [pain] = described(frame).variables
    assert pain.levels == ("mild", "none")
    assert read(frame)["pain"].tolist() == ["none", "mild", None, None, None, None, None]


def test_numbers_that_are_codes_become_levels_in_the_order_of_numbers():
    frame = pd.DataFrame({"stage": [10.0, 2.0, np.nan, 1.0]})
    [stage] = described(frame, categorical=["stage"]).variables
    assert stage.levels == ("1", "2", "10")
    [code] = describe_columns(columns_of_array(frame.to_numpy(), [0]), {}).variables
    assert code.levels == stage.levels


def test_a_name_of_the_dictionary_brings_label_unit_levels_and_range():
    frame = pd.DataFrame({"age_years": [60.0, 70.0], "sex": ["male", "female"]})
    fitted = described(frame, load_dictionary())
    assert fitted.variables == (load_dictionary()["age_years"], load_dictionary()["sex"])
    own = described(frame)
    assert [one.label for one in own.variables] == ["age_years", "sex"]
    assert own.variables[0].hard is None


def test_a_column_that_only_has_a_name_of_the_dictionary_is_one_of_its_own():
    frame = pd.DataFrame(
        {"sex": [0.05, -0.04, np.nan], "age_years": ["60-69", "70-79", None], "lbp_any": "yes"}
    )
    columns = columns_of_frame(frame)
    with pytest.warns(HipRiskWarning) as told:
        fitted = describe_columns(columns, load_dictionary(), by_name=True)
    assert [one.kind for one in fitted.variables] == ["number", "category", "category"]
    assert [one.name for one in fitted.variables] == list(frame.columns)
    assert [one.source == FROM_DATA for one in fitted.variables] == [True, True, False]
    assert [str(one.message)[:70] for one in told] == [
        "sex: 2 of 2 values are not what the dictionary has under this name (se",
        "age_years: 2 of 2 values are not what the dictionary has under this na",
    ]
    assert describe_columns(columns, load_dictionary()).variables[0].kind == "category"


def test_few_wrong_values_and_a_wrong_unit_are_refused_whoever_chose_the_dictionary():
    frame = pd.DataFrame({"sex": ["male", "female", "f"], "age_years": [700.0, 800.0, 760.0]})
    columns = columns_of_frame(frame)
    fitted = describe_columns(columns, load_dictionary(), by_name=True)
    with pytest.raises(InputError, match="sex: a level that the dictionary does not have"):
        fitted.read(columns)
    fitted = describe_columns(columns[1:], load_dictionary(), by_name=True)
    with pytest.raises(InputError, match=r"age_years: must lie in \[18, 110\] years"):
        check_ranges(fitted, fitted.read(columns[1:]))


def test_a_value_outside_of_the_dictionarys_range_is_refused_by_its_position():
    frame = pd.DataFrame({"age_years": [60.0, 70.0, 640.0]})
    fitted = described(frame, load_dictionary())
    with pytest.raises(InputError, match=r"age_years: must lie in .*first at position 2 .*=None"):
        check_ranges(fitted, fitted.read(columns_of_frame(frame)))


def test_a_count_of_the_dictionary_is_a_whole_number():
    frame = pd.DataFrame({"comorbidity_count": [0.0, 2.5, np.nan]})
    fitted = described(frame, load_dictionary())
    with pytest.raises(InputError, match=r"must be a whole number .*1 of 3 rows .*position 1"):
        check_ranges(fitted, fitted.read(columns_of_frame(frame)))


def test_few_levels_may_be_as_many_as_rows():
    [variable] = described(pd.DataFrame({"x": list("abcdefghij")})).variables
    assert len(variable.levels) == 10


def test_a_refusal_lists_a_dozen_levels():
    many = [f"level {number:02}" for number in range(20)]
    fitted = described(pd.DataFrame({"x": many * 2}))
    with pytest.raises(InputError, match=r"level 11 and 8 more") as refusal:
        fitted.read(columns_of_frame(pd.DataFrame({"x": ["else"]})))
    assert "else" not in str(refusal.value)


def test_codes_that_are_no_levels_of_the_dictionarys_category_are_refused():
    frame = pd.DataFrame({"sex": ["w", "m", "w"]})
    with pytest.raises(
        InputError,
        match=r"sex: a level that the dictionary does not have in 3 row.*dictionary=None",
    ):
        read(frame, dictionary=load_dictionary())


def test_text_in_a_number_of_the_dictionary_is_refused_without_the_cell():
    frame = pd.DataFrame({"age_years": ["60", "Anna K.", "71"]})
    with pytest.raises(
        InputError, match=r"age_years: must hold numbers, .* in 1 row\(s\), first at position 1"
    ) as refusal:
        read(frame, dictionary=load_dictionary())
    assert "Anna" not in str(refusal.value)


def test_an_unknown_level_is_refused_or_missing():
    fitted = described(FRAME[["work"]])
    new = columns_of_frame(pd.DataFrame({"work": ["full", "none at all"]}))
    with pytest.raises(InputError, match=r"position 1; its levels: full, part .*'missing'"):
        fitted.read(new)
    assert fitted.read(new, unknown="missing")["work"].tolist() == ["full", None]


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_and_no_missing_value(value):
    with pytest.raises(InputError, match="x: infinity or a value too large in 1 row"):
        read(pd.DataFrame({"x": [1.0, value]}))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), "x: holds dates"),
        (pd.to_timedelta([1, 2], unit="D"), "x: holds durations"),
        ([1.0, "a"], "x: mixes values of different types: float, str"),
        ([f"id {number % 101}" for number in range(303)], "x: has 101 levels in 303 known values"),
        ([f"Anna {number}" for number in range(20)] + ["b"], "x: has 21 levels in 21 known"),
    ],
    ids=["dates", "durations", "mixed", "codes", "names"],
)
def test_what_is_neither_a_number_nor_a_category_is_refused(values, rule):
    with pytest.raises(InputError, match=rule):
        described(pd.DataFrame({"x": values}))


def test_a_column_name_that_comes_twice_is_refused():
    frame = pd.DataFrame([[1.0, 2.0]], columns=["x", "x"])
    with pytest.raises(InputError, match="the column name 'x' comes twice"):
        columns_of_frame(frame)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Grip (kg)", "grip_kg"),
        ("x0", "x0"),
        ("6MWT", "x_6mwt"),
        ("Größe", "gr_e"),
        ("risk", "risk_value"),
        ("!", "x"),
        ("taken", "taken_2"),
        ("a" * 100, "a" * 60),
    ],
)
def test_a_sheets_name_has_small_letters_digits_and_underscores(label, name):
    assert free_name(label, {"taken"}) == name


def test_two_columns_never_share_a_variable():
    fitted = described(pd.DataFrame({"A b": [1.0], "a_b": [2.0], "a.b": [3.0]}))
    assert [one.name for one in fitted.variables] == ["a_b_2", "a_b", "a_b_3"]


def test_variables_vary_by_their_known_values():
    frame = pd.DataFrame({"same": [1.0, None, 1.0], "none": [None, None, None], "two": [1, 2, 1]})
    fitted = described(frame.astype({"none": float}))
    columns = fitted.read(columns_of_frame(frame))
    assert list(varying(fitted.variables, pd.DataFrame(dict(columns)))) == ["two"]
