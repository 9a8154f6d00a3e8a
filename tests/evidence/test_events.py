"""What acting on an event's chance is worth, in every form of the evidence."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.evidence.document import Evidence
from hiprisk.evidence.events import events_evidence
from hiprisk.evidence.out_of_fold import out_of_fold_performance, out_of_fold_sample
from hiprisk.metrics.clinical_utility.net_benefit import (
    interventions_avoided,
    net_benefit,
    standardised_net_benefit,
)
from hiprisk.validation.performance.results import Performance

FUNCTIONS = {
    "net_benefit": net_benefit,
    "standardised_net_benefit": standardised_net_benefit,
    "interventions_avoided": interventions_avoided,
}


@pytest.fixture(scope="module")
def evidence(finished_binary):
    sample = out_of_fold_sample(finished_binary)
    return events_evidence(
        finished_binary, sample, out_of_fold_performance(finished_binary, sample)
    )


def named(evidence):
    """Metrics of a study that has nothing but these events."""
    whole = SimpleNamespace(
        optimism=SimpleNamespace(estimates=tuple), apparent=(), cross_validation=None, holdout=None,
        out_of_fold=Performance(n=0), events=evidence, added=None,
        association=None,
    )  # fmt: skip
    return dict(Evidence._estimates(whole))


def test_declared_thresholds_are_evaluated_out_of_fold_with_intervals(evidence, finished_binary):
    study, metrics = finished_binary, named(evidence)
    y = study.data.outcome[study.out_of_fold.rows]
    for threshold in (0.125, 0.5):
        for name, function in FUNCTIONS.items():
            found = metrics[f"{name}_{threshold:g}_outcome_out_of_fold"]
            value = function(y, study.out_of_fold.predicted, threshold=threshold)
            assert found.value == pytest.approx(value, abs=1e-9)
            assert found.low <= found.value <= found.high


def test_corrected_values_lose_the_mean_optimism_of_the_refits(evidence, finished_binary):
    study, metrics = finished_binary, named(evidence)
    rows = np.flatnonzero(study.known)
    y = study.data.outcome[rows]
    pairs = list(zip(study.refits.predicted[:, rows], study.refits.counts[:, rows], strict=True))
    for name in ("net_benefit", "interventions_avoided"):
        function = FUNCTIONS[name]
        apparent = function(y, study.apparent[rows], threshold=0.5)
        training = np.mean([net_benefit(y, p, threshold=0.5, weights=c) for p, c in pairs])
        test = np.mean([net_benefit(y, p, threshold=0.5) for p, _ in pairs])
        # At odds of one, an intervention avoided per 100 is 0.01 of net benefit.
        unit = 100.0 if name == "interventions_avoided" else 1.0
        found = metrics[f"{name}_0.5_outcome_corrected"]
        assert found.value == pytest.approx(apparent - unit * (training - test), abs=1e-9)
        assert found.low < found.value < found.high


def test_the_out_of_fold_curve_has_bands(evidence):
    (one,) = evidence.events
    curve = one.out_of_fold.decision
    assert len(curve.low) == len(curve.avoided_high) == len(curve.thresholds) == 100
    assert 0.125 in curve.thresholds


def test_table_and_json_hold_the_same(evidence):
    frame = evidence.to_frame().set_index("metric")
    plain = json.loads(json.dumps(evidence.to_dict(), allow_nan=False))["outcome"]
    for name in ("net_benefit_0.125", "interventions_avoided_0.5"):
        assert plain["utility"][name]["low"] == frame.loc[name, "low"]
        assert plain["utility_corrected"][name]["high"] == frame.loc[f"{name}_corrected", "high"]


def test_a_binary_outcome_is_one_event_with_one_interval_a_metric(evidence, finished_binary):
    sample = out_of_fold_sample(finished_binary)
    whole = out_of_fold_performance(finished_binary, sample)
    (one,) = evidence.events
    assert one.out_of_fold.estimates == whole.predictions
    assert one.out_of_fold.calibration == whole.calibration
