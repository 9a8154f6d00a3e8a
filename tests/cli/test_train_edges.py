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

    def trained(case):
        config = CASES / case / "config.yaml"
        code, out, err = run(capsys, "train", config, "--out", "models", *SMALL)
        assert code == 0, err
        (found,) = Path("models").glob("*/1/evidence.json")
        return json.loads(found.read_text()), out, err, found.parent

    return trained


def test_a_predictor_that_nearly_separates_the_outcome_ends_with_a_bundle(train):
    # C about 0.98: splines of some refits' risks separate those with the event from the others.
    evidence, *_ = train("strong_predictor")
    assert evidence["optimism"]["not_available"] == {}
    assert evidence["stability"]["calibration"]["calibration_slope"]["value"] > 1.0


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
    assert reason in out
    assert "added value of the blocks of predictors" in (bundle / "report.html").read_text()
