"""What a workbook's own parts tell: which kind it is, how much it unpacks to, its error cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from hiprisk.cohort.files.byte_source import CHUNK_BYTES, MAX_COPY_BYTES, check_member
from hiprisk.errors import InputError

# What the library for zip files raises where one is damaged or odd.
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    KeyError,
    OSError,
    ValueError,
)
_NAMES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOOK, _BOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*\bt="e"[^>]*>(?:(?!</c>).)*<v>([^<]*)</v>', re.DOTALL
)


def is_workbook(path: Path) -> bool:
    """Whether a zip is a workbook of Excel or an ODS sheet."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "mimetype" in names:
            return b"spreadsheet" in archive.read("mimetype")[:200]
    return any(name.startswith("xl/workbook.") for name in names)


def check_size(path: Path, name: str) -> None:
    """Raise InputError if a workbook unpacks to more than a real one."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    for part in parts:
        check_member(part, name)
    if sum(part.file_size for part in parts) > MAX_COPY_BYTES:
        raise InputError(
            "the workbook unpacks to more than 1 GiB",
            code="COMPRESSED",
            file=name,
            advice="save it as CSV",
        )


def error_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Cells of an xlsx sheet that hold an error such as ``#DIV/0!``, by row and column from 0.

    The library gives them as empty, which would make them missing values without a word.
    """
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        if _BOOK not in archive.namelist():
            return {}
        part = _part(archive, sheet)
        found = {}
        with archive.open(part) as stream:
            text = b""
            while piece := stream.read(CHUNK_BYTES):
                text += piece
                if b't="e"' in text:
                    for cell in _ERROR_CELL.finditer(text):
                        place = int(cell[2]) - 1, _column_number(cell[1].decode())
                        found[place] = cell[3].decode("utf-8", "replace")
                # A cell may go on in the next piece.
                text = text[max(0, text.rfind(b"</c>")) :]
    return found


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    book = ElementTree.fromstring(archive.read(_BOOK))
    wanted = next(one for one in book.iter(f"{_NAMES}sheet") if one.get("name") == sheet)
    relations = ElementTree.fromstring(archive.read(_BOOK_RELATIONS))
    key = wanted.get(f"{_RELATIONS}id")
    target = next(str(one.get("Target")) for one in relations if one.get("Id") == key)
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
