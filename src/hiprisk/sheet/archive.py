"""What a skops archive holds, told from its bytes: nothing is unpacked, nothing is built.

A first look, made wherever a bundle is read. What may be built is decided by
`hiprisk.learning.skops_file` when an estimator is loaded, which using a model never does.

The list of entries is read here, not by `zipfile`: importing that costs a tenth of a prediction.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hiprisk.errors import BundleError

MAX_ENTRIES = 10_000
PACKAGES = frozenset(
    {"builtins", "collections", "datetime", "hiprisk", "numpy", "scipy", "sklearn"}
)
# Of what is built in, only what holds values.
BUILTINS = frozenset(
    {"bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "range",
     "set", "slice", "str", "tuple", "type"}
)  # fmt: skip

_LOCAL = b"PK\x03\x04"
_END = b"PK\x05\x06"
_ENTRY = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_TAIL = struct.Struct("<4sHHHHLLH")
_FILE = struct.Struct("<4sHHHHHLLLHH")
_STORED = 0
_ENCRYPTED = 0x1
_LINK = 0o120000
_NAME = re.compile(r"schema\.json|[A-Za-z0-9_-]+\.(npy|npz|txt|bin)")
_TYPE = re.compile(rb'"__class__"\s*:\s*"([^"\\]*)"\s*,\s*"__module__"\s*:\s*"([^"\\]*)"')
# JSON writers escape no plain letter: who does so has something to hide.
_HIDDEN = re.compile(rb"\\u00[2-7][0-9a-fA-F]")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    size: int
    offset: int


def check_archive(data: bytes, *, name: str) -> None:
    """Refuse an estimator's archive that hiprisk did not write.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name for messages.

    Raises
    ------
    BundleError
        If the bytes are no archive (a pickle, say), an entry is packed, hidden, linked or named to
        lead outside, sizes contradict each other, or a type belongs to a package that no
        estimator of hiprisk is made of.
    """
    if not data.startswith(_LOCAL):
        kind = "a pickle and " if data[:1] == b"\x80" else ""
        raise _refusal(f"this is {kind}no skops archive", "UNTRUSTED_FORMAT", name)
    entries = list(_entries(data, name))
    if sum(entry.size for entry in entries) > len(data):
        raise _refusal("its parts are larger than the whole", "ARCHIVE", name)
    if len({entry.name for entry in entries}) < len(entries):
        raise _refusal("two parts have the same name", "ARCHIVE", name)
    schema = next((entry for entry in entries if entry.name == "schema.json"), None)
    if schema is None:
        raise _refusal("this is no skops archive", "UNTRUSTED_FORMAT", name)
    _check_types(_content(data, schema, name), name)


def _refusal(reason: str, code: str, name: str) -> BundleError:
    return BundleError(
        reason, code=code, file=name, advice="take the bundle anew from where it was made"
    )


def _entries(data: bytes, name: str) -> Iterator[_Entry]:
    """The central directory, held to what skops writes."""
    place = data.rfind(_END, max(0, len(data) - 65_557))
    if place < 0 or len(data) < place + _TAIL.size:
        raise _refusal("the archive is cut off", "ARCHIVE", name)
    _, _, _, _, count, size, offset, _ = _TAIL.unpack_from(data, place)
    if count > MAX_ENTRIES or offset + size > place:
        raise _refusal("the archive has too many parts", "ARCHIVE", name)
    at = offset
    for _ in range(count):
        if at + _ENTRY.size > place:
            raise _refusal("the archive contradicts itself", "ARCHIVE", name)
        fields = _ENTRY.unpack_from(data, at)
        signature, flags, packing, packed, full = (fields[i] for i in (0, 3, 4, 8, 9))
        lengths, attributes, local = fields[10:13], fields[15], fields[16]
        at += _ENTRY.size
        label = data[at : at + lengths[0]].decode("utf-8", "replace")
        at += sum(lengths)
        if signature != b"PK\x01\x02" or flags & _ENCRYPTED:
            raise _refusal("the archive contradicts itself", "ARCHIVE", name)
        if packing != _STORED or packed != full:
            raise _refusal("a part is packed, and may be any size when unpacked", "ARCHIVE", name)
        if not _NAME.fullmatch(label) or (attributes >> 16) & 0o170000 == _LINK:
            raise _refusal("a part's name leads outside, or it is a link", "ARCHIVE", name)
        yield _Entry(label, full, local)


def _content(data: bytes, entry: _Entry, name: str) -> bytes:
    if entry.offset + _FILE.size > len(data):
        raise _refusal("the archive contradicts itself", "ARCHIVE", name)
    signature, *_, label_length, extra_length = _FILE.unpack_from(data, entry.offset)
    start = entry.offset + _FILE.size + label_length + extra_length
    if signature != _LOCAL or start + entry.size > len(data):
        raise _refusal("the archive contradicts itself", "ARCHIVE", name)
    return data[start : start + entry.size]


def _check_types(schema: bytes, name: str) -> None:
    found = _TYPE.findall(schema)
    if len(found) != schema.count(b'"__module__"') or _HIDDEN.search(schema):
        raise _refusal("its types cannot be read", "UNTRUSTED_TYPE", name)
    types = {(cls.decode(errors="replace"), module.decode(errors="replace"))
             for cls, module in set(found)}  # fmt: skip
    foreign = sorted(
        f"{module}.{cls}"
        for cls, module in types
        if module.partition(".")[0] not in PACKAGES
        or (module == "builtins" and cls not in BUILTINS)
    )
    if foreign:
        raise _refusal(
            f"the archive holds types that are not trusted: {', '.join(foreign)[:200]}",
            "UNTRUSTED_TYPE",
            name,
        )
