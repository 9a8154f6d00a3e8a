"""The page of a study's keys is whole and that of the code."""

from pathlib import Path

import pytest

from hiprisk.config import study_from_text
from hiprisk.schemas.generate import json_schema
from hiprisk.schemas.reference import config_page, sheet_page, study_keys

ROOT = Path(__file__).parents[2]


def test_the_page_in_the_docs_is_that_of_the_settings():
    """If it is not: python -m hiprisk.schemas."""
    page = (ROOT / "docs" / "reference" / "config.md").read_text("utf-8")
    assert page == config_page(ROOT / "configs")


def test_every_key_has_a_type_a_meaning_and_an_example():
    lacking = [
        (key.section, key.name)
        for key in study_keys(ROOT / "configs")
        if not (key.type and key.meaning and key.example)
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("section", "name", "type_", "default"),
    [
        ("tuning", "trials", "whole number, at least 1 and at most 10000", "`30`"),
        ("cohort", "on_invalid", "`refuse`, `missing`, `exclude`", "`refuse`"),
        ("outcome", "bounds", "list of 2 numbers", ""),
        ("families.boosting", "monotone", "true or false", "`false`"),
    ],
)
def test_type_and_default_are_those_of_the_code(section, name, type_, default):
    keys = {(key.section, key.name): key for key in study_keys(ROOT / "configs")}
    assert (keys[section, name].type, keys[section, name].default) == (type_, default)


def test_yes_is_a_text_and_true_where_a_key_asks_for_it():
    text = (ROOT / "configs" / "stupar.yaml").read_text("utf-8")
    study = study_from_text(text, overrides=["tracking.enabled=no", "outcome.label=yes"])
    assert (study.tracking.enabled, study.outcome.label) == (False, "yes")


def test_the_page_of_the_sheet_is_that_of_its_format():
    """If it is not: python -m hiprisk.schemas."""
    page = (ROOT / "docs" / "reference" / "sheet.md").read_text("utf-8")
    assert page == sheet_page()


def test_every_key_of_a_sheet_has_a_meaning():
    schema = json_schema("sheet")
    sections = {"Sheet": schema, **schema["$defs"]}
    lacking = [
        (section, name)
        for section, keys in sections.items()
        for name, one in keys["properties"].items()
        if not one.get("description")
    ]
    assert lacking == []
