"""Parts that contradict each other are refused, though every hash was made to fit."""

import json

import pytest

from commands import run
from hiprisk.bundle import BundleContents, read_bundle, write_bundle
from hiprisk.bundle.manifest import MANIFEST
from hiprisk.errors import BundleError
from hostile_bundles import seal, write_manifest
from small_bundle import small_sheet, write_small_bundle

OUTCOME = {
    "variable": "womac_function_followup_0_100", "kind": "continuous", "higher_is": "worse",
    "horizon_months": 12.0, "baseline": "womac_function_0_100", "bounds": [0.0, 100.0],
    "event_level": None,
    "events": [
        {"name": "worsening", "label": "worse by at least 10 points", "direction": "above",
         "reference": "baseline", "value": 10.0},
        {"name": "acceptable_state", "label": "41.2 or less", "direction": "below",
         "reference": "fixed", "value": 41.2},
    ],
}  # fmt: skip
PARENT = {"parent_name": "small", "parent_version": "1", "parent_lineage": None}
LINEAGE = {**PARENT, "method": "intercept", "cohort_fingerprint": "0" * 64, "n": 300}
STATED = {
    "config.json": {
        "name": "small", "title": "A small model", "intended_use": "Tests only.",
        "cohort": {"simulate": {"preset": "stupar", "n": 300}}, "outcome": OUTCOME,
    },
    "evidence.json": {
        "name": "small", "title": "A small model", "provenance": "simulated", "family": "linear",
        "kind": "continuous", "metrics": {},
    },
}  # fmt: skip


@pytest.fixture
def whole(tmp_path):
    """A bundle each part of which states all that a study's does."""
    config = STATED["config.json"]
    contents = BundleContents(
        sheet=small_sheet(), config={**config, "variables": {}}, evidence=STATED["evidence.json"],
        run={"written": "2026-11-27T00:00:00Z", "mlflow_run": None},
        study=json.dumps({"config": config, "files": {}}).encode(), card="",
        cohort_fingerprint="0" * 64, created_with={},
    )  # fmt: skip
    return write_bundle(tmp_path, "small", contents)


@pytest.fixture
def updated(tmp_path):
    """The same of an updated model, of people who were not simulated."""
    config = {**STATED["config.json"], "update": {"parent": PARENT}}
    contents = BundleContents(
        sheet=small_sheet(provenance="real"), config=config, run={"lineage": LINEAGE}, card="",
        evidence={"name": "small", "metrics": {}, "lineage": LINEAGE}, lineage=LINEAGE,
        cohort_fingerprint="0" * 64, created_with={},
    )  # fmt: skip
    return write_bundle(tmp_path, "small", contents)


def change(folder, file, path, value):
    """One value of a part changed, and every hash made to fit."""
    document = json.loads((folder / file).read_text())
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    if file == MANIFEST:
        write_manifest(folder, document)
    else:
        seal(folder, {file: json.dumps(document).encode()})


def refused(folder, code="CONTRADICTION"):
    with pytest.raises(BundleError, match=r"\.json: ") as caught:
        read_bundle(folder).check()
    assert (caught.value.code, caught.value.exit_code) == (code, 4)
    return str(caught.value)


def test_what_agrees_is_taken(whole, updated):
    read_bundle(whole).check()
    read_bundle(updated).check()


MANIFEST_FORMS = [
    ("name", "Other"), ("version", "0"), ("version", "one"), ("provenance", "invented"),
    ("bundle_sha256", "A" * 64), ("cohort_fingerprint", "somebody"), ("lineage", "small@1"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), MANIFEST_FORMS)
def test_a_manifest_says_only_what_hiprisk_writes(whole, key, value):
    change(whole, MANIFEST, [key], value)
    assert f"the manifest's {key} is not one that hiprisk writes" in refused(whole, "MANIFEST")


@pytest.mark.parametrize("version", [True, 1.0, "1", 2])
def test_a_schema_version_is_a_whole_number(whole, version):
    change(whole, MANIFEST, ["schema_version"], version)
    shown = version if version == 2 else "unknown"
    assert f"the bundle has schema version {shown}" in refused(whole, "VERSION")


def test_a_sheets_schema_version_is_no_truth_value(whole):
    change(whole, "sheet.json", ["schema_version"], True)
    refused(whole, "VERSION")


