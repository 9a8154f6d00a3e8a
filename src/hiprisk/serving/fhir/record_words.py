"""What was read from a record, and what was not and why, in words: the same on each way out."""

from __future__ import annotations

from hiprisk.errors import InputError
from hiprisk.serving.fhir.record import REASONS, Record, Unused, Used
from hiprisk.sheet.format import Sheet
from hiprisk.wording.remarks import value_in_words

DECLARE = (
    "declare the codes of your record system with --fhir-codes, see docs/how-to/record-system.md"
)


def used_in_words(sheet: Sheet, item: Used) -> str:
    """A value that was used: what, how much, from when."""
    when = f", recorded {item.recorded}" if item.recorded else ", from the patient's data"
    converted = f", converted from {item.converted_from}" if item.converted_from else ""
    computed = f", computed from {item.items}" if item.items else ""
    return f"{value_in_words(sheet, item.variable, item.value)}{when}{converted}{computed}"


def unused_in_words(sheet: Sheet, note: Unused) -> str:
    """Why a variable has no value, or which recorded values were passed over."""
    told = [f"recorded {note.recorded}"] if note.recorded else []
    if note.count > 1:
        told = [f"{note.count} times", f"last {note.recorded}"] if told else [f"{note.count} times"]
    where = f" ({', '.join(told)})" if told else ""
    return f"{sheet.variable(note.variable).label}: {REASONS[note.code]}{where}"


def missing_notes(record: Record) -> list[Unused]:
    """Why variables have no value."""
    known = record.values
    return [note for note in record.unused if note.variable not in known]


def passed_over_notes(record: Record) -> list[Unused]:
    """Why recorded values were passed over for others of the same variable."""
    known = record.values
    return [note for note in record.unused if note.variable in known]


def record_notes(sheet: Sheet, record: Record) -> list[str]:
    """Sentences without a full stop: of the record as a whole, missing, passed over."""
    return [
        *(f"{remark[0].upper()}{remark[1:]}" for remark in record.remarks),
        *(f"Missing: {unused_in_words(sheet, note)}" for note in missing_notes(record)),
        *(f"Not used: {unused_in_words(sheet, note)}" for note in passed_over_notes(record)),
    ]


def refused_for_record(sheet: Sheet, refusal: InputError, record: Record) -> InputError:
    """A refusal that also says what the record lacks, and why what it holds was not used."""
    unused = [note for note in record.unused if note.code != "ABSENT"]
    absent = [sheet.variable(note.variable).label for note in record.unused
              if note.code == "ABSENT"]  # fmt: skip
    told = [*record.remarks, *(unused_in_words(sheet, note) for note in unused)]
    if absent:
        told.append(f"not in the record: {', '.join(absent)}")
    return InputError(
        "; ".join([refusal.reason, *told]),
        code=refusal.code,
        file=refusal.file,
        row=refusal.row,
        column=refusal.column,
        # Without a column too little is known, and most often a code is not declared.
        advice=refusal.advice if refusal.column else DECLARE,
    )
