"""What every answer says of itself first: where its people come from, and what it is not for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiprisk.provenance import current_provenance, is_simulated
from hiprisk.wording.labels import capital

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

SIMULATED_MODEL = "SIMULATED DATA: this model was fitted on simulated people; not for patients."
SIMULATED_COHORT = (
    "SIMULATED DATA: these people were simulated; the results do not apply to patients."
)
INVENTED = "INVENTED COEFFICIENTS: this model is an example of the format; not for patients."
SURROGATE = (
    "SURROGATE, NOT THE PUBLISHED MODEL: its coefficients were fitted to predictions that the "
    "published model made; not for patients."
)
FITTED_TO_THESE = (
    "these are the people that the model was fitted to: the figures are apparent, and too good"
)
FITTED_TO_SOME = (
    "some of these people are those that the model was fitted to: the figures are in part "
    "apparent, and too good"
)
DISCLAIMER = "For research and education; not a medical device; no medical advice."
CARD_DISCLAIMER = (
    "Research and education only. Not a medical device; not for diagnosis, prognosis of an "
    "individual, treatment choice, triage or the timing of surgery."
)
_PEOPLE = {
    "simulated": "simulated people",
    "real": "real people",
    "published": "a published model",
}


def provenance_in_words(provenance: str) -> str:
    """The people that a model was fitted on, or those of a cohort."""
    return _PEOPLE.get(current_provenance(provenance), "not stated whether real or simulated")


def cohort_warnings(provenance: str) -> list[str]:
    """What must be said first of the results of a cohort."""
    return [SIMULATED_COHORT] if is_simulated(provenance) else []


def model_warnings(
    provenance: str, *, invented: bool | None = None, surrogate: bool = False
) -> list[str]:
    """What must be said first wherever a model speaks: simulated people, coefficients' origin."""
    simulated = [SIMULATED_MODEL] if is_simulated(provenance) else []
    return [*simulated, *([INVENTED] if invented else []), *([SURROGATE] if surrogate else [])]


def in_one_banner(warnings: Sequence[str]) -> str:
    """Warnings in a row; what they begin with is said once.

    Examples
    --------
    >>> in_one_banner(["CAUTION: one.", "CAUTION: two."])
    'CAUTION: one. Two.'
    """
    said: list[str] = []
    for warning in warnings:
        kind, colon, rest = warning.partition(": ")
        again = colon and any(one.startswith(f"{kind}: ") for one in warnings[: len(said)])
        said.append(capital(rest) if again else warning)
    return " ".join(said)


def is_surrogate(sheet: Sheet) -> bool:
    """Whether the coefficients were fitted to the predictions of a model, in place of it."""
    return SURROGATE in sheet.notes


def warnings_of(sheet: Sheet) -> list[str]:
    """The same of a model's sheet."""
    return model_warnings(sheet.provenance, invented=sheet.invented, surrogate=is_surrogate(sheet))


def kind_not_for_patients(sheet: Sheet) -> str | None:
    """The same in a few words, for a line that must be short; None where there is no such need."""
    kinds = [
        *(["SIMULATED"] if is_simulated(sheet.provenance) else []),
        *(["INVENTED"] if sheet.invented else []),
        *(["SURROGATE"] if is_surrogate(sheet) else []),
    ]
    return f"{' AND '.join(kinds)} MODEL, not for patients." if kinds else None


def copied_rows_caution(count: int | None) -> str:
    """What exact copies of rows do to intervals; None where the count may not be told."""
    number = "some" if count is None else f"{count:,}"
    return (
        f"CAUTION: {number} rows of the file are exact copies of an earlier row. Unless they are "
        "different people, every interval is too narrow: remove the copies."
    )
