"""Time is measured here and multiplied by the counts; what is tested is the arithmetic."""

import pytest

from hiprisk.config import EstimatorSettings, Range, SettingRange
from hiprisk.config.model_types import BoostingSettings, LinearSettings
from hiprisk.errors import InputError
from hiprisk.planning import timing
from hiprisk.planning.timing import Cost, cpu_seconds, measured_costs, seconds_of, settings_between
from hiprisk.planning.work import Work, planned_work
from planned_study import checked


def work(**changes):
    return Work(**{"name": "w", "what": "", "n_fits": 1, "unit": "fit", "n_units": 10} | changes)


def test_time_is_the_measured_unit_times_their_number():
    costs = {("fit", "linear"): Cost(1.0, 2.0)}
    found = seconds_of(work(family="linear"), costs, workers=1)
    assert found == Cost(timing.NARROWEST * 10.0, timing.WIDEST * 20.0)


def test_workers_share_what_is_spread_and_nothing_else():
    costs = {("fit", None): Cost(1.0, 1.0)}
    alone = seconds_of(work(spread=False), costs, workers=4)
    spread = seconds_of(work(), costs, workers=4)
    assert alone.low == pytest.approx(4.0 * spread.low)
    assert alone.high > spread.high > alone.high / 4.0


def test_what_was_not_measured_has_no_time():
    assert seconds_of(work(), {}, workers=1) is None


def test_every_part_of_a_study_is_measured():
    study = checked("families={linear: {}, boosting: {n_trees: [2, 4]}}").prepared
    parts = planned_work(study, blocks_compared=True, tracked=True)
    costs = measured_costs(study, parts, reading=0.5)
    assert costs["reading", None] == Cost(0.5, 0.5)
    assert all((part.unit, part.family) in costs for part in parts)
    assert all(0.0 <= cost.low <= cost.high for cost in costs.values())


def test_many_rows_are_measured_on_some_of_them(monkeypatch):
    monkeypatch.setattr(timing, "MOST_ROWS", 30)
    study = checked().prepared
    parts = planned_work(study, blocks_compared=False, tracked=False)
    assert measured_costs(study, parts, reading=0.0)["fit", "linear"].high > 0.0


def test_settings_are_taken_between_the_ends_of_a_search():
    settings = BoostingSettings(n_trees=Range(low=20, high=101), max_leaves=(5, 2, 3), l2=4.0)
    assert settings_between(settings, "boosting", 0.0)["n_trees"] == 20
    found = settings_between(settings, "boosting", 0.5)
    assert (found["n_trees"], found["max_leaves"], found["l2"]) == (60, 3, 4.0)
    linear = LinearSettings(penalty=Range(low=0.01, high=1.0, log=True))
    assert settings_between(linear, "linear", 0.5)["penalty"] == pytest.approx(0.1)


def test_settings_of_an_own_candidate_keep_their_types():
    settings = EstimatorSettings(
        estimator="a.B",
        fixed={"d": None},
        search={"a": ("x", None), "b": SettingRange(low=1, high=4), "c": (9, 3, 6.0)},
    )
    found = settings_between(settings, "mine", 1.0)
    assert found == {"d": None, "a": None, "b": 4, "c": 9}
    assert type(settings_between(settings, "mine", 0.5)["b"]) is int


def test_own_candidates_are_measured_and_a_benchmark_is_no_refit():
    own = "{estimator: sklearn.neighbors.KNeighborsRegressor, fixed: {n_neighbors: 5}}"
    study = checked(f"families={{mean: null, linear: {{}}, near: {own}}}").prepared
    work_of_it = planned_work(study, blocks_compared=False, tracked=False)
    costs = measured_costs(study, work_of_it, reading=0.0)
    assert costs["fit", "near"].high > 0.0


def test_what_refuses_in_the_study_is_not_measured():
    def refuse():
        raise InputError("no")

    assert timing._unless_refused(refuse) == {}


def test_a_long_measurement_is_taken_once(monkeypatch):
    monkeypatch.setattr(timing, "ENOUGH_SECONDS", -1.0)
    calls = []
    assert cpu_seconds(lambda: calls.append(1), times=5) >= 0.0
    assert len(calls) == 1
