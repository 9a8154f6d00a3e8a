"""What only the authors know, as keys of a study's config."""

import pytest

from hiprisk.config import load_config
from hiprisk.config.reading import resolved
from hiprisk.errors import ConfigError
from reported_study import STUPAR


def test_answers_are_kept_and_the_rest_is_none():
    config = load_config(STUPAR, overrides=["reporting={ethics: Approved., funding: None.}"])
    assert config.reporting.given() == {"ethics": "Approved.", "funding": "None."}
    assert resolved(config)["reporting"] == {"ethics": "Approved.", "funding": "None."}


def test_a_study_without_answers_is_written_as_it_was_before_there_were_any():
    assert "reporting" not in resolved(load_config(STUPAR, overrides=["reporting={}"]))


def test_an_empty_answer_or_an_unknown_question_is_refused():
    with pytest.raises(ConfigError, match="ethics"):
        load_config(STUPAR, overrides=['reporting={ethics: ""}'])
    with pytest.raises(ConfigError, match="etics"):
        load_config(STUPAR, overrides=["reporting={etics: yes}"])
