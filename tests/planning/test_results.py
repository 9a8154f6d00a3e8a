"""A plan is plain values and a frame; its totals are those of its parts."""

import json

import pytest

from hiprisk.planning import PlannedPart, PlannedSize, StudyPlan


def plan(*parts):
    return StudyPlan(
        name="n", title="t", kind="continuous", summary=("t",), provenance="real", flow=(),
        n_rows=10, n_people=10, n_holdout=None, n_predictors=2, n_parameters=3,
        share_missing=0.1, events=(), sample_size=PlannedSize(sentence="s", sufficient=None),
        parts=parts, workers=2, findings=(),
    )  # fmt: skip


def part(name="bootstrap", n_fits=20, **seconds):
    return PlannedPart(name=name, what="20 resamples", n_fits=n_fits, **seconds)


def test_totals_are_sums_over_parts():
    found = plan(part(seconds_low=1.0, seconds_high=2.0), part(seconds_low=3.0, seconds_high=5.0))
    assert (found.n_fits, found.seconds_low, found.seconds_high) == (40, 4.0, 7.0)
    assert found.to_dict()["seconds"] == [4.0, 7.0]


def test_a_part_without_a_time_leaves_the_others_theirs():
    assert plan(part(), part(seconds_low=1.0, seconds_high=2.0)).seconds_high == 2.0


def test_nothing_timed_has_no_time():
    found = plan(part())
    assert found.seconds_low is None
    assert found.to_dict()["seconds"] is None


def test_the_frame_has_a_row_a_part():
    frame = plan(part(), part("report", 0)).to_frame()
    assert list(frame.columns) == ["name", "what", "n_fits", "seconds_low", "seconds_high"]
    assert list(frame["n_fits"]) == [20, 0]


def test_a_plan_is_json():
    assert json.loads(json.dumps(plan(part()).to_dict()))["parts"][0]["n_fits"] == 20


def test_a_plan_is_frozen():
    with pytest.raises(AttributeError, match="cannot assign"):
        plan().name = "another"
