"""What is no sheet of this format is refused."""

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
    ("version", "message"), [(2, "schema version 2"), (None, "none that can be read")]
)
def test_an_unknown_version_is_refused(version, message):
    with pytest.raises(BundleError, match=message):
        parse_sheet(changed(set_at("schema_version", value=version)))


def test_another_document_is_refused():
    with pytest.raises(BundleError, match="not a hiprisk sheet"):
        parse_sheet('{"format": "other"}')