@pytest.mark.parametrize(
    ("file", "path", "value", "said"),
    [
        (MANIFEST, ["name"], "other", "config.json: its name is not that of manifest.json"),
        (MANIFEST, ["intended_use"], "For every patient.", "its intended_use is not"),
        (MANIFEST, ["provenance"], "real", "its provenance is not that of config.json"),
        (MANIFEST, ["lineage"], LINEAGE, "its parent is not that of manifest.json"),
        ("config.json", ["name"], "other", "config.json: its name is not that of manifest.json"),
        ("config.json", ["published"], {"name": "other"}, "its name is not that of"),
        ("config.json", ["published"], {"name": "small"}, "its provenance is not that of config"),
        ("config.json", ["update"], {"parent": PARENT}, "its lineage is not that of manifest.json"),
        ("config.json", ["seed"], 7, "study.json: its config is not that of config.json"),
        ("study.json", ["config", "title"], "Another", "its config is not that of config.json"),
        ("run.json", ["lineage"], LINEAGE, "run.json: its lineage is not that of manifest.json"),
        ("evidence.json", ["lineage"], LINEAGE, "its lineage is not that of manifest.json"),
        ("sheet.json", ["name"], "other", "sheet.json: its name is not that of manifest.json"),
        ("sheet.json", ["intended_use"], "Use it.", "its intended_use is not that of manifest"),
        ("sheet.json", ["provenance"], "real", "its provenance is not that of manifest.json"),
        ("sheet.json", ["title"], "Another", "sheet.json: its title is not that of config.json"),
        ("sheet.json", ["outcome", "variable"], "pain", "its outcome.variable is not that of"),
        ("sheet.json", ["outcome", "higher_is"], "better", "its outcome.higher_is is not"),
        ("sheet.json", ["outcome", "horizon_months"], 24.0, "its outcome.horizon_months is not"),
        ("sheet.json", ["outcome", "upper"], 50.0, "its outcome.bounds is not that of config"),
        ("sheet.json", ["outcome", "events", 0, "value"], 20.0, "its outcome.events is not"),
        ("evidence.json", ["name"], "other", "evidence.json: its name is not that of sheet.json"),
        ("evidence.json", ["title"], "Another", "its title is not that of sheet.json"),
        ("evidence.json", ["provenance"], "real", "its provenance is not that of sheet.json"),
        ("evidence.json", ["kind"], "binary", "its kind is not that of sheet.json"),
        ("evidence.json", ["family"], "boosting", "its family is not that of sheet.json"),
    ],
)
def test_two_parts_of_a_fitted_model_that_differ(whole, file, path, value, said):
    change(whole, file, path, value)
    assert said in refused(whole)


@pytest.mark.parametrize(
    ("file", "path", "value", "said"),
    [
        (MANIFEST, ["lineage"], None, "config.json: its lineage is not that of manifest.json"),
        (MANIFEST, ["lineage", "parent_name"], "other", "its parent is not that of manifest"),
        (MANIFEST, ["cohort_fingerprint"], "1" * 64, "its cohort_fingerprint is not that of"),
        ("config.json", ["update"], None, "config.json: its parent is not that of manifest.json"),
        ("evidence.json", ["lineage", "n"], 9, "evidence.json: its lineage is not that of"),
    ],
)
def test_two_parts_of_an_updated_model_that_differ(updated, file, path, value, said):
    change(updated, file, path, value)
    assert said in refused(updated)


def test_older_words_are_no_contradiction(whole):
    change(whole, MANIFEST, ["provenance"], "synthetic")
    change(whole, "evidence.json", ["provenance"], "synthetic")
    read_bundle(whole).check()


def test_a_model_found_by_its_name_has_that_name(tmp_path, monkeypatch, capsys):
    folder = write_small_bundle(tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    folder.rename(folder.with_name("2"))
    folder.parent.rename(tmp_path / "models" / "large")
    for name in ("large", "large@2"):
        code, _, err = run(capsys, "predict", name, "--age-years", "63")
        assert (code, "error[CONTRADICTION]: manifest.json: name and version are not" in err) == (
            4, True,
        )  # fmt: skip
    assert read_bundle("models/large/2").name == "small"
