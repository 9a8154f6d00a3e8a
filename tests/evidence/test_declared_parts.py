"""Parts that a config declares of what the cohort lacks: refused before anything is fitted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiprisk.config import load_config
from hiprisk.errors import ConfigError
from hiprisk.evidence.declared_parts import check_declared_parts, check_values
from hiprisk.evidence.early_findings import early_findings
from hiprisk.learning.preparation import prepare_study
from own_studies import BINARY, write_study


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"), BINARY)


def prepared(path, *overrides):
    return prepare_study(
        load_config(path, overrides=overrides),
        checkpoints=path.parent, workers=1, progress=lambda stage, done, total: None,
    )  # fmt: skip


def check(path, *overrides):
    check_declared_parts(prepared(path, *overrides))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["subgroups.by=[nix]"], "subgroups.by: the cohort has no 'nix'"),
        (["subgroups.by=[crp_mg_l]"], r"subgroups.by: 'crp_mg_l' has \d+ levels, more than 30"),
        (["cohort.where={clinic: [north]}"], "subgroups.by: 'clinic' has one level only"),
        (["subgroups.metrics=[nix]"], "subgroups.metrics: there is no metric 'nix'"),
        (
            ["outcome.smallest_gain_worth_having.metric=r2"],
            "smallest_gain_worth_having: the minimum important gain is declared in 'r2'",
        ),
        (["association.cluster=site"], "association.cluster: the cohort has no site"),
        (
            ["association.negative_control={outcome: crp_mg_l, reason: r}"],
            "negative_control.outcome: the negative-control outcome is not in the cohort, or is a",
        ),
        (
            ["association.negative_control={stratum: west, reason: r}"],
            "negative_control.stratum: no stratum has this name",
        ),
    ],
)
def test_a_part_of_what_the_cohort_lacks_is_refused_before_anything_is_fitted(
    path, overrides, said
):
    with pytest.raises(ConfigError, match=said):
        check(path, *overrides)


BLOCKS = "blocks={core: [crp_mg_l, work], motion: [knee_flexion_deg]"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ([BLOCKS + ", again: [crp_mg_l]}"], "block 'again' has no predictor that the base lacks"),
        (
            [BLOCKS + ", b: [falls], c: [gait_m_s], d: [smoking], e: [grip_left_kg]}"],
            "5 blocks have 31 combinations",
        ),
        (
            ["families.logistic.splines=[knee_flexion_deg]"],
            "knee_flexion_deg has a declared measurement error and a spline",
        ),
    ],
)
def test_blocks_that_cannot_be_compared_are_said_at_the_start_and_end_nothing(
    path, overrides, said
):
    overrides = [*overrides, "association=null"]
    if overrides[0].startswith("blocks"):
        overrides += ["confounders=[crp_mg_l]", "derived={}"]
    study = prepared(path, *overrides)
    check_declared_parts(study)
    found = {one.code: one for one in early_findings(study)}["BLOCKS_NOT_COMPARED"]
    assert said in found.message
    assert found.message.endswith("what blocks add will not be available")


def test_blocks_that_can_be_compared_are_no_finding(path):
    assert "BLOCKS_NOT_COMPARED" not in {one.code for one in early_findings(prepared(path))}


def test_people_of_one_stratum_are_left_to_the_part_which_says_that_it_is_not_available(path):
    check(path, "cohort.where={clinic: [north]}", "subgroups.by=[smoking]")


def test_a_study_without_subgroups_or_association_has_nothing_to_check(path):
    check(path, "subgroups.by=[]", "association=null")


def test_an_outcome_of_too_many_values_has_no_ordinal_model():
    continuous = Path(__file__).parents[2] / "configs" / "stupar.yaml"
    study = prepare_study(
        load_config(continuous, overrides=["cohort.simulate.n=120", "families={ordinal: {}}"]),
        checkpoints=continuous.parent, workers=1, progress=lambda stage, done, total: None,
    )  # fmt: skip
    check_declared_parts(study)
    development = replace(study.selection.development, outcome=np.linspace(0.0, 100.0, 1500))
    many = replace(study, selection=replace(study.selection, development=development))
    with pytest.raises(ConfigError, match="at most 1,000, and the outcome has 1,500 different"):
        check_values(many.selection.development)
