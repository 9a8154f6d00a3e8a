"""What every answer says of itself, whatever the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

SIMULATED = (
    "SIMULATED DATA: this model was fitted on simulated people and says nothing of patients."
)
INVENTED = (
    "INVENTED COEFFICIENTS: this model is an example of the form and says nothing of patients."
)
DISCLAIMER = "For research and education; not a medical device; no medical advice."


def warnings_of(sheet: Sheet) -> list[str]:
    """What must be said first wherever this model speaks: simulated people, made-up numbers."""
    simulated = [SIMULATED] if sheet.provenance == "synthetic" else []
    return [*simulated, *([INVENTED] if sheet.invented else [])]


def kind_not_for_patients(sheet: Sheet) -> str | None:
    """The same in a few words, for a line that must be short; None where there is no such need."""
    kinds = [
        *(["SIMULATED"] if sheet.provenance == "synthetic" else []),
        *(["INVENTED"] if sheet.invented else []),
    ]
    return f"{' AND '.join(kinds)} MODEL, not for patients." if kinds else None
