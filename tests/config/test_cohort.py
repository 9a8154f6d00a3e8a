"""How people were sampled, as a config says it."""

from pathlib import Path

import pytest

from hiprisk.config import load_config
from hiprisk.config.cohort import SamplingSettings
from hiprisk.errors import ConfigError
from hiprisk.learning.study_cohort import load_study_cohort
from study_text import check_refused

WORSENING = Path(__file__).parents[2] / "configs" / "stupar_worsening.yaml"


def test_a_prevalence_or_unknown():
    assert SamplingSettings(case_control=0.12).prevalence == 0.12
    assert SamplingSettings(case_control="unknown").prevalence is None
    assert SamplingSettings(case_control="unknown").to_dict() == {"case_control": "unknown"}


@pytest.mark.parametrize("value", ["12", "0", "1.0", "rare", "{}"])
def test_a_prevalence_in_percent_is_refused_with_its_key(value):
    with pytest.raises(ConfigError, match=r"sampling\.case_control"):
        load_config(WORSENING, overrides=[f"sampling={{case_control: {value}}}"])


def test_sampling_needs_a_binary_outcome():
    check_refused(
        "sampling is of cases and controls, and needs a binary outcome",
        "sampling={case_control: 0.1}",
    )


def test_nothing_is_fitted_to_cases_and_controls():
    config = load_config(WORSENING, overrides=["sampling={case_control: 0.1}"])
    with pytest.raises(ConfigError, match="only hiprisk validate takes such a sample") as refused:
        load_study_cohort(config)
    assert (refused.value.exit_code, refused.value.column) == (2, "sampling")
