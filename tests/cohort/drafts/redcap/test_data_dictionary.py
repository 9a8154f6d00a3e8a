"""REDCap's data dictionary, as downloaded and as the API gives it."""

import pytest

from hiprisk.cohort.drafts.redcap.data_dictionary import (
    fields_of_columns,
    plain_label,
    read_data_dictionary,
    says_missing,
)
from hiprisk.errors import InputError

HEADER = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note",'
    '"Text Validation Type OR Show Slider Number","Text Validation Min","Text Validation Max",'
    '"Identifier?","Field Annotation"'
)
ROWS = (
    'sites,pain,,checkbox,"Where does it hurt?","1, Back | -9, Not known | 2, Hip, groin",,,,,,',
    'grip,exam,,text,"<b>Grip</b> strength\n(kg)",,,number,0,120,,"@HIDDEN-SURVEY"',
    "seen,exam,,yesno,Seen by a surgeon?,,,,,,,",
    "mail,exam,,text,E-mail,,,email,,,y,",
)


@pytest.fixture
def fields(tmp_path):
    path = tmp_path / "dictionary.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n")
    return read_data_dictionary(path)


def test_fields_have_label_choices_and_limits(fields):
    assert fields["sites"].choices == {"1": "Back", "-9": "Not known", "2": "Hip, groin"}
    assert fields["sites"].missing_codes == ("-9",)
    assert (fields["grip"].label, fields["grip"].limits) == ("Grip strength (kg)", (0, 120))
    assert not fields["grip"].is_hidden
    assert fields["seen"].choices == {"0": "No", "1": "Yes"}
    assert fields["mail"].is_identifier


def test_columns_of_raw_and_labelled_exports_find_their_field(fields):
    columns = ("grip", "sites___2", "sites____9", "Grip strength\n(kg)",
               "Where does it hurt? (choice=Hip, groin)", "other", "sites___7")  # fmt: skip
    found = fields_of_columns(columns, fields)
    assert {column: (one.field.name, one.choice) for column, one in found.items()} == {
        "grip": ("grip", ""),
        "sites___2": ("sites", "2"),
        "sites____9": ("sites", "-9"),
        "Grip strength\n(kg)": ("grip", ""),
        "Where does it hurt? (choice=Hip, groin)": ("sites", "2"),
    }


def test_an_event_behind_the_name_is_told_apart(fields):
    columns = ("grip_month_12_arm_1", "sites___2_baseline_arm_1", "Seen by a surgeon?_Month 12")
    found = fields_of_columns((*columns, "grip_other"), fields)
    assert {column: (one.field.name, one.event) for column, one in found.items()} == {
        "grip_month_12_arm_1": ("grip", "month_12_arm_1"),
        "sites___2_baseline_arm_1": ("sites", "baseline_arm_1"),
        "Seen by a surgeon?_Month 12": ("seen", "Month 12"),
    }


def test_a_label_that_two_fields_have_is_no_name(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("field_name,field_type,field_label\na,text,Pain\nb,text,Pain\n")
    assert fields_of_columns(["Pain"], read_data_dictionary(path)) == {}


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="a REDCap data dictionary has the columns Variable / Fi"):
        read_data_dictionary(path)


@pytest.mark.parametrize(
    "answer", ["Unknown", "Don't know", "N/A", "Prefer not to say.", "Missing"]
)
def test_answers_that_say_missing(answer):
    assert says_missing(answer)


def test_other_answers_and_labels():
    assert not says_missing("No")
    assert plain_label("<div class='x'>Pain&nbsp;now</div>\n?") == "Pain now ?"
