"""A mapping held against the columns of a file."""

from dataclasses import replace

import pytest

from hiprisk.cohort.dictionary import FROM_FILE, FROM_SHEET, Variable, load_dictionary
from hiprisk.cohort.mapped_columns import (
    absent_findings,
    mapping_of_file,
    mapping_of_present,
    needed_columns,
    source_columns,
    unused_columns,
)
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.cohort.reading import read_cohort
from hiprisk.errors import InputError

MAPPING = mapping_from_text("""
where: {visit: ['1']}
variables:
  person_id: ID
  age_years: Age
  womac_pain_0_100:
    items:
      instrument: womac_pain
      columns: {pain_1: a, pain_2: b, pain_3: c, pain_4: d, pain_5: e}
  joint: {value: hip}
""")
EVERY = ["visit", "ID", "Age", "a", "b", "c", "d", "e", "other"]


def test_columns_that_a_mapping_names():
    assert needed_columns(MAPPING) == set(EVERY) - {"other"}
    assert source_columns(MAPPING.variables["joint"]) == []
    assert source_columns(MAPPING.variables["womac_pain_0_100"]) == ["a", "b", "c", "d", "e"]


def test_nothing_is_absent_from_a_file_that_has_every_column():
    assert mapping_of_present(MAPPING, EVERY, "x.csv") == (MAPPING, {})


def test_a_variable_is_absent_with_any_of_its_columns():
    used, absent = mapping_of_present(MAPPING, ["visit", "Age", "a", "b", "c", "d"], "x.csv")
    assert absent == {"person_id": ("ID",), "womac_pain_0_100": ("e",)}
    assert list(used.variables) == ["age_years", "joint"]


def test_what_is_absent_is_a_note_and_a_person_a_warning():
    found = list(absent_findings({"person_id": ("ID",), "womac_pain_0_100": ("d", "e")}))
    assert [(one.code, one.severity, one.column) for one in found] == [
        ("MISSING_COLUMN", "warning", "person_id"),
        ("MISSING_COLUMN", "note", "womac_pain_0_100"),
    ]
    assert found[1].message == "the file has no column d or e, which the mapping names"


def test_a_missing_column_is_told_with_those_that_nothing_uses():
    unused = ["note", "u1", "u2", "u3", "u4", "Ages"]
    [found] = absent_findings({"age_years": ("Age",)}, unused)
    assert found.message == (
        "the file has no column Age, which the mapping names; it does not use Ages, note, u1, u2, "
        "u3 and 1 more"
    )


@pytest.mark.parametrize(
    ("mapping", "unused"),
    [
        (None, ()),
        (MAPPING, ("other", "AGE")),
        (replace(MAPPING, ignore_case=True), ("other",)),
    ],
)
def test_columns_that_nothing_uses(mapping, unused):
    assert unused_columns(mapping, ["a", "visit", "other", "AGE"]) == unused


def test_items_beside_a_missing_one_are_no_columns_that_the_mapping_does_not_name(tmp_path):
    (tmp_path / "in.csv").write_text("visit,ID,Alter,a,b,c,d\n1,p,60,1,1,1,1\n")
    notes = [f for f in read_cohort(tmp_path / "in.csv", MAPPING).findings if f.column != "joint"]
    assert [(one.column, one.message.partition("; ")[2]) for one in notes[:2]] == [
        ("age_years", "it does not use Alter"), ("womac_pain_0_100", "it does not use Alter"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["ID", "Age"], r"lacks 6 column\(s\): a, b, c, d, e, visit"),
        (["visit", "z"], r"lacks 7 column\(s\): Age, ID, a"),
        (["visit", "ID", "AGE"], r"did you mean AGE\? or state ignore_case"),
    ],
)
def test_a_column_of_where_or_all_columns_or_another_letter_case_refuse_the_file(names, words):
    with pytest.raises(InputError, match=words) as caught:
        mapping_of_present(MAPPING, names, "x.csv")
    assert caught.value.code == "MISSING_COLUMN"


def test_people_who_are_new_to_a_study_have_not_been_imputed(tmp_path):
    stacked = mapping_from_text(
        "imputation_column: imp\nimputations: ['1']\nvariables: {age_years: Age}"
    )
    used, _ = mapping_of_present(stacked, ["Age"], "x.csv")
    assert (used.imputation_column, used.imputations) == (None, ())
    (tmp_path / "x.csv").write_text("Age\n60\n61\n")
    cohort = read_cohort(tmp_path / "x.csv", stacked)
    assert (cohort.n_rows, cohort.imputation) == (2, None)


def test_names_are_found_in_any_letter_case_where_the_mapping_says_so():
    mapping = mapping_from_text("ignore_case: true\nvariables: {age_years: AGE}")
    assert mapping_of_file(mapping, ["Age"], "x.csv").variables["age_years"].column == "Age"
    with pytest.raises(InputError, match="2 columns differ from 'AGE' in case only"):
        mapping_of_file(mapping, ["Age", "age"], "x.csv")


def test_a_finding_names_the_column_of_the_file_where_that_is_another(tmp_path):
    mapping = mapping_from_text("variables: {age_years: Age, bmi_kg_m2: bmi_kg_m2}")
    (tmp_path / "x.csv").write_text("Age,bmi_kg_m2\n60,300\n600,25\n61,26\n")
    age, bmi = (one for one in read_cohort(tmp_path / "x.csv", mapping).findings if one.rows)
    assert (age.column, age.source_column, age.rows) == ("age_years", "Age", (3,))
    assert age.subject == "age_years (column Age)"
    assert age.to_dict()["source_column"] == "Age"
    assert "source_column" not in age.summarised()
    assert (bmi.column, bmi.source_column, bmi.subject) == ("bmi_kg_m2", None, "bmi_kg_m2")
    assert "source_column" not in bmi.to_dict()
    assert bmi.told == bmi.message
    assert age.told == f"column Age: {age.message}"


def test_what_no_dictionary_declares_is_read_by_its_name():
    def variable(name, source):
        return Variable(name=name, label=name, kind="number", source=source)

    known = load_dictionary().with_variables(
        [variable("chronicity", FROM_SHEET), variable("p", FROM_FILE), variable("grip_kg", "mine")]
    )
    mapping = mapping_from_text("variables: {age_years: Age}")
    used = mapping_of_file(mapping, ["Age", "chronicity", "p", "grip_kg"], "in.csv", known)
    assert {name: one.column for name, one in used.variables.items()} == {
        "age_years": "Age", "chronicity": "chronicity", "p": "p",
    }  # fmt: skip
