"""A sheet read from its JSON text."""

from __future__ import annotations

from typing import Any

from hiprisk.provenance import current_provenance
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.document.codec import decode
from hiprisk.sheet.document.limits import check_counts
from hiprisk.sheet.document.strict_json import parse_strict
from hiprisk.sheet.document.version import check_stated_version, check_version
from hiprisk.sheet.format import Sheet


def parse_sheet(text: str | bytes, *, name: str = "sheet.json") -> Sheet:
    """Read a sheet from its JSON text and check that it hangs together.

    Parameters
    ----------
    text : str or bytes
        JSON text.
    name : str
        File name for messages.

    Raises
    ------
    BundleError
        If the text is not strict JSON, not a sheet, of an unknown version, too large,
        or contradicts itself.
    """
    document = parse_strict(text, name=name)
    check_version(document, name=name)
    check_counts(document, name=name)
    sheet = decode(Sheet, _in_current_words(document), name=name)
    check_stated_version(document, sheet, name=name)
    check_sheet(sheet, name=name)
    return sheet


def _in_current_words(document: Any) -> Any:
    stated = document.get("provenance")
    if not isinstance(stated, str):
        return document
    return {**document, "provenance": current_provenance(stated)}
