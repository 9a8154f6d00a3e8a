"""Licences and bill of materials hold every package that is locked."""

import importlib.util
import json
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def from_locks(name):
    spec = importlib.util.spec_from_file_location(f"locked_{name}", ROOT / "locks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def packages():
    return from_locks("packages")


def names_of_the_lock():
    lines = (ROOT / "locks" / "train.txt").read_text(encoding="utf-8").splitlines()
    return {tuple(line.split()[0].split("==")) for line in lines if "==" in line.split(" ")[0]}


def test_every_locked_package_has_its_licence_on_the_page():
    page = (ROOT / "docs" / "reference" / "licences.md").read_text(encoding="utf-8")
    cells = [[c.strip() for c in line.split("|")] for line in page.splitlines() if "|" in line][2:]
    assert {(name, version) for _, name, version, *_ in cells} == names_of_the_lock()
    assert all(licence for _, _, _, licence, *_ in cells)
    assert len(cells) > 90


def test_the_page_is_current(packages):
    assert packages.PAGE.read_text(encoding="utf-8") == packages.page(), (
        "run python locks/packages.py licences"
    )


def test_what_is_stated_by_hand_cannot_be_read(packages):
    for name in packages.STATED:
        with pytest.raises(metadata.PackageNotFoundError, match=name):
            metadata.distribution(name)


def test_the_bill_of_materials_is_whole_and_the_same_each_time(packages, tmp_path):
    texts = []
    for name in ("one.json", "two.json"):
        packages.main(["sbom", str(tmp_path / name)])
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    bill = json.loads(texts[0])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    components = bill["components"]
    assert {(one["name"], one["version"]) for one in components} == names_of_the_lock()
    assert all(one["licenses"][0]["expression"] for one in components)
    known = {one["bom-ref"] for one in components} | {bill["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in bill["dependencies"]} == known
    needs = {one["ref"].partition("@")[0]: one["dependsOn"] for one in bill["dependencies"]}
    assert set().union(*needs.values()) <= known
    assert any("scikit-learn@" in ref for ref in needs["pkg:pypi/hiprisk"])
    assert any("numpy@" in ref for ref in needs["pkg:pypi/scikit-learn"])


CLEAN = {"name": "numpy", "version": "2.5.1", "vulns": []}
SKIPPED = {"name": "scipy", "skip_reason": "not found"}
BAD = {**CLEAN, "vulns": [{"id": "PYSEC-0", "fix_versions": ["2.5.2"]}]}


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([[CLEAN]], 0, "pypi: 1 of 1 packages of train.txt looked up, 0 vulnerable"),
        ([[BAD, SKIPPED]], 1, "pypi: numpy 2.5.1: PYSEC-0 (fixed in: 2.5.2)"),
        ([[CLEAN, SKIPPED], [CLEAN, CLEAN]], 0, "osv: 2 of 2 packages"),
        ([[SKIPPED], "no answer"], 5, "nothing follows about their vulnerabilities"),
        (["no answer", []], 5, "pypi: cannot be asked: no answer"),
    ],
)
def test_an_audit_without_advisories_is_no_clean_one(capsys, answers, code, said):
    audit = from_locks("audit")
    waiting = iter(answers)
    assert audit.audit(audit.LOCK, lambda lock, source: next(waiting)) == code
    assert said in capsys.readouterr().out
