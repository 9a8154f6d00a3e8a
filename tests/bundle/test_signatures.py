"""Signatures: taken only as their owner made them, over exactly this bundle."""

import base64
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.bundle.keys import read_private_key
from hiprisk.bundle.manifest import MANIFEST, SEAL
from hiprisk.bundle.signatures import MOST_SIGNATURES, read_trusted, signed_by, signing_keys
from hiprisk.errors import BundleError
from hiprisk.sheet.document.strict_json import canonical_json
from hostile_bundles import seal
from signing_keys import key_pair, signed
from small_bundle import write_small_bundle

FROZEN = Path(__file__).resolve().parents[1] / "compat"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return key_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return key_pair(tmp_path_factory.mktemp("keys"), "other")


@pytest.fixture
def written(tmp_path, pair):
    folder = write_small_bundle(tmp_path / "models")
    signed(folder, pair[0])
    return folder


def signature_of(folder):
    (path,) = (folder / "signatures").iterdir()
    return path


def refuses(folder, public, code, match="."):
    with pytest.raises(BundleError, match=match) as caught:
        read_bundle(folder, trusted_keys=[public])
    assert (caught.value.code, caught.value.exit_code) == (code, 4)
    return str(caught.value)


def rewrite(path, **changes):
    document = {**json.loads(path.read_bytes()), **changes}
    path.write_text(canonical_json(document))


def test_a_signed_bundle_is_taken_and_keeps_its_hash(tmp_path, written, pair):
    before = read_bundle(write_small_bundle(tmp_path / "unsigned"))
    after = read_bundle(written, trusted_keys=[pair[1]])
    assert (after.sha256, after.manifest[SEAL]) == (before.sha256, before.manifest[SEAL])
    assert read_bundle(written).sha256 == before.sha256


def test_signing_twice_gives_the_same_file(written, pair):
    before = signature_of(written).read_bytes()
    signed(written, pair[0])
    assert signature_of(written).read_bytes() == before


def test_a_damaged_signature_of_ones_own_is_made_anew(written, pair):
    signature_of(written).write_bytes(b"{}")
    signed(written, pair[0])
    assert read_bundle(written, trusted_keys=[pair[1]])


def test_several_people_sign(written, pair, other):
    signed(written, other[0])
    for keys in ([pair[1]], [other[1]], [pair[1], other[1]]):
        read_bundle(written, trusted_keys=keys)
    found = signed_by(written, read_bundle(written).manifest, read_trusted([other[1]]))
    assert sorted(one["verified"] for one in found) == [False, True]


def test_one_of_several_trusted_keys_is_enough(written, pair, other):
    assert read_bundle(written, trusted_keys=[other[1], pair[1]])


def test_an_unsigned_bundle_is_refused(tmp_path, pair):
    key = read_private_key(pair[0]).public.fingerprint
    said = refuses(write_small_bundle(tmp_path), pair[1], "NOT_SIGNED", "is not signed")
    assert said.startswith("small@1: ")
    assert key[:16] in said


def test_a_bundle_that_another_signed_is_refused_with_both_keys(written, pair, other):
    said = refuses(written, other[1], "OTHER_KEY", "is signed by the key")
    assert all(read_private_key(one[0]).public.fingerprint[:16] in said for one in (pair, other))


@pytest.mark.parametrize("part", ["sheet.json", "card.md", "run.json"])
def test_a_part_that_was_changed_and_sealed_anew_is_refused(written, pair, part):
    data = (written / part).read_bytes()
    seal(written, {part: data.replace(b"mall", b"malL") if part != "run.json" else b"{}"})
    read_bundle(written)
    refuses(written, pair[1], "SIGNATURE", "of another bundle, or this one was changed since")


def test_a_changed_manifest_is_refused_with_or_without_a_key(written, pair):
    path = written / MANIFEST
    path.write_bytes(path.read_bytes().replace(b"Tests only", b"Tests 0nly"))
    refuses(written, pair[1], "CHANGED")


def test_a_signature_of_another_bundle_does_not_fit(tmp_path, written, pair):
    folder = write_small_bundle(tmp_path / "binary", kind="binary")
    shutil.copytree(written / "signatures", folder / "signatures")
    refuses(folder, pair[1], "SIGNATURE", "of another bundle")
    # Who writes this bundle's hash into it does not have the signature of that.
    rewrite(signature_of(folder), manifest_sha256=read_bundle(folder).manifest[SEAL])
    refuses(folder, pair[1], "SIGNATURE", "damaged, or was not made with the key")


