"""The evidence as one document: each number under one name, and plain values for JSON."""

import dataclasses
import json
from types import SimpleNamespace

import pytest

from hiprisk.evidence.document import HoldoutResult
from hiprisk.evidence.participants.baseline_characteristics import TableOne
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.performance.results import Performance


@pytest.fixture(scope="module")
def evidence(reported):
    return reported.evidence


def test_every_number_has_the_suffix_of_where_it_comes_from(evidence):
    metrics = evidence.metrics()
    assert metrics["r2_corrected"]["value"] == evidence.optimism.corrected()["r2"]
    apparent = {one.name: one for one in evidence.apparent}
    assert metrics["mae_apparent"] == apparent["mae"].to_dict()
    held_out = {one.name: one for one in evidence.holdout.model.metrics}
    assert metrics["rmse_holdout"] == held_out["rmse"].to_dict()
    reference = {one.name: one for one in evidence.holdout.reference.metrics}
    assert metrics["rmse_holdout_reference"] == reference["rmse"].to_dict()
    assert {"r2_cross_validated", "r2_out_of_fold", "crps_out_of_fold"} <= set(metrics)


def test_effects_and_gains_stand_among_the_metrics_by_name(evidence):
    metrics = evidence.metrics()
    for name, estimate in evidence.association.estimates():
        assert metrics[name] == estimate.to_dict()
    first = evidence.added.additions[0]
    name = f"added_{'_and_'.join(first.blocks)}_{first.gains[0].name}"
    assert metrics[name] == first.gains[0].estimate.to_dict()


def test_a_part_that_was_not_asked_for_leaves_no_number(evidence):
    less = dataclasses.replace(
        evidence, cross_validation=None, holdout=None, added=None, association=None, events=None
    )
    left = less.metrics()
    assert not [name for name in left if name.startswith("added_") or "holdout" in name]
    assert set(left) < set(evidence.metrics())
    assert left["r2_corrected"] == evidence.metrics()["r2_corrected"]
    assert less.to_dict()["association"] is None


def test_the_document_is_strict_json_with_its_metrics(evidence):
    plain = evidence.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["metrics"] == evidence.metrics()
    assert plain["flow"][0]["label"] == "rows in the cohort"
    # What only some studies have: own variables, another loss, own candidates, sites, a truth.
    not_in_all = {"labels", "tuning_loss", "comparisons", "by_outcome", "by_site"}
    not_in_all |= {"simulated_truth"}
    assert {field.name for field in dataclasses.fields(evidence)} - not_in_all < set(plain)


def test_people_held_out_are_told_beside_a_reference_or_without_one():
    value = Estimate(name="mae", value=2.0)
    model = Performance(n=12, metrics=(value,))
    alone = HoldoutResult(label="site: 2", model=model).to_dict()
    assert alone == {
        "label": "site: 2", "n": 12, "model": (value,), "reference_name": None, "n_compared": None,
        "model_compared": (), "reference": (),
    }  # fmt: skip
    other = Performance(n=12, metrics=(Estimate(name="mae", value=3.0),))
    both = HoldoutResult(label="site: 2", model=model, reference_name="x", reference=other)
    assert both.to_dict()["reference"][0].value == 3.0
    compared = dataclasses.replace(
        both, reference_comparison=SimpleNamespace(to_dict=lambda: {"n": 12})
    )
    assert compared.to_dict()["reference_comparison"] == {"n": 12}
    table = TableOne(groups=(("held out", 12),), n_complete=(12,), rows=(), smallest_cell=5)
    described = dataclasses.replace(both, characteristics=table).to_dict()
    assert described["characteristics"] == table.to_dict()


def test_the_loss_of_the_candidates_is_said_by_its_name(evidence):
    assert evidence.loss_label == "mean squared error"
    by_crps = dataclasses.replace(evidence, tuning_loss="crps")
    assert by_crps.loss_label == "CRPS"
    assert by_crps.to_dict()["tuning_loss"] == "crps"
    assert dataclasses.replace(by_crps, kind="binary").loss_label == "log loss"
