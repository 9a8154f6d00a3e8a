"""Keys: made for their owner alone, never overwritten, and refused by what is wrong with them."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys

import pytest

from hiprisk.bundle.keys import read_private_key, read_public_key, short, write_key_pair
from hiprisk.errors import ConfigError, MissingExtraError, StoreError
from signing_keys import key_pair, other_type


def test_a_private_key_is_for_its_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        private, public = key_pair(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert read_private_key(private).public.fingerprint == read_public_key(public).fingerprint
    assert b"PRIVATE" not in public.read_bytes()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_a_fingerprint_is_the_one_that_openssl_says(tmp_path):
    _, public = key_pair(tmp_path)
    command = ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"]
    der = subprocess.run(command, capture_output=True, check=True).stdout
    fingerprint = read_public_key(public).fingerprint
    assert fingerprint == hashlib.sha256(der).hexdigest()
    assert fingerprint.startswith(short(fingerprint)[:16])


@pytest.mark.parametrize("which", ["key", "key.pub"])
@pytest.mark.parametrize("link", [False, True])
def test_a_key_is_never_overwritten(tmp_path, which, link):
    there = tmp_path / which
    if link:
        there.symlink_to(tmp_path / "nowhere")
    else:
        there.write_text("mine")
    with pytest.raises(ConfigError, match="never overwritten"):
        write_key_pair(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == [which]


def test_a_folder_that_takes_no_key_is_said_so(tmp_path):
    with pytest.raises(StoreError, match="the key cannot be written: No such file"):
        write_key_pair(tmp_path / "nowhere" / "key")


def test_nothing_is_left_of_a_pair_that_is_not_whole(tmp_path, monkeypatch):
    from hiprisk.bundle import keys

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_key_pair(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_a_pass_phrase_is_asked_for_and_checked(tmp_path):
    write_key_pair(tmp_path / "key", passphrase="correct horse")
    assert b"ENCRYPTED" in (tmp_path / "key").read_bytes()
    assert read_private_key(tmp_path / "key", passphrase="correct horse").signature(b"x")
    with pytest.raises(ConfigError, match=r"has a pass phrase .*HIPRISK_KEY_PASSPHRASE"):
        read_private_key(tmp_path / "key")
    with pytest.raises(ConfigError, match="its pass phrase is another"):
        read_private_key(tmp_path / "key", passphrase="wrong")


def test_a_pass_phrase_of_another_key_does_no_harm(tmp_path):
    private, _ = key_pair(tmp_path)
    assert read_private_key(private, passphrase="of another").signature(b"x")


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_key_of_another_type_is_refused(tmp_path, kind):
    private, public = other_type(tmp_path, kind)
    for read, path in ((read_private_key, private), (read_public_key, public)):
        with pytest.raises(ConfigError, match="another type than Ed25519") as caught:
            read(path)
        assert (caught.value.code, caught.value.exit_code) == ("KEY", 2)


def test_the_wrong_half_of_a_pair_is_named(tmp_path):
    private, public = key_pair(tmp_path)
    with pytest.raises(ConfigError, match="this is a private key, which only its owner"):
        read_public_key(private)
    with pytest.raises(ConfigError, match="this is a public key"):
        read_private_key(public)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_private_key_that_others_may_read_is_refused(tmp_path, mode):
    private, _ = key_pair(tmp_path)
    private.chmod(mode)
    with pytest.raises(ConfigError, match="others than its owner") as caught:
        read_private_key(private)
    assert caught.value.code == "KEY_PERMISSIONS"


def test_the_permissions_are_those_of_the_file_behind_a_link(tmp_path):
    private, _ = key_pair(tmp_path)
    (tmp_path / "link").symlink_to(private)
    assert read_private_key(tmp_path / "link").signature(b"x")
    private.chmod(0o644)
    with pytest.raises(ConfigError, match="others than its owner"):
        read_private_key(tmp_path / "link")


@pytest.mark.parametrize(
    ("made", "match"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "no file of a key"),
        (lambda path: os.mkfifo(path), "no file of a key"),
        (lambda path: path.write_bytes(b"x" * 20_000), "no file of a key"),
        (lambda path: path.write_bytes(b""), "in PEM"),
        (lambda path: path.write_bytes(b"\x00\xff-----BEGIN"), "in PEM"),
    ],
)
def test_what_is_no_key_is_refused(tmp_path, made, match):
    path = tmp_path / "key"
    made(path)
    for read in (read_private_key, read_public_key):
        with pytest.raises(ConfigError, match=match):
            read(path)


def test_a_torn_key_is_refused(tmp_path):
    private, public = key_pair(tmp_path)
    for path, read in ((private, read_private_key), (public, read_public_key)):
        path.write_bytes(path.read_bytes()[:70])
        with pytest.raises(ConfigError, match="in PEM"):
            read(path)


def test_without_cryptography_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for use in (write_key_pair, read_private_key, read_public_key):
        with pytest.raises(MissingExtraError, match=r"pip install 'hiprisk\[sign\]'"):
            use(tmp_path / "key")
