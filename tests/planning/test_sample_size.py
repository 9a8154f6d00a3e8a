"""Sample size before the work: a verdict, or the least strength that is enough."""

import pytest

from hiprisk.errors import ConfigError
from hiprisk.planning.sample_size import check_expectations, least_strength, planned_size
from planned_study import checked

PREPARED = "cohort.simulate.n=400"


def size(*overrides):
    return planned_size(checked(PREPARED, *overrides).prepared)


def test_a_declared_strength_gives_a_verdict():
    found = size("samplesize={r2: 0.02, parameters: 30}")
    assert found.sufficient is False
    assert found.size.n_parameters == 30
    assert "too few, most of all for criterion 1" in found.sentence
    assert size("samplesize={r2: 0.9, parameters: 1}").sufficient is True


def test_without_one_the_least_strength_that_is_enough_is_told():
    found = size("samplesize.parameters=20")
    assert found.sufficient is None
    assert f"if the model's R² is {found.least_strength:.2f} or more" in found.sentence
    at, below = (
        size(f"samplesize={{parameters: 20, r2: {found.least_strength - less:.2f}}}").sufficient
        for less in (0.0, 0.01)
    )
    assert (at, below) == (True, False)


def test_few_people_are_too_few_whatever_the_model_explains():
    found = size("samplesize.parameters=400")
    assert found.least_strength is None
    assert "too few even if the model's R² were 0.95" in found.sentence


def test_an_expectation_that_contradicts_every_strength_gives_none():
    def refuse(strength):
        raise ConfigError("contradicts")

    assert least_strength(refuse) is None


def test_an_expectation_that_cannot_be_is_refused_before_the_work():
    study = checked("samplesize={r2: 0.3, external: {r2_width: 1.5}}").prepared
    check_expectations(study)


@pytest.mark.parametrize("overrides", [[], ["samplesize.r2=0.3"]])
def test_expectations_that_can_be_are_taken(overrides):
    check_expectations(checked(*overrides).prepared)
