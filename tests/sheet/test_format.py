"""The sheet as a frozen document."""

import dataclasses

import pytest

from hiprisk.sheet.document.parsing import parse_sheet
from site_sheet import LEVELS, site_sheet
from small_bundle import small_sheet


def test_equal_sheets_have_equal_bytes():
    assert small_sheet().to_json() == small_sheet().to_json()
    assert dataclasses.replace(small_sheet(), n_people=7).to_json() != small_sheet().to_json()


def test_a_variable_is_found_by_name_and_no_other():
    assert small_sheet().variable("sex").levels == ("female", "male")
    with pytest.raises(KeyError, match="height"):
        small_sheet().variable("height")


def test_only_a_sheet_that_may_impute_knows_its_people():
    assert small_sheet().has_reference_population
    bare = dataclasses.replace(small_sheet(), max_imputed_weight=0.0)
    assert not bare.has_reference_population


def test_a_sheet_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'title'"):
        small_sheet().title = "another"


def test_a_sheet_with_sites_has_the_version_whose_readers_know_of_them():
    assert small_sheet().schema_version == 1
    assert site_sheet().schema_version == site_sheet(named=False).schema_version == 4
    assert parse_sheet(site_sheet().to_json()) == site_sheet()


def test_a_site_of_any_name_is_read():
    named = site_sheet()
    assert named.site_variable == "site"
    assert named.variable("site").levels == LEVELS
    assert {spec.name: spec.levels for spec in named.variables_to_read}["site"] == ()
    mean = site_sheet(named=False)
    assert mean.site_variable is None
    assert mean.variables_to_read is mean.variables
