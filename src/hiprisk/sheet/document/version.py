"""Versions of the sheet's form: which one a sheet needs, and which ones are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiprisk.errors import BundleError

FORMAT_NAME = "hiprisk-sheet"
FIRST = 1
# Older readers know no outcome with all of its levels, and refuse this version by name.
WITH_OUTCOME_LEVELS = 2
# Older readers know no ordinal model.
WITH_ORDINAL_MODEL = 3
# Older readers refuse a site that the model does not know, and say nothing of how sites differ.
WITH_SITE_EFFECTS = 4
# Older readers add trees up in doubles alone: no average, no float32, no risk without log odds.
WITH_OTHER_ENSEMBLES = 5
READ_VERSIONS = (
    FIRST,
    WITH_OUTCOME_LEVELS,
    WITH_ORDINAL_MODEL,
    WITH_SITE_EFFECTS,
    WITH_OTHER_ENSEMBLES,
)


# A sheet asks for its version when it is made, so that its class cannot be imported here.
def lowest_version(sheet: Any) -> int:
    """The lowest version whose readers know all of a `Sheet`."""
    model = _version_of_model(sheet)
    if model == WITH_OTHER_ENSEMBLES:
        return model
    if sheet.sites is not None:
        return WITH_SITE_EFFECTS
    return max(model, FIRST if sheet.outcome.levels is None else WITH_OUTCOME_LEVELS)


def _version_of_model(sheet: Any) -> int:
    model = sheet.model
    if model.type == "ordinal":
        return WITH_ORDINAL_MODEL
    if model.type == "trees" and (
        (model.divisor, model.precision, model.recalibration) != (None, None, None)
        or sheet.predicts_risk_itself
    ):
        return WITH_OTHER_ENSEMBLES
    return FIRST


def check_stated_version(document: Mapping[str, Any], sheet: Any, *, name: str) -> None:
    """Raise BundleError where readers of the stated version would not know the model."""
    stated, needed = document["schema_version"], _version_of_model(sheet)
    if stated < needed:
        model = {
            WITH_ORDINAL_MODEL: "an ordinal model needs",
            WITH_OTHER_ENSEMBLES: "trees that are averaged, recalibrated, added in float32 "
            "or hold the risk itself need",
        }[needed]
        raise BundleError(
            f"the sheet has schema version {stated}, and {model} {needed}",
            code="VERSION",
            file=name,
            advice="export the model again",
        )


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
