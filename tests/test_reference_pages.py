"""Pages of the reference are those of the code."""

import dataclasses
import re

import pytest

import reference_pages
from hiprisk.cohort.own_variables import VariableEntry
from hiprisk.errors import ExitCode
from hiprisk.reporting.appendix.glossary import ENTRIES

# Written in capitals, and no codes: a heading, variables of the environment, a name of the matrix.
NO_CODES = {"AGE_YEARS", "HIPRISK_TUNING_STORAGE", "MLFLOW_TRACKING_URI", "NOT_APPLICABLE"}


@pytest.mark.slow
@pytest.mark.parametrize("name", reference_pages.PAGES)
def test_a_page_is_that_of_the_code(name):
    """If it is not: python tests/reference_pages.py."""
    page = (reference_pages.REFERENCE / name).read_text(encoding="utf-8")
    assert page == reference_pages.PAGES[name]()


def test_every_term_with_an_explanation_is_in_the_glossary():
    assert set(reference_pages.EXPLAINED) <= {term for term, _, _ in ENTRIES}


def test_every_exit_code_is_told():
    assert set(reference_pages.exit_codes()) == set(ExitCode)


def test_every_code_of_the_page_of_bad_input_is_on_the_page_of_codes():
    page = reference_pages.codes_page()
    told = (reference_pages.REFERENCE / "bad-input.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", told)) - NO_CODES
    assert [word for word in sorted(words) if f"`{word}`" not in page] == []


def test_every_key_of_an_own_variable_is_explained():
    page = (reference_pages.REFERENCE / "dictionary.md").read_text(encoding="utf-8")
    keys = {one.name for one in dataclasses.fields(VariableEntry)}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
