"""Drift in sentences: what moved, and what to do about it."""

import dataclasses

import numpy as np
import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.drift.cusum import calibration_cusum
from hiprisk.validation.drift.results import DriftReport, VariableDrift
from hiprisk.validation.drift.sentences import DRIFT_RULE, drift_criteria, sentences_of
from validated_people import MODEL


def variable(name, verdict, *causes, psi=0.3):
    return VariableDrift(variable=name, label=name.replace("_", " "), difference=None, psi=psi,
                         psi_by_chance=0.11, basis="levels", missing_then=0.0, missing_now=0.0,
                         verdict=verdict, causes=causes)  # fmt: skip


def report(*variables, watch=None, **more):
    more = {"simulated": False, "watch_note": "no outcome is known", **more}
    return DriftReport(model=MODEL, cohort="c.csv", cohort_fingerprint="ab", n_rows=100,
                       refused={}, variables=variables, predictions=None, watch=watch,
                       found=False, summary=(), **more)  # fmt: skip


def said(*variables, **more):
    return list(sentences_of(report(*variables, **more)))


def test_nothing_moved():
    lines = said(variable("age", "steady"), variable("sex", "not known"))
    assert lines == ["No predictor drift.", "No calibration CUSUM: no outcome is known."]


def test_what_moved_is_named_by_its_label_and_units_are_to_be_checked_first():
    lines = said(
        variable("knee_pain", "some drift"), variable("flexion", "much drift", "another unit")
    )
    assert lines[0] == "Predictor drift: knee pain, flexion."
    assert lines[1] == "Check units and codes before you update the model: flexion."


def test_a_simulated_cohort_is_said_first():
    assert "simulated" in said(simulated=True)[0].lower()


def watched(error, n_fitted=None):
    rng = np.random.default_rng(3)
    predicted = rng.normal(50, 10, 400)
    times = [f"{i // 20:02d}" for i in range(400)]
    return calibration_cusum(predicted + rng.normal(0, 8, 400) + error, predicted, times,
                             kind="continuous", n_simulations=200, n_fitted=n_fitted)  # fmt: skip


def test_no_alarm_needs_no_update():
    line = said(watch=watched(0.0, n_fitted=900))[-1]
    assert "no alarm over 400 people" in line
    assert "development cohort of 900" in line
    assert "No update is needed" in line


@pytest.mark.parametrize(("error", "side"), [(4.0, "low"), (-4.0, "high")])
def test_an_alarm_names_its_side_and_the_people_to_update_on(error, side):
    watch = watched(error)
    alarm, advice = said(watch=watch)[-2:]
    assert f"predictions too {side}" in alarm
    assert "development sample size is not known" in alarm
    # The error is the same at all times.
    assert "hiprisk update BUNDLE COHORT" in advice
    changed = dataclasses.replace(watch, change_p_value=0.001)
    assert "hiprisk update BUNDLE RECENT" in said(watch=changed)[-1]


def test_a_sum_at_its_limit_is_inconclusive():
    calm = watched(0.0, n_fitted=900)
    assert 0.0 < calm.limit_error < 0.3
    assert not calm.is_at_limit
    farthest = max(map(abs, calm.cusum))
    edge = dataclasses.replace(calm, limit=farthest * 1.001)
    (line,) = [one for one in said(watch=edge) if "CUSUM" in one]
    assert "inconclusive over 400 people" in line
    assert "within the Monte-Carlo error of its limit" in line
    assert "update" not in " ".join(said(watch=edge))


def test_a_change_at_the_level_is_inconclusive():
    alarm = dataclasses.replace(watched(6.0), change_p_value=0.06)
    assert alarm.change_p_error > 0.0
    edge = dataclasses.replace(alarm, change_p_error=0.01)
    assert said(watch=edge)[-1].startswith(
        "Inconclusive whether miscalibration changed over time: p = 0.060"
    )
    clear = dataclasses.replace(alarm, change_p_error=0.001)
    assert said(watch=clear)[-1].startswith("No evidence that miscalibration changed")


def test_what_decided_is_named():
    """Two variables that moved equally far may differ in their distribution."""
    gap = Estimate(name="d", value=-0.4, low=-0.6, high=-0.2)
    assert drift_criteria(variable("age", "steady", psi=0.05)) == ""
    assert drift_criteria(variable("age", "some drift", psi=0.13)) == "PSI 0.13 > 0.11"
    found = variable("age", "some drift", "missing in 5 %", "another unit", psi=0.05)
    found = dataclasses.replace(found, difference=gap)
    assert drift_criteria(found) == "difference, missing values, values or units"
    assert "above 0.10" in DRIFT_RULE
    assert "0.25 SD" in DRIFT_RULE
