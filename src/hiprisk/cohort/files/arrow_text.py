"""Arrow columns as text columns: what Parquet files and data frames hold, as strict as CSV."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc

_PLAIN = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_null,
)


def is_plain(kind: pa.DataType) -> bool:
    """Whether values of a type are texts, numbers, dates or yes and no."""
    if pa.types.is_dictionary(kind):
        return is_plain(kind.value_type)
    return any(is_of(kind) for is_of in _PLAIN)


def is_of_text(kind: pa.DataType) -> bool:
    """Whether values of a type are texts or bytes of any length."""
    return any(
        is_of(kind)
        for is_of in (
            *(pa.types.is_string, pa.types.is_large_string),
            *(pa.types.is_binary, pa.types.is_large_binary),
        )
    )


def has_type(kind: pa.DataType) -> bool:
    """Whether a type is one of numbers, dates or truths, and not of texts."""
    if pa.types.is_decimal(kind) and kind.scale < 0:
        return False  # Parquet has no such numbers
    return is_plain(kind) and not any(
        is_of(kind)
        for is_of in (
            *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
            *(pa.types.is_dictionary, pa.types.is_null),
        )
    )


def is_exact(kind: pa.DataType) -> bool:
    """Whether values of a type, as floats, are the numbers that their texts say.

    The text of a smaller float has the digits of its own: 0.1 is another number as float64.
    """
    return bool(pa.types.is_float64(kind) or pa.types.is_integer(kind))


def as_text(column: pa.Array) -> pa.Array:
    """A column as text, empty where missing or no number.

    A column of lists or structures is text as JSON has it, one of bytes hexadecimal digits.
    """
    if pa.types.is_dictionary(column.type):
        # Levels as text first: not every kind of text, such as that of polars, can be decoded.
        return pc.fill_null(as_text(column.dictionary).take(column.indices), "")
    if not is_plain(column.type):
        return pa.array([_json(value.as_py()) for value in column], pa.string())
    if pa.types.is_floating(column.type):
        return _texts_of_floats(pc.if_else(pc.is_nan(column), None, column))
    if pa.types.is_decimal(column.type):
        return pa.array([_plain_decimal(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(column.type) or pa.types.is_date64(column.type):
        column = _dates_if_midnight(column)
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _texts_of_floats(column: pa.Array) -> pa.Array:
    """Texts of numbers, each number written once: a patient file repeats itself."""
    if pa.types.is_float16(column.type):
        return pc.fill_null(pc.cast(column, pa.string()), "")
    encoded = column.dictionary_encode()
    return pc.fill_null(pc.cast(encoded.dictionary, pa.string()).take(encoded.indices), "")


def _json(value: object) -> str:
    """A value as JSON has it; bytes, which JSON does not have, are hexadecimal digits."""
    if value is None or isinstance(value, bytes):
        return (value or b"").hex()
    return json.dumps(value, ensure_ascii=False, default=_within)


def _within(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _plain_decimal(value: object) -> str:
    """A decimal without exponent and without zeros at its end: 1.00 is 1."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dates_if_midnight(column: pa.Array) -> pa.Array:
    """Dates, where a data frame's timestamps carry no time of day."""
    days = pc.cast(column, pa.date32(), safe=False)
    # The midnight before the first nanosecond that there is lies beyond it, and equals nothing.
    same = pc.equal(pc.cast(days, column.type, safe=False), column)
    return days if pc.all(same).as_py() is not False else column


def give_back_memory() -> None:
    """Return what reading took of the machine's memory and no longer needs.

    Arrow keeps the pages of the file's texts for the next file; of a million people they are as
    large as the cohort itself.
    """
    pa.default_memory_pool().release_unused()
