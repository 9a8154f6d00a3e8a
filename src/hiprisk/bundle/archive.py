"""What a skops archive holds, told from its bytes: nothing is unpacked, nothing is built.

A first look, made wherever a bundle is read. What may be built is decided by
`hiprisk.learning.sheets.skops_file` when an estimator is loaded, which using a model never does.

The list of entries is read here, not by `zipfile`: that costs every prediction 2 % of its time
(docs/decisions.md, 2026-11-27), and would leave most of these checks to be made all the same.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
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
# Encrypted, sizes after the content, patched data, strongly encrypted, hidden list.
_UNUSUAL = 0x1 | 0x8 | 0x20 | 0x40 | 0x2000
_LINK = 0o120000
_NAME = re.compile(r"schema\.json|[A-Za-z0-9_-]+\.(npy|npz|txt|bin)")
_TYPE = re.compile(rb'"__class__"\s*:\s*"([^"\\]*)"\s*,\s*"__module__"\s*:\s*"([^"\\]*)"')
# No JSON writer escapes a plain letter: an escaped one hides a name from the pattern above.
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
        lead outside, sizes or places contradict each other, another reader could see another
        archive in it, or a type belongs to a package that no estimator of hiprisk is made of.
    """
    if not data.startswith(_LOCAL):
        kind = "a pickle and " if data[:1] == b"\x80" else ""
        raise _refusal(f"this is {kind}not a skops archive", "UNTRUSTED_FORMAT", name)
    entries = list(_entries(data, name))
    if sum(entry.size for entry in entries) > len(data):
        raise _refusal("its parts are larger than the whole", "ARCHIVE", name)
    if len({entry.name for entry in entries}) < len(entries):
        raise _refusal("two parts have the same name", "ARCHIVE", name)
    schema = _contents(data, entries, name).get("schema.json")
    if schema is None:
        raise _refusal("this is not a skops archive", "UNTRUSTED_FORMAT", name)
    _check_types(schema, name)


def _refusal(reason: str, code: str, name: str) -> BundleError:
    return BundleError(reason, code=code, file=name, advice="copy it again from its source")


def _entries(data: bytes, name: str) -> Iterator[_Entry]:
    """The central directory, held to what skops writes.

    Whoever opens the archive later (`zipfile`) makes up for bytes before it, looks for an end
    within a comment, and lets extra fields rename parts. Where any of these is, two readers could
    see two archives: the list must end where the end record begins, and that ends the file.
    """
    place = len(data) - _TAIL.size
    if place < 0 or not data.startswith(_END, place):
        raise _refusal("the archive is cut off, or something follows it", "ARCHIVE", name)
    _, *disks, count, size, offset, comment = _TAIL.unpack_from(data, place)
    if count > MAX_ENTRIES:
        raise _refusal("the archive has too many parts", "ARCHIVE", name)
    if offset + size != place or comment or disks != [0, 0, count]:
        raise _refusal("the archive's list is not where it must be", "ARCHIVE", name)
    at = offset
    for _ in range(count):
        if at + _ENTRY.size > place:
            raise _refusal("the archive contradicts itself", "ARCHIVE", name)
        fields = _ENTRY.unpack_from(data, at)
        signature, flags, packing, packed, full = (fields[i] for i in (0, 3, 4, 8, 9))
        lengths, attributes, local = fields[10:13], fields[15], fields[16]
        at += _ENTRY.size
        label = data[at : at + lengths[0]].decode("utf-8", "replace")
        at += lengths[0]
        if signature != b"PK\x01\x02" or flags & _UNUSUAL or lengths[1] or lengths[2]:
            raise _refusal("the archive contradicts itself", "ARCHIVE", name)
        if packing != _STORED or packed != full:
            raise _refusal("a part is packed, and may be any size when unpacked", "ARCHIVE", name)
        if not _NAME.fullmatch(label) or (attributes >> 16) & 0o170000 == _LINK:
            raise _refusal("a part's name leads outside, or it is a link", "ARCHIVE", name)
        yield _Entry(label, full, local)
    if at != place:
        raise _refusal("the archive's list is longer than it says", "ARCHIVE", name)


def _contents(data: bytes, entries: Sequence[_Entry], name: str) -> dict[str, bytes]:
    """What each part holds; parts must fill the archive up to its list, without gap or overlap."""
    found, at = {}, 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset != at or at + _FILE.size > len(data):
            raise _refusal("the archive has gaps, or parts that overlap", "ARCHIVE", name)
        signature, *_, label_length, extra_length = _FILE.unpack_from(data, at)
        start = at + _FILE.size + label_length + extra_length
        label = data[at + _FILE.size : at + _FILE.size + label_length]
        at = start + entry.size
        if signature != _LOCAL or label != entry.name.encode() or at > len(data):
            raise _refusal("the archive contradicts itself", "ARCHIVE", name)
        found[entry.name] = data[start:at]
    if at != _TAIL.unpack_from(data, len(data) - _TAIL.size)[6]:
        raise _refusal("the archive has gaps, or parts that overlap", "ARCHIVE", name)
    return found


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
