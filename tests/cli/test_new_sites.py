"""Rows of sites that a model with named sites does not have: counted, and not as missing."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.bundle import BundleContents, read_bundle, write_bundle
from site_sheet import site_sheet

N_NEW = 60


@pytest.fixture
def elsewhere(cohort_folder, invented, simulated):
    """A model with named sites, and a cohort a part of which is of other ones."""
    sheet = replace(site_sheet(), name="named")
    events = [asdict(event) for event in sheet.outcome.events]
    config = {"outcome": {**read_bundle(invented).config["outcome"], "events": events}}
    contents = BundleContents(
        sheet=sheet, config=config, evidence={}, run={}, card="",
        cohort_fingerprint="0" * 64, created_with={},
    )  # fmt: skip
    write_bundle(Path("models"), "named", contents)
    people = simulated.head(300).copy()
    people["site"] = ["East"] * N_NEW + ["North"] * (len(people) - N_NEW)
    people.to_csv("sites.csv", index=False)
    return "sites.csv"


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("validate", "--resamples", "50"), ("validate", "--expected"), ("drift",)],
    ids=["validate", "expected", "drift"],
)
def test_new_sites_are_counted_and_not_missing(capsys, elsewhere, command):
    name, *options = command
    code, found = answer(capsys, name, "named", elsewhere, *options)
    assert code == 0
    (warning,) = [one for one in found["warnings"] if one["code"] == "NEW_SITE"]
    # Rows without a prediction or an outcome are not counted.
    assert 0 < warning["count"] <= N_NEW
    assert "is not among the model's: the mean of the sites is used" in warning["message"]
    shifts = found.get("case_mix") or {"columns": []}
    of_site = [one for one in shifts["columns"] if one["column"].startswith("site=")]
    assert all(one["new_missing"] == 0.0 for one in of_site)
    assert bool(of_site) == (command[0] == "validate" and "--expected" not in command)


def test_new_sites_are_not_said_to_be_imputed(capsys, elsewhere):
    code, out, err = run(capsys, "validate", "named", elsewhere, "--resamples", "50")
    assert code == 0
    assert "NEW_SITE" in err
    assert "rows is not among the model's" in " ".join(out.split())
    imputed = [line for line in out.splitlines() if line.startswith("Imputed by the sheet")]
    assert not any("site" in line for line in imputed)
