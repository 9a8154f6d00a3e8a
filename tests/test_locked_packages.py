"""Licences and bill of materials hold every package that is locked."""

import importlib.util
import json
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def packages():
    place = ROOT / "locks" / "packages.py"
    spec = importlib.util.spec_from_file_location("locked_packages", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def test_a_package_without_a_licence_is_told(packages, monkeypatch):
    class Silent:
        metadata = metadata.metadata("huey")
        files = ()

    monkeypatch.setattr(packages.metadata, "distribution", lambda name: Silent)
    with pytest.raises(LookupError, match="huey states no licence"):
        packages.licence("huey")
