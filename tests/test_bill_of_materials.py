"""A bill of materials: what hiprisk requires, as it is installed, and nothing else."""

import json
from importlib import metadata

import pytest

from hiprisk import bill_of_materials as module
from hiprisk.bill_of_materials import (
    Package,
    bill_of_materials,
    bill_of_what_is_used,
    licence,
    plain_name,
)

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def bill():
    return bill_of_what_is_used(["train"])


def named(bill):
    return {one["name"]: one for one in bill["components"]}


def test_what_is_required_is_listed_by_its_installed_version(bill):
    found = named(bill)
    assert {"numpy", "pandas", "scikit-learn", "mlflow", "sqlalchemy"} <= set(found)
    for name in ("numpy", "scikit-learn"):
        assert found[name]["version"] == metadata.version(name)
        assert found[name]["licenses"] == [{"expression": licence(name)}]
    assert found["CPython"]["type"] == "platform"


def test_what_else_is_installed_is_not(bill):
    # Tests need these; no study does.
    assert not {"pytest", "ruff", "mkdocs", "hypothesis", "hiprisk"} & set(named(bill))


def test_extras_and_further_packages_bring_their_own():
    base = named(bill_of_what_is_used([]))
    assert "numpy" in base
    assert "scikit-learn" not in base
    own = named(bill_of_what_is_used([], also=["Scikit_Learn", "nowhere-to-be-found"]))
    assert {"scikit-learn", "joblib", "threadpoolctl"} <= set(own)
    assert "nowhere-to-be-found" not in own


def test_it_is_the_same_each_time_and_small(bill):
    text = json.dumps(bill)
    assert text == json.dumps(bill_of_what_is_used(["train"]))
    assert len(text) < 60_000
    assert "/" + "site-packages" not in text


def test_what_a_package_requires_is_named_by_its_address(bill):
    known = {one["bom-ref"] for one in bill["components"] if "bom-ref" in one}
    needs = {one["ref"].partition("@")[0]: one["dependsOn"] for one in bill["dependencies"]}
    assert set().union(*needs.values()) <= known
    assert any(ref.startswith("pkg:pypi/scikit-learn@") for ref in needs["pkg:pypi/hiprisk"])
    assert any(ref.startswith("pkg:pypi/numpy@") for ref in needs["pkg:pypi/scikit-learn"])
    # An extra of another package is required only where its name stands in brackets.
    assert not any("pytest" in ref for refs in needs.values() for ref in refs)


def test_a_marker_and_a_stated_licence_are_kept():
    package = Package("only-there", "1.0", "sys_platform == 'win32'")
    bill = bill_of_materials([package], ["train"], stated={"only-there": "PSF-2.0"})
    (one,) = bill["components"]
    assert one["licenses"] == [{"expression": "PSF-2.0"}]
    assert one["properties"] == [{"name": "hiprisk:marker", "value": package.marker}]
    assert bill["metadata"]["component"]["type"] == "application"


def test_a_package_without_a_licence_is_told_or_listed_without(monkeypatch):
    monkeypatch.setattr(module, "_licence_of_text", lambda package: None)
    with pytest.raises(LookupError, match="huey states no licence"):
        licence("huey")
    with pytest.raises(LookupError, match="huey states no licence"):
        bill_of_materials([Package("huey", "1")], [], stated={})
    (one,) = bill_of_materials([Package("huey", "1")], [])["components"]
    assert "licenses" not in one


def test_names_are_those_of_an_index():
    assert plain_name("Scikit_Learn.x") == "scikit-learn-x"
