"""A sheet read from its JSON text."""

from __future__ import annotations

from typing import Any

from hiprisk.errors import BundleError
from hiprisk.provenance import current_provenance
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.document.codec import decode
from hiprisk.sheet.document.strict_json import parse_strict
from hiprisk.sheet.format import (
    FORMAT_NAME,
    READ_VERSIONS,
    WITH_ORDINAL_MODEL,
    OrdinalModel,
    Sheet,
)


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
        If the text is not strict JSON, not a sheet, of an unknown version, or contradicts itself.
    """
    document = parse_strict(text, name=name)
    check_version(document, name=name)
    sheet = decode(Sheet, _in_current_words(document), name=name)
    _check_model_in_version(document, sheet, name=name)
    check_sheet(sheet, name=name)
    return sheet


def _check_model_in_version(document: dict[str, Any], sheet: Sheet, *, name: str) -> None:
    """Raise BundleError where readers of the stated version would not know the model."""
    stated = document["schema_version"]
    if isinstance(sheet.model, OrdinalModel) and stated < WITH_ORDINAL_MODEL:
        raise BundleError(
            f"the sheet has schema version {stated}, and an ordinal model needs "
            f"{WITH_ORDINAL_MODEL}",
            code="VERSION",
            file=name,
            advice="export the model again",
        )


def _in_current_words(document: Any) -> Any:
    stated = document.get("provenance")
    if not isinstance(stated, str):
        return document
    return {**document, "provenance": current_provenance(stated)}


def check_version(document: object, *, name: str) -> None:
    """Raise BundleError unless the document says that it is a sheet that this version reads."""
    if not isinstance(document, dict) or document.get("format") != FORMAT_NAME:
        raise BundleError(
            "this is not a hiprisk sheet",
            code="NOT_A_SHEET",
            file=name,
            advice=f'its "format" must be "{FORMAT_NAME}"',
        )
    version = document.get("schema_version")
    if version not in READ_VERSIONS or isinstance(version, bool):
        shown = version if isinstance(version, int) else "none that can be read"
        raise BundleError(
            f"the sheet has schema version {shown}, this hiprisk reads versions "
            f"{' and '.join(map(str, READ_VERSIONS))}",
            code="VERSION",
            file=name,
            advice="use the version of hiprisk that wrote it, or export the model again",
        )
