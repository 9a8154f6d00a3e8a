"""The files in a bundle's folder: which may be there, and how one is read."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Any

from hiprisk.bundle.manifest import MANIFEST, SIGNATURES, UNSAFE_SUFFIXES
from hiprisk.errors import BundleError

MAX_FILE_BYTES = 256 << 20
MAX_BUNDLE_BYTES = 512 << 20

_OF_SIGNATURES = f"{SIGNATURES}/"
_FILE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*){0,2}$")


def check_listing(path: Path, listed: dict[str, Any]) -> None:
    """Raise BundleError if a listed name leads outside, or a file is there that is not listed.

    What stands among the signatures is looked at by whoever reads those.
    """
    for name, entry in listed.items():
        if not _FILE.fullmatch(name) or name == MANIFEST or name.startswith(_OF_SIGNATURES):
            raise BundleError(
                "a file name points outside the bundle", code="MANIFEST", file=MANIFEST
            )
        if name.endswith(UNSAFE_SUFFIXES):
            raise BundleError(
                "a bundle must not contain pickle files", code="UNTRUSTED_FORMAT", file=name
            )
        well_formed = isinstance(entry, dict) and isinstance(entry.get("sha256"), str)
        if not well_formed or type(entry.get("bytes")) is not int:
            raise BundleError("the manifest's entry is malformed", code="MANIFEST", file=name)
    if sum(entry["bytes"] for entry in listed.values()) > MAX_BUNDLE_BYTES:
        raise BundleError("the bundle is larger than the limit", code="TOO_LARGE", file=MANIFEST)
    present = set()
    for folder, folders, files in os.walk(path, followlinks=False):
        if any((Path(folder) / name).is_symlink() for name in folders):
            raise BundleError("a folder is a symbolic link", code="LINK", file=path.name)
        present |= {str((Path(folder) / name).relative_to(path)) for name in files}
    stray = sorted(
        name for name in present - set(listed) - {MANIFEST} if not name.startswith(_OF_SIGNATURES)
    )
    if stray:
        raise BundleError(
            "a file is not in the manifest", code="EXTRA_FILE", file=stray[0], advice="remove it"
        )


def read_checked(path: Path, name: str, entry: dict[str, Any]) -> bytes:
    """A listed file; BundleError if it is not what the manifest says."""
    data = read_bounded(path, name=name, size=entry["bytes"])
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise BundleError(
            "the file was changed since it was written",
            code="CHANGED",
            file=name,
            advice="copy it again from its source",
        )
    return data


def read_bounded(
    path: Path, *, name: str | None = None, size: int | None = None, limit: int = MAX_FILE_BYTES
) -> bytes:
    """The bytes of a plain file of a bundle: no link is followed, nothing endless is read.

    Raises
    ------
    BundleError
        If it is missing, a link, a device or a pipe, larger than `limit` (any file of a bundle),
        or not of the stated size.
    """
    name = name or path.name
    try:
        # What is opened is what is looked at: a link put there in between is not followed.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        if problem.errno == errno.ENOENT:
            raise BundleError("the file is missing", code="MISSING_FILE", file=name) from None
        if problem.errno in (errno.ELOOP, errno.ENXIO):
            raise BundleError(
                "this is a link or not a regular file", code="LINK", file=name
            ) from None
        raise
    with open(handle, "rb") as stream:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise BundleError("this is a link or not a regular file", code="LINK", file=name)
        if size is not None and status.st_size != size:
            raise BundleError(
                "the file size does not match the manifest", code="CHANGED", file=name
            )
        if status.st_size > limit:
            raise BundleError("the file is larger than the limit", code="TOO_LARGE", file=name)
        return stream.read(status.st_size)
