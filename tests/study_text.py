"""A small correct study config, and what comes of one change to it."""

import re

import pytest

from hiprisk.config import study_from_text
from hiprisk.errors import ConfigError

TEXT = """
name: small
title: a small study
intended_use: tests
seed: 1
cohort: {simulate: {preset: stupar, n: 100, seed: 2}}
outcome:
  variable: womac_function_followup_0_100
  label: WOMAC function
  kind: continuous
  unit: points
  bounds: [0, 100]
  higher_is: worse
  baseline: womac_function_0_100
  horizon_months: 12
  population: people with hip osteoarthritis
  events: [{name: worsening, label: worse, direction: above, reference: baseline, value: 10}]
  smallest_gain_worth_having: {metric: r2, value: 0.01}
confounders: [age_years]
blocks: {core: [age_years, womac_function_0_100], back: [lbp_any]}
families: {linear: {}}
"""


def small_study(*overrides):
    return study_from_text(TEXT, name="small.yaml", overrides=overrides)


def check_refused(message, *overrides):
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        small_study(*overrides)
    assert caught.value.exit_code == 2
