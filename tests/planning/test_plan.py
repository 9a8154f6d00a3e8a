"""A plan says what the study will do, by the checks that it begins with."""

import pytest

from hiprisk.errors import ConfigError
from hiprisk.planning import plan_study
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


def test_held_out_people_are_counted():
    plan = planned("validation.holdout={variable: sex, test: [male]}")
    assert 0 < plan.n_holdout < 100


def test_a_data_frame_may_stand_in_place_of_the_cohort():
    frame = checked().prepared.cohort.frame
    plan = plan_study(small_study(), source=frame, timed=False, tracked=False)
    assert plan.n_people == planned().n_people
    assert plan.summary[2].startswith(f"Cohort: {plan.n_people} people")
