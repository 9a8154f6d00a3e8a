"""A study before anything is fitted."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from hiprisk.config import load_config
from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.learning.preparation import prepare_study

STUPAR = Path(__file__).parents[2] / "configs" / "stupar.yaml"


def prepared(*overrides, workers=1):
    config = load_config(STUPAR, overrides=["cohort.simulate.n=150", *overrides])
    return prepare_study(config, checkpoints=Path("unused"), workers=workers, progress=print)


@pytest.fixture(scope="module")
def study():
    return prepared()


def test_the_data_are_those_of_the_development_cohort(study):
    people = study.selection.development
    assert study.data.columns.shape == (len(people.frame), len(study.design.columns))
    np.testing.assert_array_equal(study.data.outcome, people.outcome)


def test_resamples_use_fewer_imputations_than_the_model(study):
    imputation = study.config.imputation
    assert study.unfitted("linear").n_imputations == imputation.imputations_in_resamples
    assert study.unfitted("linear", in_resamples=False).n_imputations == imputation.imputations


def test_the_same_study_has_the_same_identity_whatever_the_workers(study):
    assert prepared(workers=2).identity == study.identity


@pytest.mark.parametrize("change", ["seed=7", "cohort.simulate.n=151", "tuning.trials=3"])
def test_another_config_or_cohort_is_another_study(study, change):
    assert prepared(change).identity != study.identity


def test_what_is_declared_before_the_fit_has_a_hash_of_its_own(study):
    outcome = dataclasses.replace(study.config.outcome, thresholds=(0.15,))
    other = dataclasses.replace(study, config=dataclasses.replace(study.config, outcome=outcome))
    reseeded = dataclasses.replace(study, config=dataclasses.replace(study.config, seed=9))
    assert other.declared_sha256 != study.declared_sha256
    assert reseeded.declared_sha256 == study.declared_sha256
    titled = dataclasses.replace(study, config=dataclasses.replace(study.config, title="Another"))
    assert titled.declared_sha256 == study.declared_sha256
    answered = dataclasses.replace(study.config, reporting=AuthorsAnswers(funding="None."))
    titled = dataclasses.replace(study, config=answered)
    assert titled.declared_sha256 == study.declared_sha256
    tuning = dataclasses.replace(study.config.tuning, keep=True)
    kept = dataclasses.replace(study, config=dataclasses.replace(study.config, tuning=tuning))
    assert kept.declared_sha256 == study.declared_sha256
