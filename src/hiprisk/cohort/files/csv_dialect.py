"""How a CSV file is written: delimiter, decimal mark, encoding, and whether it has a header."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from hiprisk.cohort.files.local_file import HEAD_BYTES, read_head
from hiprisk.errors import ConfigError, InputError

_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a CSV file is written."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"


ORDINARY = Dialect()


def detect_dialect(
    path: Path,
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Dialect:
    """Find out how a CSV file is written; what is stated is taken as it is.

    Raises
    ------
    InputError
        If the bytes are no text in the encoding, or the first line is no header.
    """
    head = read_head(path)
    _check_is_text(head, path.name)
    encoding = encoding or "utf-8"
    text = decoded_head(head, encoding, path.name)
    if "\r" in text and "\n" not in text:
        raise InputError(
            "the lines end in a lone carriage return",
            code="LINE_ENDS",
            file=path.name,
            advice="save the file with LF or CRLF line ends",
        )
    lines = text.split("\n")
    header = lines[0].rstrip("\r")
    _check_header(header, path.name, endless=len(lines) == 1 and len(head) == HEAD_BYTES)
    if delimiter is None:
        delimiter = max(",;\t|", key=header.count)
    if decimal is None:
        decimal = "," if delimiter != "," and _has_decimal_comma(lines[1:50], delimiter) else "."
    return Dialect(delimiter=delimiter, decimal=decimal, encoding=encoding)


def _check_is_text(head: bytes, name: str) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            "the file is UTF-16",
            code="ENCODING",
            file=name,
            advice="save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
        )
    if b"\0" in head:
        raise InputError("the file holds NUL bytes", code="NOT_TEXT", file=name)


def _check_header(header: str, name: str, *, endless: bool) -> None:
    if not header.strip():
        raise InputError(
            "the first line is blank",
            code="HEADER",
            file=name,
            row=1,
            advice="delete the lines above the column names",
        )
    if endless:
        raise InputError(
            f"the first line has more than {HEAD_BYTES} bytes",
            code="HEADER",
            file=name,
            advice="it must hold the column names and nothing else",
        )
    if header.startswith("#") or header.lower().startswith("sep="):
        raise InputError(
            "the first line is not a header",
            code="HEADER",
            file=name,
            row=1,
            advice="delete the lines above the column names",
        )


def decoded_head(head: bytes, encoding: str, name: str) -> str:
    """The first bytes as text; a character that the head cuts off is left out."""
    try:
        decoded = io.TextIOWrapper(io.BytesIO(head), encoding=encoding, newline="")
        text = decoded.read()
    except UnicodeDecodeError as problem:
        if problem.end >= len(head) - 4 and problem.start > HEAD_BYTES - 8:
            text = head[: problem.start].decode(encoding)
        else:
            row = head[: problem.start].count(b"\n") + 1
            raise encoding_error(encoding, row, name) from None
    except LookupError:
        raise ConfigError(f"no encoding '{encoding}' is known", column="encoding") from None
    return text.removeprefix("\ufeff")


def encoding_error(encoding: str, row: int | None, name: str) -> InputError:
    """The letter on bytes that are no text in the encoding."""
    return InputError(
        f"the bytes are not {encoding} text",
        code="ENCODING",
        file=name,
        row=row,
        advice="state the encoding in the mapping, for instance format: {encoding: cp1252}",
    )


def _has_decimal_comma(lines: list[str], delimiter: str) -> bool:
    return any(
        _DECIMAL_COMMA.fullmatch(cell.strip(' "'))
        for line in lines
        for cell in line.split(delimiter)
    )
