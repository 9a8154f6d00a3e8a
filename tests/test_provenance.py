"""Simulated people are called simulated, also where an older file says synthetic."""

from pathlib import Path

import pytest

from hiprisk.bundle import Bundle
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.errors import ConfigError
from hiprisk.provenance import current_provenance, is_simulated
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.wording.disclaimers import cohort_warnings, model_warnings, provenance_in_words
from small_bundle import small_sheet

WRITTEN = '"provenance":"simulated"'


@pytest.mark.parametrize("word", ["simulated", "synthetic"])
def test_both_words_are_one_thing(word):
    assert current_provenance(word) == "simulated"
    assert is_simulated(word)
    assert provenance_in_words(word) == "simulated people"
    assert cohort_warnings(word)
    assert model_warnings(word)


def test_an_older_sheet_is_read_and_written_with_the_current_word():
    text = small_sheet().to_json()
    assert WRITTEN in text
    older = text.replace(WRITTEN, '"provenance":"synthetic"')
    assert parse_sheet(older) == small_sheet()
    assert parse_sheet(older).to_json() == text


def test_an_older_manifest_is_read_with_the_current_word():
    assert Bundle(Path(), {"provenance": "synthetic"}, {}).provenance == "simulated"


@pytest.mark.parametrize("word", ["simulated", "synthetic"])
def test_a_mapping_may_say_either(word):
    mapping = mapping_from_text(f"provenance: {word}\nvariables: {{age_years: age}}")
    assert mapping.provenance == "simulated"


def test_a_misspelt_provenance_is_refused_with_the_current_words():
    with pytest.raises(ConfigError, match=r"one of 'simulated', 'real', 'unknown' \(did you mean"):
        mapping_from_text("provenance: simulatd")
