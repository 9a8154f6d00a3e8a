"""What is said first of simulated people and invented coefficients."""

import dataclasses

import pytest

from hiprisk.wording.disclaimers import (
    INVENTED,
    SIMULATED_COHORT,
    SIMULATED_MODEL,
    SURROGATE,
    cohort_warnings,
    in_one_banner,
    is_simulated,
    kind_not_for_patients,
    model_warnings,
    provenance_in_words,
    warnings_of,
)
from small_bundle import small_sheet


@pytest.mark.parametrize("provenance", ["simulated", "synthetic"])
def test_both_words_of_files_mean_simulated(provenance):
    assert is_simulated(provenance)
    assert model_warnings(provenance) == [SIMULATED_MODEL]
    assert cohort_warnings(provenance) == [SIMULATED_COHORT]
    assert provenance_in_words(provenance) == "simulated people"


@pytest.mark.parametrize("provenance", ["real", "published", "unknown"])
def test_other_people_need_no_warning(provenance):
    assert model_warnings(provenance) == cohort_warnings(provenance) == []
    assert "simulated people" not in provenance_in_words(provenance)


def test_a_sheet_says_both_and_a_short_line_names_both():
    sheet = dataclasses.replace(small_sheet(), invented=True)
    assert warnings_of(sheet) == [SIMULATED_MODEL, INVENTED]
    assert kind_not_for_patients(sheet) == "SIMULATED AND INVENTED MODEL, not for patients."
    assert kind_not_for_patients(small_sheet(provenance="real")) is None


def test_a_surrogate_says_so_wherever_it_speaks():
    sheet = dataclasses.replace(small_sheet(provenance="published"), notes=(SURROGATE, "a source"))
    assert warnings_of(sheet) == [SURROGATE]
    assert kind_not_for_patients(sheet) == "SURROGATE MODEL, not for patients."


def test_what_warnings_begin_with_stands_once_in_a_banner():
    said = in_one_banner([SIMULATED_MODEL, SIMULATED_COHORT, INVENTED])
    assert said.count("SIMULATED DATA:") == 1
    assert "not for patients. These people were simulated;" in said
    assert said.endswith(INVENTED)
    assert in_one_banner([]) == ""
