"""How a CSV file is written: delimiter, decimal mark, encoding, and where its header ends."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, replace

from hiprisk.cohort.files.byte_source import (
    ByteSource,
    check_encoding,
    encoding_error,
    is_utf8,
)
from hiprisk.cohort.files.local_file import HEAD_BYTES
from hiprisk.errors import InputError

DELIMITERS = ",;\t|"
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_DECIMAL_POINT = re.compile(r"[-+]?\d+\.\d+")
# A quoted field, as RFC 4180 has it: a delimiter or a line end in it is text.
_QUOTED = re.compile(r'(?<![^\r\n,;\t|])"((?:[^"]|"")*)"(?![^\r\n,;\t|])')
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a CSV file is written."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"


ORDINARY = Dialect()


def detect_dialect(
    source: ByteSource, *, delimiter: str | None = None, decimal: str | None = None
) -> Dialect:
    """Find out how a CSV file is written; what is stated is taken as it is.

    Raises
    ------
    InputError
        If the bytes are no text in the encoding, or the first line is no header.
    """
    head = source.head()
    text = head_text(source, head)
    if not text:
        # A mark of the encoding, and nothing behind it.
        raise InputError("the file is empty", code="EMPTY_FILE", file=source.name)
    is_whole = len(head) < HEAD_BYTES
    _check_header(header_record(text), source.name, endless=not is_whole)
    lines = _lines_outside_quotes(text, is_whole=is_whole)
    if delimiter is None:
        delimiter = _likely_delimiter(lines)
    if decimal is None:
        decimal = "," if delimiter != "," and _has_decimal_comma(lines[1:], delimiter) else "."
    return Dialect(delimiter=delimiter, decimal=decimal, encoding=source.encoding)


def head_text(source: ByteSource, head: bytes) -> str:
    """The first bytes as text; a character that the head cuts off is left out."""
    if b"\0" in head:
        raise InputError(
            "the file holds NUL bytes",
            code="NOT_TEXT",
            file=source.name,
            advice=_nul_advice(head),
        )
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.end < len(head) - 4 or problem.start <= HEAD_BYTES - 8:
            row = head[: problem.start].count(b"\n") + 1
            raise encoding_error("utf-8", row, source.name) from None
        text = head[: problem.start].decode("utf-8")
    return text.removeprefix("\ufeff")


def _nul_advice(head: bytes) -> str:
    """What a file with NUL bytes may be: every second byte of UTF-16 in Latin letters is one."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) > len(head) // 4:
            return (
                f"is it {encoding}? Then give --encoding {encoding}, or state "
                f"format: {{encoding: {encoding}}} in the mapping"
            )
    return "this is no text file: export it as CSV"


def header_record(text: str) -> str | None:
    """The first record without its line end; None where the text does not hold its end."""
    is_open = False
    for at, character in enumerate(text):
        if character == '"':
            # A quote within a field that has none at its beginning is text.
            is_open = not is_open and (at == 0 or text[at - 1] in f'{DELIMITERS}\r\n"')
        elif character in "\r\n" and not is_open:
            return text[:at]
    return None


def _check_header(header: str | None, name: str, *, endless: bool) -> None:
    if header is None and endless:
        raise InputError(
            f"the first line has more than {HEAD_BYTES} bytes",
            code="HEADER",
            file=name,
            advice="it must hold the column names and nothing else",
        )
    if header is None:
        return
    if not header.strip():
        raise InputError(
            "the first line is blank",
            code="HEADER",
            file=name,
            row=1,
            advice="delete the lines above the column names",
        )
    if header.startswith("#") or header.lower().startswith("sep="):
        raise InputError(
            "the first line is not a header",
            code="HEADER",
            file=name,
            row=1,
            advice="delete the lines above the column names",
        )


def _lines_outside_quotes(text: str, *, is_whole: bool) -> list[str]:
    """Lines of the sample; a quoted field is a number with a decimal comma or a plain letter."""
    bare = _QUOTED.sub(lambda found: _unquoted(found[1]), text)
    lines = [line for line in LINE_END.split(bare) if line]
    return lines if is_whole or len(lines) < 2 else lines[:-1]


def _unquoted(text: str) -> str:
    # A decimal comma counts where the comma is no delimiter: it is kept by a mark of its own.
    stripped = text.strip()
    if _DECIMAL_COMMA.fullmatch(stripped):
        return stripped.replace(",", _QUOTED_COMMA)
    return stripped if _DECIMAL_POINT.fullmatch(stripped) else "q"


_QUOTED_COMMA = "\x1f"


def _likely_delimiter(lines: list[str]) -> str:
    """The delimiter that gives every line as many fields as the header; else its most frequent."""
    counts = {mark: lines[0].count(mark) for mark in DELIMITERS}
    fitting = [
        mark
        for mark in DELIMITERS
        if counts[mark] and all(line.count(mark) == counts[mark] for line in lines)
    ]
    return max(fitting or DELIMITERS, key=lambda mark: counts[mark])


def _has_decimal_comma(lines: list[str], delimiter: str) -> bool:
    """Whether more cells have a decimal comma than a decimal point."""
    commas = points = 0
    for line in lines:
        for cell in line.replace(_QUOTED_COMMA, ",").split(delimiter):
            text = cell.strip(' "')
            commas += _DECIMAL_COMMA.fullmatch(text) is not None
            points += _DECIMAL_POINT.fullmatch(text) is not None
    return commas > points


def text_source(source: ByteSource, head: bytes, stated: str | None) -> ByteSource:
    """The source with its encoding: stated, or told by the mark of UTF-16, or UTF-8.

    Raises
    ------
    ConfigError
        If no encoding has the stated name.
    """
    encoding = stated or "utf-8"
    check_encoding(encoding)
    if is_utf8(encoding):
        encoding = "utf-16" if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    return replace(source, encoding=encoding)
