"""Packed files: gzip, and a zip with one data file."""

from __future__ import annotations

import re
import shlex
import zipfile
from pathlib import Path, PurePosixPath

from hiprisk.cohort.files.byte_source import ByteSource, check_member
from hiprisk.cohort.files.extra.workbook import DAMAGED_ZIP, is_workbook
from hiprisk.cohort.files.local_file import check_local_file, read_head
from hiprisk.errors import InputError

MEMBER_MARK = "::"
_TEXTS = {"csv", "txt", "tsv", "tab", "dat"}
DATA_SUFFIXES = _TEXTS | {
    "parquet",
    "xlsx",
    "xlsm",
    "xlsb",
    "xls",
    "ods",
    "sav",
    "zsav",
    "por",
    "dta",
}
_NO_DATA = re.compile(r"(read[ _-]?me|licen[cs]e|changelog)\b.*", re.IGNORECASE)
# How a workbook of Excel before 2007 begins, and one with a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed_source(path: Path | str) -> ByteSource:
    """The bytes of a local file; of a zip, of its one data file, or of the one that is named.

    Parameters
    ----------
    path : path-like
        Of a zip, ``FILE.zip::NAME`` names the file in it; of a workbook, the sheet.

    Raises
    ------
    ConfigError, InputError, StoreError
        If it is no readable local file, or a zip in which the data file is not clear.
    """
    whole, member = _parts(path)
    local = check_local_file(whole)
    head = read_head(local)
    if head.startswith(b"\x1f\x8b"):
        return ByteSource(path=local, packing="gzip")
    if head.startswith(_OLE):
        return ByteSource(path=local, member=member)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = _member(local, member)
        # Of a workbook, the name within is a sheet's.
        return ByteSource(path=local, packing="zip" if found else "", member=found or member)
    if member:
        raise InputError(
            "this is no zip, so that it has no files within",
            code="COMPRESSED",
            file=local.name,
            advice=f"name the file without what follows {MEMBER_MARK}",
        )
    return ByteSource(path=local)


def path_on_disk(path: Path | str) -> Path:
    """The file itself, where a path names a part of one."""
    return Path(_parts(path)[0])


def _parts(path: Path | str) -> tuple[Path | str, str]:
    """A file and what is named within it, which is empty where nothing is."""
    whole, mark, member = str(path).rpartition(MEMBER_MARK)
    return (whole, member) if mark and not Path(path).exists() else (path, "")


def _member(path: Path, wanted: str) -> str:
    """The data file of a zip; empty where the zip itself is a document."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if is_workbook(path):
            return ""
    except DAMAGED_ZIP:
        raise InputError(
            "the zip file is damaged or cut off",
            code="COMPRESSED",
            file=path.name,
            advice="copy or download it again",
        ) from None
    names = [entry.filename for entry in entries]
    data = [name for name in names if _is_data(name)]
    chosen = [name for name in names if name == wanted] if wanted else data
    if len(chosen) != 1:
        raise _unclear(path.name, data, wanted)
    check_member(next(entry for entry in entries if entry.filename == chosen[0]), path.name)
    return chosen[0]


def _is_data(name: str) -> bool:
    """Whether a file of a zip may hold a table: by its name, and no side entry."""
    place = PurePosixPath(name)
    if "__MACOSX" in place.parts or place.name.startswith(".") or _NO_DATA.match(place.name):
        return False
    return place.name.lower().removesuffix(".gz").rpartition(".")[2] in DATA_SUFFIXES


def _unclear(file: str, data: list[str], wanted: str) -> InputError:
    shown = ", ".join(data[:5]) + (", ..." if len(data) > 5 else "")
    if wanted:
        reason = f"the zip holds no file '{wanted}'"
    elif data:
        reason = f"the zip holds {len(data)} data files: {shown}"
    else:
        reason = "the zip holds no data file"
    example = data[0] if data else "NAME"
    return InputError(
        reason,
        code="COMPRESSED",
        file=file,
        # As a shell takes it: the names of published packs have blanks.
        advice=f"name the one that is meant: {shlex.quote(f'{file}{MEMBER_MARK}{example}')}",
    )
