"""What is no sheet of this format is refused."""

import dataclasses
import json

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document.parsing import parse_sheet
from small_bundle import small_sheet


def changed(change):
    document = json.loads(small_sheet().to_json())
    change(document)
    return json.dumps(document)


def set_at(*path, value):
    def change(document):
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("version", "message"),
    [(6, "schema version 6"), (True, "schema version"), (None, "none that can be read")],
)
def test_an_unknown_version_is_refused(version, message):
    with pytest.raises(BundleError, match=message):
        parse_sheet(changed(set_at("schema_version", value=version)))


def test_another_document_is_refused():
    with pytest.raises(BundleError, match="not a hiprisk sheet"):
        parse_sheet('{"format": "other"}')


def test_a_sheet_that_needs_no_new_field_is_one_that_older_readers_read():
    assert small_sheet().schema_version == 1
    outcome = dataclasses.replace(small_sheet().outcome, levels=("no", "yes"), event_level="yes")
    sheet = dataclasses.replace(small_sheet(), outcome=outcome)
    assert sheet.schema_version == 2
    assert parse_sheet(sheet.to_json()) == sheet


def test_a_sheet_with_outcome_levels_of_the_first_version_is_read_too():
    outcome = dataclasses.replace(small_sheet().outcome, levels=("no", "yes"), event_level="yes")
    text = dataclasses.replace(small_sheet(), outcome=outcome).to_json()
    assert parse_sheet(text.replace('"schema_version":2', '"schema_version":1')).outcome == outcome
