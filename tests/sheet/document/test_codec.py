"""A sheet to JSON and back."""

import dataclasses
import json

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.format import Tree, TreesModel
from small_bundle import small_sheet


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_a_sheet_comes_back_as_it_went(kind):
    sheet = small_sheet(kind=kind)
    assert parse_sheet(sheet.to_json()) == sheet


def test_equal_sheets_have_equal_bytes():
    assert small_sheet().to_json() == parse_sheet(small_sheet().to_json()).to_json()


def test_whole_numbers_among_others_are_read_as_numbers():
    document = json.loads(small_sheet().to_json())
    document["missing"]["mean"] = [63, 0.4, 0.58, 40]
    mean = parse_sheet(json.dumps(document)).missing.mean
    assert mean == (63.0, 0.4, 0.58, 40.0)
    assert {type(value) for value in mean} == {float}
    document["missing"]["mean"] = [63, 0.4, True, 40]
    with pytest.raises(BundleError, match="must hold numbers only"):
        parse_sheet(json.dumps(document))


def with_tree(**changes):
    parts = {
        "feature": (0, -1, -1),
        "threshold": (60.0, 0.0, 0.0),
        "left": (1, 0, 0),
        "right": (2, 0, 0),
        "value": (0.0, 1.0, 2.0),
    } | changes
    model = TreesModel(link="identity", baseline=1.0, inputs=("age_years",), trees=(Tree(**parts),))
    return dataclasses.replace(small_sheet(), model=model).to_json()


def test_a_tree_comes_back_as_it_went():
    assert parse_sheet(with_tree()).model.trees[0].threshold == (60.0, 0.0, 0.0)
