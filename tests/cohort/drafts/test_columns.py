"""What a column holds, told by its distinct texts."""

import pytest

from hiprisk.cohort.drafts.columns import SampledColumn, plain_name

MANY = {f"{n}": 1 for n in range(40, 80)}


def column(counts, name="x", decimal="."):
    return SampledColumn(name=name, counts=counts, decimal=decimal)


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        ({}, "empty"),
        ({"NA": 4, "unknown": 2}, "empty"),
        ({"hip": 20}, "constant"),
        ({"2001-02-03": 3, "03.04.2001": 2, "2001-02-03 10:15:00": 1}, "date"),
        ({"0": 10, "1": 5}, "category"),
        ({"1": 10, "2": 5, "NA": 3}, "category"),
        ({"61.5": 1, "70": 2, "NK": 1, "80.1": 9}, "number"),
        ({"mild": 5, "severe": 5}, "category"),
        ({"Yes": 1, "No": 1}, "category"),
        ({"fell on the stairs": 1, "none to report": 1}, "text"),
        ({f"text {n}": 3 for n in range(40)}, "text"),
        (MANY, "identifier"),
    ],
)
def test_kind_of_a_column(counts, kind):
    assert column(counts).kind == kind


def test_a_name_that_identifies_is_believed_where_all_values_differ():
    assert column({"AB12": 1, "CD34": 1}, name="Patient ID").kind == "identifier"
    assert column({"61": 2, "70": 3, "80": 1, "90": 1}, name="width").kind == "number"


def test_decimal_commas_are_numbers_where_the_file_has_them():
    assert column({"61,5": 3, "70,1": 2}, decimal=",").kind == "number"
    assert column({"61,5": 3, "70,1": 2}).kind == "category"


def test_a_rare_code_may_be_a_persons_words_unless_it_is_a_common_word_for_a_level():
    found = column({"mild": 3, "Jane Roe": 2, "Female": 1})
    assert found.common == ("Female", "mild")


def test_a_header_in_plain_letters():
    assert plain_name(" Größe (cm)\n") == "große_cm".replace("ß", "ss")


def test_a_number_beyond_every_float_is_none():
    assert list(column({"1e400": 1, "5": 3, "6": 3}).numbers) == [5, 6]
