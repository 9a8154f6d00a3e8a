"""Studies at the edge: each ends with a bundle, and says what it could not compute."""

import json
from pathlib import Path

import pytest

from commands import run

CASES = Path(__file__).parents[1] / "cases"
SMALL = ["--set", "samplesize.simulations=20", "--set", "subgroups.resamples=50"]


@pytest.fixture
def train(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def trained(case, name="config.yaml"):
        config = CASES / case / name
        code, out, err = run(capsys, "train", config, "--workers", 1, "--out", "models", *SMALL)
        assert code == 0, err
        (found,) = Path("models").glob("*/1/evidence.json")
        return json.loads(found.read_text()), out, err, found.parent

    return trained


@pytest.mark.slow
def test_a_predictor_that_nearly_separates_the_outcome_ends_with_a_bundle(train):
    # C about 0.98: splines of some refits' risks separate those with the event from the others.
    evidence, *_ = train("strong_predictor")
    assert evidence["optimism"]["not_available"] == {}
    assert evidence["stability"]["calibration"]["calibration_slope"]["value"] > 1.0


@pytest.mark.slow
def test_an_event_of_a_few_people_keeps_the_figures_that_it_can_give(train):
    # 6 of 150.
    evidence, _, err, _ = train("rare_event")
    assert (
        "warning[FEW_EVENTS]: womac_function_followup_0_100: score of 73.6 or more: 6 people "
        in err
    )
    assert "FEW_EVENTS" in {found["code"] for found in evidence["findings"]}
    event = evidence["events"]["severe"]
    assert (event["n_events"], event["reason"]) == (6.0, None)
    assert 0.5 < event["metrics"]["c_statistic"]["value"] <= 1.0


@pytest.mark.slow
def test_a_part_that_cannot_be_computed_says_why_everywhere(train):
    evidence, out, err, bundle = train("rare_level")
    # At the start, by name and with counts; what is published points at nobody.
    said = err.index("warning[RARE_LEVEL]: education: level ")
    assert said < err.index("bootstrap")
    (rare,) = [found for found in evidence["findings"] if found["code"] == "RARE_LEVEL"]
    assert "fewer than 5 people" in rare["message"]
    assert evidence["added"] is None
    reason = evidence["not_available"]["added"]
    assert "join rare levels" in reason
    # As in subgroups, no count below the smallest cell.
    assert "has fewer than 10 rows, " in reason
    assert reason in out
    assert "added value of the blocks of predictors" in (bundle / "report.html").read_text()


def test_refits_refused_too_often_leave_the_rest_of_the_evidence(train, capsys):
    # 2 of 60 have the event; more than a tenth of the resamples have none of them.
    evidence, out, _, bundle = train("refused_refits", "two_events.yaml")
    optimism, lacking = evidence["optimism"], evidence["not_available"]
    reason = (
        f"the model could not be fitted on {optimism['n_refused']} of 30 resamples: the outcome "
        "has one class only"
    )
    assert optimism["n_refused"] + optimism["n_resamples"] == 30
    assert (optimism["metrics"], optimism["not_available"]["c_statistic"]) == ({}, reason)
    for part in ("optimism", "refits", "calibration_corrected", "stability"):
        assert lacking[part].startswith(reason)
    assert (evidence["stability"], evidence["calibration_corrected"]) == (None, None)
    assert "so that a coefficient has no finite estimate (" in lacking["added"]
    # What needs no refits stands.
    assert evidence["metrics"]["c_statistic_apparent"]["value"] > 0.9
    assert evidence["events"]["outcome"]["metrics"]["c_statistic"]["value"] > 0.9
    assert not [name for name in evidence["metrics"] if name.endswith("_corrected")]
    assert "explains nothing" not in evidence["sample_size"]["sentence"]
    assert reason in out
    assert "out-of-fold" in out
    for name in ("card.md", "report.html"):
        said = (bundle / name).read_text()
        assert "Optimism-corrected performance is not available: the model could not" in said
        assert "decision curves are optimism-corrected" not in said
    code, out, _ = run(capsys, "models", "--root", "models")
    assert code == 0
    assert "C statistic, out-of-fold 0.9" in out
    code, out, _ = run(capsys, "sheet", "show", bundle)
    assert code == 0
    assert "no intervals: no bootstrap models" in out


def test_a_score_keeps_its_cross_validated_error_without_refits(train):
    # A level of 2 people, absent from more than a tenth of the resamples, in an unpenalised model.
    evidence, out, _, bundle = train("refused_refits", "two_men.yaml")
    lacking = evidence["not_available"]
    assert set(lacking) == {"optimism", "refits", "calibration_corrected", "stability"}
    assert "a column does not vary or is a linear combination of others" in lacking["optimism"]
    assert {"r2", "rmse", "crps", "ici"} <= set(evidence["optimism"]["not_available"])
    assert evidence["metrics"]["rmse_cross_validated"]["value"] > 0.0
    assert "cross-validated" in out
    assert "Mean absolute error" not in out
    assert "Cross-validated" in (bundle / "card.md").read_text()
    assert evidence["events"]["severe"]["decision_corrected"] is None
    # The sheet has the covariance of its own fit.
    model = json.loads((bundle / "sheet.json").read_text())["model"]
    assert model["covariance"] is not None
    assert model.get("refits") is None
