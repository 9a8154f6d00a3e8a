"""A bundle is written whole or not at all."""

import os

import pytest

from hiprisk.bundle import list_bundles, read_bundle, writing
from hiprisk.errors import StoreError
from small_bundle import write_small_bundle


def test_the_hash_depends_on_the_model_and_not_on_when(tmp_path):
    first = read_bundle(write_small_bundle(tmp_path / "a"))
    again = read_bundle(write_small_bundle(tmp_path / "b"))
    other = read_bundle(write_small_bundle(tmp_path / "c", provenance="real"))
    assert first.sha256 == again.sha256 != other.sha256


@pytest.mark.parametrize("step", ["_write_file", "_sync_folder"])
def test_a_failing_disk_leaves_nothing_half_written(tmp_path, monkeypatch, step):
    calls = []

    def fail(*arguments):
        calls.append(arguments)
        if len(calls) > 2 or step == "_sync_folder":
            raise OSError(28, "No space left on device")
        return original(*arguments)

    original = getattr(writing, step)
    monkeypatch.setattr(writing, step, fail)
    with pytest.raises(StoreError, match="No space left on device"):
        write_small_bundle(tmp_path)
    assert not [name for name in os.listdir(tmp_path / "small") if name.startswith(".")]
    for path in list_bundles(tmp_path):
        read_bundle(path)


def test_two_writers_of_one_version_get_two(tmp_path, monkeypatch):
    first = write_small_bundle(tmp_path)
    seen = []

    def stale(folder):
        # The second writer looked before the first was done, once.
        seen.append(folder)
        return [] if len(seen) == 1 else original(folder)

    original = writing.version_folders
    monkeypatch.setattr(writing, "version_folders", stale)
    second = write_small_bundle(tmp_path)
    assert (first.name, second.name) == ("1", "2")
    assert read_bundle(first).sha256 == read_bundle(second).sha256