def test_a_signature_under_the_name_of_a_trusted_key_is_found_out(written, pair, other):
    trusted = read_private_key(other[0]).public.fingerprint
    path = signature_of(written)
    renamed = path.with_name(f"{trusted}.json")
    path.rename(renamed)
    refuses(written, other[1], "SIGNATURE")
    rewrite(renamed, key_sha256=trusted)
    refuses(written, other[1], "SIGNATURE", "not made with the key")


def test_every_changed_byte_of_a_signature_is_found(written, pair):
    path = signature_of(written)
    whole = path.read_bytes()
    for position in range(0, len(whole), 3):
        for bit in (1, 128):
            changed = bytes([whole[position] ^ bit])
            path.write_bytes(whole[:position] + changed + whole[position + 1 :])
            with pytest.raises(BundleError, match=r"signature|key"):
                read_bundle(written, trusted_keys=[pair[1]])


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_version": True},
        {"schema_version": 2},
        {"algorithm": "none"},
        {"format": "hiprisk-bundle"},
        {"signature": None},
        {"signature": ""},
        {"signature": "AAAA"},
        {"signature": base64.b64encode(bytes(64)).decode()},
        {"manifest_sha256": None},
    ],
)
def test_a_signature_in_another_form_is_refused(written, pair, changes):
    rewrite(signature_of(written), **changes)
    refuses(written, pair[1], "SIGNATURE")


@pytest.mark.parametrize(
    "content", [b"", b"not JSON", b"\xff", b"[[[[1]]]]", b'{"a":1,"a":1}', b'{"a":NaN}']
)
def test_a_signature_that_is_no_json_is_damaged(written, pair, content):
    signature_of(written).write_bytes(content)
    refuses(written, pair[1], "SIGNATURE", "the signature is damaged")


def test_one_false_signature_of_a_trusted_key_is_enough_to_refuse(written, pair, other):
    path = signed(written, other[0])
    rewrite(path, signature=base64.b64encode(bytes(64)).decode())
    with pytest.raises(BundleError, match="damaged"):
        read_bundle(written, trusted_keys=[pair[1], other[1]])


def test_links_are_not_followed(tmp_path, written, pair):
    path = signature_of(written)
    path.rename(tmp_path / "moved.json")
    path.symlink_to(tmp_path / "moved.json")
    refuses(written, pair[1], "EXTRA_FILE", "no signature, or a link")
    path.unlink()
    (written / "signatures").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (written / "signatures").symlink_to(tmp_path / "elsewhere")
    refuses(written, pair[1], "LINK")
    with pytest.raises(BundleError, match="link or not a folder"):
        signing_keys(written)


@pytest.mark.parametrize("name", ["notes.txt", "AB.json", f"{'0' * 63}.json", "x/y.json"])
def test_nothing_else_hides_among_the_signatures(written, name):
    path = written / "signatures" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    with pytest.raises(BundleError, match="no signature"):
        read_bundle(written)


def test_signatures_are_bounded_in_size_and_number(written, pair):
    path = signature_of(written)
    path.write_bytes(path.read_bytes() + b" " * 5000)
    refuses(written, pair[1], "TOO_LARGE", "larger than the limit")
    for number in range(MOST_SIGNATURES):
        path.with_name(f"{number:064x}.json").write_text("{}")
    refuses(written, pair[1], "TOO_LARGE", "at most 64 signatures")


def test_a_signature_that_is_being_written_disturbs_no_reader(written, pair):
    (written / "signatures" / ".a.json.0-0.part").write_text("")
    assert read_bundle(written, trusted_keys=[pair[1]])


def test_a_manifest_lists_no_signature(written):
    seal(written, {f"signatures/{signature_of(written).name}": b"{}"})
    with pytest.raises(BundleError, match="points outside"):
        read_bundle(written)


@pytest.mark.parametrize("of", ["issue_08", "issue_09"])
def test_a_bundle_of_an_earlier_version_is_signed_as_any_other(tmp_path, pair, of):
    with tarfile.open(FROZEN / of / "bundles" / "published.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    folder = next(tmp_path.rglob(MANIFEST)).parent
    before = read_bundle(folder).sha256
    signed(folder, pair[0])
    assert read_bundle(folder, trusted_keys=[pair[1]]).sha256 == before
