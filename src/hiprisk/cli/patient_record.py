"""A FHIR record as the source of one patient's values: `hiprisk predict --record`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.show.output import print_lines
from hiprisk.cli.show.phrases import print_wrapped
from hiprisk.errors import BundleError, InputError
from hiprisk.serving.fhir.bundles import read_bundle_resource, read_record_document
from hiprisk.serving.fhir.code_map import load_code_map
from hiprisk.serving.fhir.record_assessment import record_of
from hiprisk.serving.fhir.record_words import record_notes, used_in_words
from hiprisk.wording.remarks import value_in_words

if TYPE_CHECKING:
    from hiprisk.serving.fhir.record import Record
    from hiprisk.serving.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """What a record says of the patient, and the reference by which it names the patient."""

    record: Record
    subject: str | None

    def without(self, names: Collection[str]) -> PatientRecord:
        """The same without variables whose values came from elsewhere."""
        record = self.record
        used = tuple(item for item in record.used if item.variable not in names)
        unused = tuple(note for note in record.unused if note.variable not in names)
        return replace(self, record=replace(record, used=used, unused=unused))

    def to_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        record = self.record
        return {
            "used": [
                {
                    "variable": item.variable,
                    "value": item.value,
                    "recorded": item.recorded or None,
                    "converted_from": item.converted_from or None,
                    "items": item.items or None,
                }
                for item in record.used
            ],
            "unused": [
                {
                    "variable": note.variable,
                    "code": note.code,
                    "recorded": note.recorded or None,
                    "count": note.count,
                }
                for note in record.unused
            ],
            "remarks": list(record.remarks),
        }


def read_patient_record(
    raw: bytes, model: Model, *, name: str, codes: Path | None, show_values: bool
) -> PatientRecord:
    """Read a FHIR Bundle of one patient.

    Raises
    ------
    ConfigError
        If the code map cannot be right.
    InputError
        If the file is no such Bundle; only with `show_values` in the words of the server.
    """
    code_map = load_code_map(codes, variables=model.sheet.variables)
    try:
        document = read_record_document(raw, code_map, name=name)
        if not isinstance(document, dict):
            raise InputError("the file must hold one JSON object", code="NOT_AN_OBJECT")
        bundle = read_bundle_resource(document, show_text=show_values)
        record = record_of(model, bundle, code_map, dt.datetime.now().astimezone())
    except BundleError as refusal:
        raise InputError(
            refusal.reason, code=refusal.code, file=name, advice="give a FHIR Bundle in JSON"
        ) from None
    except InputError as refusal:
        raise InputError(
            refusal.reason.replace("the body", "the file"), code=refusal.code, file=name,
            advice=refusal.advice,
        ) from None  # fmt: skip
    return PatientRecord(record=record, subject=bundle.subject)


def record_basis(model: Model, found: PatientRecord, given: dict[str, Any]) -> list[str]:
    """What an answer rests on: values of the record with their dates, and those of options."""
    of_record = {item.variable: item for item in found.record.used}
    return [
        used_in_words(model.sheet, of_record[name])
        if name in of_record
        else value_in_words(model.sheet, name, given[name])
        for name in (spec.name for spec in model.sheet.variables)
        if name in given
    ]


def show_record(model: Model, found: PatientRecord) -> None:
    """Print what was read from the record, and what was not and why."""
    print_lines("", "From the record")
    used = [used_in_words(model.sheet, item) for item in found.record.used]
    for line in [*used, *record_notes(model.sheet, found.record)] or ["nothing"]:
        print_wrapped(f"  {line}")
