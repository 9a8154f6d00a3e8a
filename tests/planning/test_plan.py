"""A plan says what the study will do, by the checks that it begins with."""

import pytest

from hiprisk.errors import ConfigError
from hiprisk.planning import plan_study
from hiprisk.planning.plan import _least_strength, planned_size
from planned_study import checked
from study_text import small_study


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def planned(*overrides):
    return plan_study(small_study("tracking.enabled=false", *overrides), timed=False)


def test_a_plan_counts_people_parameters_and_events(tmp_path):
    plan = planned()
    assert plan.n_people == plan.flow[-1].n_remaining < plan.flow[0].n_remaining == 100
    # Age, function, back pain: no spline is declared.
    assert (plan.n_predictors, plan.n_parameters) == (3, 3)
    (event,) = plan.events
    assert 0 < event.n_with < plan.n_people
    assert len(plan.summary) == 5
    assert plan.seconds_low is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_by_a_study_is_refused_by_its_plan():
    with pytest.raises(ConfigError, match=r"subgroups\.by: the cohort has no 'nix'"):
        planned("subgroups.by=[nix]")


def test_a_declared_strength_gives_a_verdict():
    size = planned("samplesize.r2=0.05").sample_size
    assert size.sufficient is False
    assert size.size.n_available == planned().n_people
    assert "237 needed as declared; too few, most of all for criterion 3" in size.sentence
    enough = planned_size(checked("samplesize.r2=0.9").prepared, 400, 3)
    assert enough.sufficient is True


def test_without_one_the_least_strength_that_is_enough_is_told():
    size = planned_size(checked().prepared, 400, 30)
    assert size.sufficient is None
    at, below = (
        planned_size(checked(f"samplesize.r2={size.least_strength - less:.2f}").prepared, 400, 30)
        for less in (0.0, 0.01)
    )
    assert (at.sufficient, below.sufficient) == (True, False)


def test_few_people_are_too_few_whatever_the_model_explains():
    size = planned_size(checked().prepared, 20, 40)
    assert size.least_strength is None
    assert "too few even if the model's R² were 0.95" in size.sentence


def test_an_expectation_that_contradicts_every_strength_gives_none():
    def refuse(strength):
        raise ConfigError("contradicts")

    assert _least_strength(refuse) is None


def test_held_out_people_are_counted():
    plan = planned("validation.holdout={variable: sex, test: [male]}")
    assert 0 < plan.n_holdout < 100


def test_a_data_frame_may_stand_in_place_of_the_cohort():
    frame = checked().prepared.cohort.frame
    plan = plan_study(small_study(), source=frame, timed=False, tracked=False)
    assert plan.n_people == planned().n_people
    assert plan.summary[2].startswith(f"Cohort: {plan.n_people} people")
