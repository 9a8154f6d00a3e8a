"""Signatures of a bundle: who answers for it, if their public key came another way.

Each signer has one file, ``signatures/<fingerprint of the key>.json``, over the hash of the
manifest, which lists the hash of every part. The files are no parts themselves: a signature changes
neither manifest nor ``bundle_sha256``, and another one can be added or removed.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hiprisk.bundle.files import read_bounded
from hiprisk.bundle.keys import PrivateKey, PublicKey, read_public_key, short
from hiprisk.bundle.manifest import SEAL, SIGNATURES
from hiprisk.errors import BundleError
from hiprisk.outputs import written_whole
from hiprisk.processes.scratch import FILE_END
from hiprisk.sheet.document.strict_json import canonical_json, parse_strict

FORMAT_NAME = "hiprisk-signature"
SCHEMA_VERSION = 1
ALGORITHM = "Ed25519"
MAX_SIGNATURE_BYTES = 4096
MOST_SIGNATURES = 64

_FILE = re.compile(r"([0-9a-f]{64})\.json")
# What is signed begins with what it is, so that no signature of anything else fits.
_CONTEXT = "hiprisk-signature 1 manifest_sha256 "


def signing_keys(folder: Path) -> tuple[str, ...]:
    """Fingerprints of the keys that a bundle has signatures of; none of them is verified.

    Raises
    ------
    BundleError
        If the folder of signatures holds anything else.
    """
    at = folder / SIGNATURES
    if not os.path.lexists(at):
        return ()
    if at.is_symlink() or not at.is_dir():
        raise BundleError("this is a link or not a folder", code="LINK", file=SIGNATURES)
    found = []
    for entry in sorted(os.scandir(at), key=lambda one: one.name):
        named = _FILE.fullmatch(entry.name)
        if named is not None and entry.is_file(follow_symlinks=False):
            found.append(named[1])
        elif not (entry.name.startswith(".") and entry.name.endswith(FILE_END)):
            # A scratch file may be there: another process is writing a signature.
            raise BundleError(
                "this is no signature, or a link",
                code="EXTRA_FILE",
                file=f"{SIGNATURES}/{entry.name}",
                advice="remove it",
            )
    if len(found) > MOST_SIGNATURES:
        raise BundleError(
            f"a bundle has at most {MOST_SIGNATURES} signatures", code="TOO_LARGE", file=SIGNATURES
        )
    return tuple(found)


def sign(folder: Path, manifest: Mapping[str, Any], key: PrivateKey) -> Path:
    """Write the signature of a bundle whose manifest was checked.

    One that this key has made before is replaced.

    Raises
    ------
    StoreError
        If the disk does not take it; then nothing is left behind.
    """
    signing_keys(folder)
    fingerprint, sealed = key.public.fingerprint, manifest[SEAL]
    document = {
        "format": FORMAT_NAME,
        "schema_version": SCHEMA_VERSION,
        "algorithm": ALGORITHM,
        "key_sha256": fingerprint,
        "manifest_sha256": sealed,
        "signature": base64.b64encode(key.signature(_message(sealed))).decode(),
    }
    path = folder / SIGNATURES / f"{fingerprint}.json"
    path.parent.mkdir(exist_ok=True)
    with written_whole(path) as scratch:
        scratch.write_bytes(canonical_json(document).encode())
    return path


def check_signed(folder: Path, manifest: Mapping[str, Any], keys: Iterable[PublicKey]) -> None:
    """Raise BundleError unless one of the keys signed the bundle and none has a false signature.

    Parameters
    ----------
    folder : Path
    manifest : mapping
        Its own hash has been checked.
    keys : iterable of PublicKey
        Those whose owners are trusted; none of them: nothing is asked.
    """
    trusted = {key.fingerprint: key for key in keys}
    if not trusted:
        return
    present = signing_keys(folder)
    if not any(signer["verified"] for signer in signed_by(folder, manifest, trusted.values())):
        wanted = ", ".join(map(short, trusted))
        others = ", ".join(map(short, present))
        raise BundleError(
            f"the bundle is signed by the key {others}, and the trusted key is {wanted}"
            if others
            else f"the bundle is not signed; a signature by the key {wanted} is asked for",
            code="OTHER_KEY" if others else "NOT_SIGNED",
            file=f"{manifest['name']}@{manifest['version']}",
            advice="get the bundle from whoever signs it, or the right public key another way",
        )


def signed_by(
    folder: Path, manifest: Mapping[str, Any], keys: Iterable[PublicKey] = ()
) -> list[dict[str, Any]]:
    """By which keys a bundle says that it is signed, and whether that was verified.

    Only the signatures of the keys that are given can be; BundleError if one of those is false.
    """
    trusted = {key.fingerprint: key for key in keys}
    present = signing_keys(folder)
    for fingerprint in present:
        if fingerprint in trusted:
            _check_one(folder, manifest, trusted[fingerprint])
    return [{"key_sha256": one, "verified": one in trusted} for one in present]


def read_trusted(paths: Sequence[Path | str]) -> tuple[PublicKey, ...]:
    """The public keys of files.

    Raises
    ------
    ConfigError
        If one is no Ed25519 public key.
    """
    return tuple(read_public_key(Path(path)) for path in paths)


def _check_one(folder: Path, manifest: Mapping[str, Any], key: PublicKey) -> None:
    file = f"{SIGNATURES}/{key.fingerprint}.json"
    data = read_bounded(folder / file, name=file, limit=MAX_SIGNATURE_BYTES)
    try:
        document = parse_strict(data, name=file, max_bytes=MAX_SIGNATURE_BYTES, max_depth=2)
    except BundleError:
        raise _damaged(file, key) from None
    if not isinstance(document, dict) or data != canonical_json(document).encode():
        raise _damaged(file, key)
    stated = {
        "format": FORMAT_NAME,
        "schema_version": SCHEMA_VERSION,
        "algorithm": ALGORITHM,
        "key_sha256": key.fingerprint,
    }
    # Compared as text, to which True is not 1.
    if canonical_json({name: document.get(name) for name in stated}) != canonical_json(stated):
        raise _damaged(file, key)
    if document.get("manifest_sha256") != manifest[SEAL]:
        raise BundleError(
            f"the signature by the key {short(key.fingerprint)} is of another bundle, "
            "or this one was changed since",
            code="SIGNATURE",
            file=file,
            advice="get the bundle again from whoever signed it",
        )
    try:
        signature = base64.b64decode(str(document.get("signature")), validate=True)
    except (binascii.Error, ValueError):
        raise _damaged(file, key) from None
    if not key.verifies(signature, _message(manifest[SEAL])):
        raise _damaged(file, key)


def _message(sealed: str) -> bytes:
    return f"{_CONTEXT}{sealed}\n".encode()


def _damaged(file: str, key: PublicKey) -> BundleError:
    return BundleError(
        f"the signature is damaged, or was not made with the key {short(key.fingerprint)}",
        code="SIGNATURE",
        file=file,
        advice="get the bundle again from whoever signed it",
    )
