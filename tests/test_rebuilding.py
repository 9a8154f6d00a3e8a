"""A bundle rebuilt from what it holds."""

import dataclasses
import json
from importlib import metadata
from pathlib import Path

import pytest

pytest.importorskip("sklearn")

from blank_figures import reports_left_short
from hiprisk.bundle import read_bundle
from hiprisk.bundle.manifest import BILL
from hiprisk.config import load_config
from hiprisk.errors import BundleError, InputError
from hiprisk.rebuilding import Rebuilt, rebuild
from hiprisk.study import run_study
from own_studies import CONTINUOUS, own_cohort, write_study
from small_bundle import write_small_bundle

SAME = Rebuilt(
    bundle_sha256="a", rebuilt_sha256="a", parts={"sheet.json": True}, versions={},
    machine=("x86_64", "x86_64"), rebuilt=None,
)  # fmt: skip


def test_equal_is_said_of_equal_hashes_alone():
    assert SAME.equal
    assert not dataclasses.replace(SAME, rebuilt_sha256="b").equal
    assert SAME.to_dict()["equal"] is True


def test_a_bundle_without_its_study_cannot_be_rebuilt(tmp_path):
    with pytest.raises(BundleError, match="does not hold the study"):
        rebuild(read_bundle(write_small_bundle(tmp_path)))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuild")
    config = load_config(write_study(folder, CONTINUOUS))
    with reports_left_short():
        result = run_study(config, out=folder / "models")
    return folder, read_bundle(result.bundle)


@pytest.mark.slow
def test_config_mapping_and_dictionary_of_the_bundle_give_the_same_hash(trained, tmp_path):
    folder, bundle = trained
    elsewhere = Path(tmp_path / "copy of it.csv")
    elsewhere.write_bytes((folder / "cohort.csv").read_bytes())
    with reports_left_short():
        found = rebuild(bundle, cohort=[elsewhere], out=tmp_path / "again")
    assert found.rebuilt_sha256 == bundle.sha256
    assert set(found.parts) == {"sheet.json", "config.json", "evidence.json", "study.json"}
    assert all(found.parts.values())
    assert found.versions == {}
    again = read_bundle(found.rebuilt)
    assert again.sha256 == bundle.sha256
    # What it was trained with is listed, and outside of the hash.
    assert again.texts[BILL] == bundle.texts[BILL]
    bill = json.loads(bundle.texts[BILL])
    assert ("scikit-learn", metadata.version("scikit-learn")) in {
        (one["name"], one["version"]) for one in bill["components"]
    }


@pytest.mark.slow
def test_another_cohort_is_refused_before_anything_is_fitted(trained, tmp_path, monkeypatch):
    _, bundle = trained
    other = tmp_path / "cohort.csv"
    own_cohort(seed=4).to_csv(other, index=False)
    monkeypatch.setattr("hiprisk.rebuilding.run_study", None)
    with pytest.raises(InputError, match="not the cohort that the bundle was trained on"):
        rebuild(bundle, cohort=[other])


@pytest.mark.slow
def test_mapping_and_dictionary_are_under_the_bundle_s_hash(trained, tmp_path):
    """A byte of the mapping changed, its entry in the manifest mended: the bundle is refused."""
    import shutil

    from hiprisk.bundle.manifest import MANIFEST, SEAL, manifest_hash
    from hiprisk.sheet.document.strict_json import canonical_json, parse_strict

    _, bundle = trained
    copy = tmp_path / "1"
    shutil.copytree(bundle.path, copy)
    changed = (copy / "study.json").read_bytes().replace(b"GripL", b"GripX")
    (copy / "study.json").write_bytes(changed)
    import hashlib

    manifest = parse_strict((copy / MANIFEST).read_bytes(), name=MANIFEST)
    manifest["files"]["study.json"]["sha256"] = hashlib.sha256(changed).hexdigest()
    manifest[SEAL] = manifest_hash(manifest)
    (copy / MANIFEST).write_text(canonical_json(manifest))
    with pytest.raises(BundleError, match="bundle_sha256 does not match"):
        read_bundle(copy)
