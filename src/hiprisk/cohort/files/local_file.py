"""A local file before it is read: there, readable, not packed; later, still the same."""

from __future__ import annotations

import re
from pathlib import Path

from hiprisk.errors import ConfigError, InputError, StoreError

# Of one cell.
MAX_FIELD_BYTES = 1 << 16
HEAD_BYTES = 1 << 16
_COMPRESSED = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
# As a path, an address has lost one of its slashes; a drive has one letter.
_NOT_LOCAL = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]+:/|//|\\\\)")


def check_local_file(path: Path | str) -> Path:
    """The path of a readable local file.

    Raises
    ------
    ConfigError
        If the name is an address, a device or a pipe.
    StoreError
        If there is no such file or it cannot be read.
    InputError
        If the file is empty or compressed in a way that is not read.
    """
    if _NOT_LOCAL.match(str(path)):
        raise ConfigError(
            "only local files are read", code="LOCAL_FILES_ONLY", advice="copy the file here first"
        )
    path = Path(path)
    if not path.exists():
        raise StoreError("there is no such file", file=path.name, advice="check the path")
    if path.is_dir():
        raise StoreError("this is a folder", file=path.name, advice="name a CSV or Parquet file")
    if not path.is_file():
        raise ConfigError(
            "this is neither a file nor a folder", code="LOCAL_FILES_ONLY", file=path.name
        )
    head = read_head(path)
    if not head:
        raise InputError("the file is empty", code="EMPTY_FILE", file=path.name)
    for magic, kind in _COMPRESSED.items():
        if head.startswith(magic):
            raise InputError(
                f"the file is compressed ({kind})",
                code="COMPRESSED",
                file=path.name,
                advice="unpack it first; gzip and zip files are read as they are",
            )
    return path


def read_head(path: Path) -> bytes:
    """The first bytes of a file; StoreError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as problem:
        raise StoreError(
            f"the file cannot be read: {problem.strerror}", file=path.name
        ) from problem


def changed_error(name: str) -> InputError:
    """The letter on a file that is another than when reading began."""
    return InputError("the file changed while it was read", code="INPUT_CHANGED", file=name)
