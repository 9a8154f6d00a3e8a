"""Candidate parameters: levels, splines, what is not known without a cohort."""

import dataclasses
from pathlib import Path

import pytest

from hiprisk.config import StudyConfig, load_config
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize import (
    count_parameters,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def stupar() -> StudyConfig:
    return load_config(ROOT / "configs" / "stupar.yaml")


def test_parameters_are_counted_with_levels_and_splines(stupar):
    # 15 predictors, each one column; three of them with splines of three knots.
    assert count_parameters(stupar) == 18
    blocks = {**stupar.blocks, "more": ("education",)}
    assert count_parameters(dataclasses.replace(stupar, blocks=blocks, block_labels={})) == 20


@pytest.mark.parametrize(("knots", "n"), [(0, 15), (3, 18), (5, 24)])
def test_a_spline_has_one_parameter_less_than_knots_and_a_line_one(stupar, knots, n):
    linear = dataclasses.replace(stupar.families.linear, spline_knots=knots)
    families = dataclasses.replace(stupar.families, linear=linear)
    assert count_parameters(dataclasses.replace(stupar, families=families)) == n


def test_a_category_without_known_levels_is_refused(stupar):
    blocks = {**stupar.blocks, "more": ("site",)}
    with pytest.raises(ConfigError, match="levels of 'site' is not known without a cohort"):
        count_parameters(dataclasses.replace(stupar, blocks=blocks, block_labels={}))
