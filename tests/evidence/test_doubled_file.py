"""A file in which everybody stands twice, from its check to its evidence."""

import contextlib
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from blank_figures import figures_left_blank
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.cohort.checks.rules import check_cohort
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.inference.samplesize import assess_study

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
N = 150


@pytest.fixture(scope="module")
def doubled(tmp_path_factory):
    frame = simulate_cohort("stupar", n=N, seed=4).frame
    frame["person_id"] = [f"p{i}" for i in range(N)]
    frame.loc[7, "age_years"] = 105.0
    frame["site"] = [f"s{i % 3}" for i in range(N)]
    path = tmp_path_factory.mktemp("doubled") / "cohort.csv"
    pd.concat([frame, frame]).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained_and_printed(doubled):
    words = (
        "train", str(CONFIG), "--cohort", str(doubled), "--out", str(doubled.parent),
         "--workers", "1", "--set", "tracking.enabled=false",
         "--set", "tuning.trials=1", "--set", "tuning.folds=3", "--set", "association.cluster=site",
         "--set", "validation.resamples=20", "--set", "validation.interval_resamples=100",
         "--set", "families={linear: {spline_knots: 0, l1_share: 0, penalty: 0.1}}",
    )  # fmt: skip
    with figures_left_blank(), contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(words) == 0
    return read_bundle(doubled.parent / "stupar" / "1"), printed.getvalue()


@pytest.fixture(scope="module")
def trained(trained_and_printed):
    return trained_and_printed[0]


@pytest.mark.slow
def test_the_evidence_counts_people_and_says_that_rows_are_copies(trained):
    evidence = trained.evidence
    n_people = evidence["n_people"]
    assert evidence["n_analysed"] == 2 * n_people
    assert evidence["sample_size"]["n"] == n_people
    sizes = f"{n_people} people ({2 * n_people} rows) available, "
    assert evidence["sample_size"]["sentence"].startswith(sizes)
    assert "enough for every" not in evidence["sample_size"]["sentence"]
    caution = "CAUTION: 150 rows of the file are exact copies of an earlier row."
    assert any(line.startswith(caution) for line in evidence["summary"])
    notes = " ".join(evidence["association"]["notes"])
    assert f"{2 * n_people} rows with a known outcome, of {n_people} people, the same" in notes
    assert f"{2 * n_people} rows in 3 sites" in notes
    report = trained.file_bytes("report.html").decode()
    assert f"{2 * n_people} rows with a known outcome, of {n_people} people" in report
    assert f"Out-of-fold predictions of {2 * n_people} rows" in report
    assert f"of {2 * n_people} people" not in report


def test_check_counts_persons_and_finds_the_copies(doubled, capsys):
    assert main(["check", str(doubled)]) == 0
    out = capsys.readouterr().out
    assert f"cohort.csv: {2 * N} rows, of {N} persons;" in out
    assert "one a person" not in out
    assert main(["check", str(doubled), "--json"]) == 0
    found = {row["code"]: row for row in json.loads(capsys.readouterr().out)["findings"]}
    assert found["COPIED_ROWS"]["count"] == N
    assert found["COPIED_ROWS"]["rows"][0] == N + 2


def test_samplesize_counts_people(doubled, capsys):
    assert main(["samplesize", str(CONFIG), "--cohort", str(doubled), "--r2", "0.3"]) == 0
    out = capsys.readouterr().out
    known = pd.read_csv(doubled).drop_duplicates()
    n = known.loc[
        known["hip_replacement_before_followup"] != "yes", "womac_function_followup_0_100"
    ].notna()
    assert f"{n.sum()} people with a known outcome" in out


def findings(frame):
    found = check_cohort(frame, unreadable={}, grain="person", stacked=False, source={})
    return [finding for finding in found if finding.code == "COPIED_ROWS"]


def test_rows_without_persons_are_copies_only_where_chance_does_not_make_them():
    frame = simulate_cohort("stupar", n=60, seed=1).frame.drop(columns="person_id", errors="ignore")
    assert findings(frame) == []
    whole = frame.dropna().head(30).reset_index(drop=True)
    twice = pd.concat([whole, whole.head(7)], ignore_index=True)
    assert [finding.count for finding in findings(twice)] == [7]
    coarse = pd.DataFrame({"sex": ["female", "male"] * 30, "age_years": [60.0, 70.0] * 30})
    assert findings(coarse) == []


def test_rows_are_told_beside_people():
    config = load_config(CONFIG)
    finding = assess_study(config, n=300, n_rows=400, n_parameters=9, strength=None)
    assert finding.sentence.startswith("300 people (400 rows) and 9 candidate parameters")


@pytest.mark.slow
def test_training_prints_the_corrected_value_beside_its_own_interval(trained_and_printed):
    bundle, printed = trained_and_printed
    found = bundle.evidence["metrics"]
    row = next(line for line in printed.splitlines() if line.startswith("R² "))
    corrected, apparent = found["r2_corrected"], found["r2_apparent"]
    assert corrected["low"] != apparent["low"]
    cells = re.split(r"  +", row)
    as_printed = [
        f"{one['value']:.2f} ({one['low']:.2f} to {one['high']:.2f})"
        for one in (corrected, apparent)
    ]
    assert [cells[1], cells[3]] == as_printed
    assert "report the optimism-corrected" in printed


@pytest.mark.slow
def test_few_resamples_are_said(trained):
    caution = "CAUTION: only 20 bootstrap resamples, so intervals are imprecise"
    assert any(line.startswith(caution) for line in trained.evidence["summary"])


@pytest.mark.slow
def test_findings_in_the_evidence_point_at_nobody(trained, doubled, capsys):
    found = trained.evidence["findings"]
    assert not any("rows" in finding for finding in found)
    unusual = next(one for one in found if one["column"] == "age_years")
    assert unusual["count"] is None
    assert "<td>fewer than 5</td>" in trained.file_bytes("report.html").decode()
    assert all(one["count"] is None or one["count"] == 0 or one["count"] >= 5 for one in found)
    # The check itself says where.
    assert main(["check", str(doubled), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["findings"]
    age = next(one for one in said if one["column"] == "age_years")
    assert (age["count"], age["rows"]) == (2, [9, N + 9])
