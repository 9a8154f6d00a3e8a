"""Parts that a config declares of what the cohort lacks: refused before anything is fitted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiprisk.config import load_config
from hiprisk.errors import ConfigError
from hiprisk.evidence.declared_parts import check_declared_parts, check_values
from hiprisk.learning.preparation import prepare_study
from own_studies import BINARY, write_study


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"), BINARY)


def check(path, *overrides):
    study = prepare_study(
        load_config(path, overrides=overrides),
        checkpoints=path.parent, workers=1, progress=lambda stage, done, total: None,
    )  # fmt: skip
    check_declared_parts(study)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["subgroups.by=[nix]"], "subgroups.by: the cohort has no 'nix'"),
        (["subgroups.by=[crp_mg_l]"], r"subgroups.by: 'crp_mg_l' has \d+ levels, more than 30"),
        (["cohort.where={clinic: [north]}"], "subgroups.by: 'clinic' has one level only"),
        (["subgroups.metrics=[nix]"], "subgroups.metrics: there is no metric 'nix'"),
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
