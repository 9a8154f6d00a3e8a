"""REDCap's data dictionary: labels, kinds, choices and ranges of the fields of a project."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hiprisk.cohort.drafts.redcap.export import question_and_choice
from hiprisk.cohort.files.opening import open_cohort_file
from hiprisk.errors import InputError

# Columns as downloaded from a project, and as its API calls them.
_COLUMNS = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": (
        "Choices, Calculations, OR Slider Labels",
        "Choices OR Calculations",
        "select_choices_or_calculations",
    ),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "low": ("Text Validation Min", "text_validation_min"),
    "high": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
    "annotation": ("Field Annotation", "field_annotation"),
}
_NEEDED = ("name", "kind", "label")
_TAG = re.compile(r"<[^>]*>")
_WITH_CHOICES = ("radio", "dropdown", "checkbox")
_NO_YES = {"yesno": {"0": "No", "1": "Yes"}, "truefalse": {"0": "False", "1": "True"}}
_SAYS_MISSING = re.compile(
    r"missing|unknown|unsure|not (known|applicable|available|done|asked|recorded|sure)|n/?a|"
    r"don'?t know|do not know|refused|declined|prefer not.*|no answer|keine angabe|weiß nicht|"
    r"unbekannt|onbekend|ukendt",
)
_EVENT = re.compile(r"[a-z0-9_]+_arm_\d+")
_HIDDEN = re.compile(r"@HIDDEN(?![-\w])")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapField:
    """One field of a project.

    Attributes
    ----------
    kind : str
        REDCap's field type, such as ``radio`` or ``text``.
    choices : mapping of str to str
        Answer of each code.
    validation : str
        Such as ``integer`` or ``date_ymd``.
    limits : tuple of float, optional
        Smallest and largest number that the form takes, where both are stated.
    """

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str]
    validation: str = ""
    limits: tuple[float, float] | None = None
    is_identifier: bool = False
    is_hidden: bool = False

    @property
    def missing_codes(self) -> tuple[str, ...]:
        """Codes whose answer says that nothing is known."""
        return tuple(code for code, text in self.choices.items() if says_missing(text))


def read_data_dictionary(path: Path | str) -> dict[str, RedcapField]:
    """The fields of a data dictionary (CSV) by name.

    Raises
    ------
    InputError
        If it cannot be read, or is no data dictionary.
    """
    file = open_cohort_file(path)
    found: dict[str, RedcapField] = {}
    for block in file.blocks():
        columns = _columns(block.table.column_names, file.name)
        for row in block.table.select(list(columns.values())).to_pylist():
            cells = {key: row[column].strip() for key, column in columns.items()}
            if cells["name"]:
                found[cells["name"]] = _field(cells)
    return found


def _columns(names: list[str], file: str) -> dict[str, str]:
    own = {" ".join(name.split()).lower(): name for name in names}
    found = {
        key: own[known.lower()]
        for key, ways in _COLUMNS.items()
        for known in ways
        if known.lower() in own
    }
    lacking = [_COLUMNS[key][0] for key in _NEEDED if key not in found]
    if lacking:
        raise InputError(
            f"a REDCap data dictionary has the columns {', '.join(lacking)}, and this file lacks "
            "them",
            code="MISSING_COLUMN",
            file=file,
            advice="download it from the project: Data Dictionary, as CSV",
        )
    return found


def _field(cells: Mapping[str, str]) -> RedcapField:
    kind = cells["kind"].lower()
    return RedcapField(
        name=cells["name"],
        form=cells.get("form", ""),
        kind=kind,
        label=plain_label(cells["label"]) or cells["name"],
        choices=_NO_YES.get(kind)
        or _choices(cells.get("choices", "") if kind in _WITH_CHOICES else ""),
        validation=cells.get("validation", "").lower(),
        limits=_limits(cells),
        is_identifier=cells.get("identifier", "").lower() in ("y", "yes", "1"),
        is_hidden=_HIDDEN.search(cells.get("annotation", "")) is not None,
    )


def _choices(text: str) -> dict[str, str]:
    """Code and answer of ``1, Back | 2, Hip``."""
    pairs = [part.partition(",") for part in text.split("|")]
    return {code.strip(): plain_label(answer) for code, comma, answer in pairs if comma}


def _limits(cells: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        low, high = float(cells.get("low", "")), float(cells.get("high", ""))
    except ValueError:
        return None
    return (low, high) if low < high else None


def plain_label(text: str) -> str:
    """A label without markup and line ends."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def says_missing(answer: str) -> bool:
    """Whether an answer says that nothing is known."""
    return _SAYS_MISSING.fullmatch(answer.strip().lower().rstrip(".")) is not None


@dataclass(frozen=True, slots=True)
class ColumnField:
    """What a column of an export holds.

    Attributes
    ----------
    field : RedcapField
    choice : str
        Code of the choice, where the column is one box of a checkbox field.
    event : str
        The event behind the column's name, as joined files have it.
    """

    field: RedcapField
    choice: str = ""
    event: str = ""


def fields_of_columns(
    columns: Iterable[str], fields: Mapping[str, RedcapField]
) -> dict[str, ColumnField]:
    """Field of each column of a raw or labelled export, or of its joined events."""
    by_label: dict[str, list[RedcapField]] = {}
    for field in fields.values():
        by_label.setdefault(field.label, []).append(field)
    unique = {label: same[0] for label, same in by_label.items() if len(same) == 1}
    found = {}
    for column in columns:
        described = (
            _raw(column, fields) or _labelled(column, unique) or _of_event(column, fields, unique)
        )
        if described is not None:
            found[column] = described
    return found


def _of_event(
    column: str, fields: Mapping[str, RedcapField], by_label: Mapping[str, RedcapField]
) -> ColumnField | None:
    for place in reversed([at for at, sign in enumerate(column) if sign == "_"]):
        name, event = column[:place], column[place + 1 :]
        raw = _raw(name, fields) if _EVENT.fullmatch(event) else None
        found = raw or _labelled(name, by_label)
        if found is not None:
            return replace(found, event=event)
    return None


def _raw(column: str, fields: Mapping[str, RedcapField]) -> ColumnField | None:
    if column in fields:
        return ColumnField(fields[column])
    name, underscores, ending = column.partition("___")
    if not underscores or name not in fields:
        return None
    # In the name of a column a code is in small letters and its minus an underscore.
    codes = {re.sub(r"[^a-z0-9]", "_", code.lower()): code for code in fields[name].choices}
    return ColumnField(fields[name], codes[ending]) if ending in codes else None


def _labelled(column: str, fields: Mapping[str, RedcapField]) -> ColumnField | None:
    box = question_and_choice(column)
    if box is None:
        field = fields.get(plain_label(column))
        return ColumnField(field) if field is not None else None
    field = fields.get(plain_label(box[0]))
    if field is None:
        return None
    codes = {answer: code for code, answer in field.choices.items()}
    choice = plain_label(box[1])
    return ColumnField(field, codes[choice]) if choice in codes else None
