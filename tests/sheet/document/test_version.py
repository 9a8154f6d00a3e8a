"""Versions of the sheet's form: the lowest whose readers know all of a sheet."""

import dataclasses
import json

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.document.version import lowest_version
from ordinal_sheet import ordinal_sheet
from site_sheet import site_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def with_trees(sheet, **change):
    return dataclasses.replace(sheet, model=dataclasses.replace(sheet.model, **change))


FOREST = with_trees(tree_sheet(), divisor=3.0)
FLOAT32 = with_trees(tree_sheet(), precision="float32")
RISK = with_trees(tree_sheet(kind="binary"), link="identity")
LINE = with_trees(tree_sheet(kind="binary"), recalibration=(0.1, 0.9))


@pytest.mark.parametrize(
    ("sheet", "version"),
    [
        (small_sheet(), 1),
        (tree_sheet(), 1),
        (tree_sheet(kind="binary"), 1),
        (ordinal_sheet(), 3),
        (site_sheet(), 4),
        (FOREST, 5),
        (FLOAT32, 5),
        (RISK, 5),
        (LINE, 5),
    ],
    ids=[
        "small",
        "trees",
        "risk trees",
        "ordinal",
        "sites",
        "forest",
        "float32",
        "risk itself",
        "line",
    ],
)
def test_the_lowest_version_is_written_and_read_back(sheet, version):
    assert sheet.schema_version == lowest_version(sheet) == version
    assert parse_sheet(sheet.to_json()) == sheet


@pytest.mark.parametrize("sheet", [FOREST, FLOAT32, RISK], ids=["forest", "float32", "risk"])
def test_a_stated_version_whose_readers_would_add_up_alone_is_refused(sheet):
    document = json.loads(sheet.to_json()) | {"schema_version": 4}
    with pytest.raises(BundleError, match="schema version 4, and trees that are averaged"):
        parse_sheet(json.dumps(document))


def test_keys_of_the_new_version_are_left_out_of_older_sheets():
    assert "divisor" not in tree_sheet().to_json()
    assert "precision" not in tree_sheet().to_json()
