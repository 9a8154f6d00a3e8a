"""How a file of a bundle is read: plain files of the stated size alone."""

import os

import pytest

from hiprisk.bundle.files import check_listing, read_bounded, read_checked
from hiprisk.errors import BundleError


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"12345")
    assert read_bounded(path) == b"12345"
    assert read_bounded(path, size=5, limit=5) == b"12345"
    with pytest.raises(BundleError, match="larger than the limit"):
        read_bounded(path, limit=4)
    with pytest.raises(BundleError, match="size does not match"):
        read_bounded(path, size=4)


def test_links_pipes_and_what_is_not_there_are_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "a.json")
    os.mkfifo(tmp_path / "pipe")
    for name, match in (("link", "a link"), ("pipe", "not a regular"), ("none", "is missing")):
        with pytest.raises(BundleError, match=match):
            read_bounded(tmp_path / name)


def test_a_listed_file_has_its_hash(tmp_path):
    (tmp_path / "a.json").write_bytes(b"12345")
    with pytest.raises(BundleError, match="changed since it was written"):
        read_checked(tmp_path / "a.json", "a.json", {"bytes": 5, "sha256": "0" * 64})


@pytest.mark.parametrize("name", ["../a.json", "/a.json", "manifest.json", "signatures/a.json"])
def test_a_listed_name_stays_in_its_bundle(tmp_path, name):
    with pytest.raises(BundleError, match="points outside"):
        check_listing(tmp_path, {name: {"bytes": 1, "sha256": "0" * 64}})
