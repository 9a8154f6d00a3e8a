"""Ed25519 keys in PEM files: made, read and used. The only importer of cryptography."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.errors import ConfigError, MissingExtraError, StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

PASSPHRASE_VARIABLE = "HIPRISK_KEY_PASSPHRASE"
PUBLIC_SUFFIX = ".pub"
MAX_KEY_BYTES = 16 << 10
_SHOWN = 16
_WINDOWS = os.name != "posix"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are verified with.

    Attributes
    ----------
    fingerprint : str
        SHA-256 of the key in DER (SubjectPublicKeyInfo), in hexadecimal.
    """

    fingerprint: str
    key: Ed25519PublicKey

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the owner of this key signed the message."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs."""

    public: PublicKey
    key: Ed25519PrivateKey

    def signature(self, message: bytes) -> bytes:
        """The signature of a message; the same one each time."""
        return self.key.sign(message)


def short(fingerprint: str) -> str:
    """The start of a fingerprint, as sentences name a key."""
    return f"{fingerprint[:_SHOWN]}..."


def write_key_pair(path: Path, *, passphrase: str | None = None) -> PublicKey:
    """Make a key pair: the private key at `path`, for its owner alone, the public one beside it.

    Parameters
    ----------
    path : Path
        The public key's file has the same name and ``.pub`` behind it.
    passphrase : str or None
        Encrypts the private key's file.

    Raises
    ------
    ConfigError
        If one of the files is there: a key is never overwritten.
    StoreError
        If the disk does not take them; then neither is left behind.
    """
    _check_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    beside = path.with_name(path.name + PUBLIC_SUFFIX)
    for one in (path, beside):
        if os.path.lexists(one):
            raise _key_exists(one)
    _write_new(path, private, mode=0o600)
    try:
        _write_new(beside, public, mode=0o644)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _public(key.public_key())


def _key_exists(path: Path) -> ConfigError:
    return ConfigError(
        "something is there, and a key is never overwritten",
        code="EXISTS",
        file=path.name,
        advice="name another file",
    )


def _write_new(path: Path, data: bytes, *, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise _key_exists(path) from None
    except OSError as problem:
        raise _cannot_write(path, problem) from problem
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException as problem:
        with contextlib.suppress(OSError):
            path.unlink()
        if isinstance(problem, OSError):
            raise _cannot_write(path, problem) from problem
        raise


def _cannot_write(path: Path, problem: OSError) -> StoreError:
    reason = problem.strerror or "the disk refused"
    return StoreError(f"the key cannot be written: {reason}", file=path.name)


def read_private_key(path: Path, *, passphrase: str | None = None) -> PrivateKey:
    """The private key of a PEM file.

    Raises
    ------
    ConfigError
        If it is no Ed25519 private key, its pass phrase is another, or others may read the file.
    """
    _check_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _key_bytes(path)
    if b"PUBLIC KEY" in data:
        raise _refused(path, "this is a public key", "a signature is made with the private one")
    password = passphrase.encode() if passphrase else None
    if password is not None and b"ENCRYPTED" not in data:
        password = None  # the variable may be set for another key
    try:
        key = load_pem_private_key(data, password)
    except TypeError:
        raise _refused(
            path, "the key has a pass phrase", f"set {PASSPHRASE_VARIABLE} in the environment"
        ) from None
    except Exception:
        # What a parser of broken keys raises is not documented.
        raise _refused(
            path,
            "this is no private key in PEM, or its pass phrase is another",
            f"hiprisk sign --new-key FILE makes one; the pass phrase is in {PASSPHRASE_VARIABLE}",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong_type(path)
    return PrivateKey(_public(key.public_key()), key)


def read_public_key(path: Path) -> PublicKey:
    """The public key of a PEM file.

    Raises
    ------
    ConfigError
        If it is no Ed25519 public key.
    """
    _check_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = _key_bytes(path)
    if b"PRIVATE KEY" in data:
        raise _refused(
            path,
            "this is a private key, which only its owner should have",
            f"give FILE{PUBLIC_SUFFIX}, the public one",
        )
    try:
        key = load_pem_public_key(data)
    except Exception:
        raise _refused(
            path, "this is no public key in PEM", "get it again from whoever signs"
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise _wrong_type(path)
    return _public(key)


def _public(key: Ed25519PublicKey) -> PublicKey:
    from cryptography.hazmat.primitives import serialization

    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return PublicKey(hashlib.sha256(der).hexdigest(), key)


def _key_bytes(path: Path) -> bytes:
    try:
        # A pipe without a writer would be waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as problem:
        raise _refused(
            path, problem.strerror or "the system refused", "name the key's file"
        ) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_KEY_BYTES:
            raise _refused(path, "this is no file of a key", "name the key's file")
        data = os.read(descriptor, MAX_KEY_BYTES)
    finally:
        os.close(descriptor)
    if b"PRIVATE KEY" in data and not _WINDOWS and status.st_mode & 0o077:
        raise ConfigError(
            "others than its owner may read or change the private key",
            code="KEY_PERMISSIONS",
            file=path.name,
            advice="chmod 600 it; if others may have read it, make another key",
        )
    return data


def _refused(path: Path, reason: str, advice: str) -> ConfigError:
    return ConfigError(reason, code="KEY", file=path.name or str(path), advice=advice)


def _wrong_type(path: Path) -> ConfigError:
    return _refused(
        path, "the key is of another type than Ed25519", "hiprisk sign --new-key FILE makes one"
    )


def _check_cryptography() -> None:
    import importlib.util

    if importlib.util.find_spec("cryptography") is None:
        raise MissingExtraError(
            "signatures need the package cryptography", advice="pip install 'hiprisk[sign]'"
        )
