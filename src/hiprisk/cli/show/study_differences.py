"""What two studies differ in, in words: keys by their labels, values whole or counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hiprisk.wording.labels import capital, column_label, in_words
from hiprisk.wording.quantities import plural, setting_text

if TYPE_CHECKING:
    from hiprisk.evidence.study_comparison import DocumentDifference

# In the order in which they matter to a reader.
SECTIONS = MappingProxyType(
    {
        "config": "Settings of the study",
        "cohort": "Cohort",
        "model": "Model",
        "code": "Software",
    }
)
NOTHING = "not stated"
ARROW = " -> "
# As much of a hash as `hiprisk models` shows.
HASH = 12
# Keys whose words alone do not say what they hold.
_LABELS = MappingProxyType(
    {
        "bundle_schema_version": "version of the bundle's format",
        "sheet_schema_version": "version of the sheet's format",
        "families": "model types",
        "family": "model type",
        "fingerprint": "fingerprint",
        "horizon_months": "months of follow-up",
        "n": "number",
        "n_analysed": "rows analysed",
        "n_people": "participants",
        "n_predictors": "predictors",
        "n_coefficients": "coefficients",
        "n_columns": "columns of the design",
        "n_trees": "trees",
        "residual_sd": "residual SD",
        "trees_sha256": "hash of the trees",
    }
)
_OF_COLUMNS = MappingProxyType({"coefficients": "coefficient of", "knots": "knots of"})


def key_in_words(one: DocumentDifference, labels: Mapping[str, str]) -> str:
    """What a key is called: its last part, and the sections that it stands in.

    Parameters
    ----------
    one : DocumentDifference
    labels : mapping of str to str
        Of variables and blocks, by name.
    """
    outer, _, column = one.key.partition(".")
    if one.section == "model" and outer in _OF_COLUMNS and column:
        # A colon ends the key.
        return f"{_OF_COLUMNS[outer]} {column_label(column, labels).replace(': ', ' = ')}"
    if one.section == "cohort" and outer == "flow" and column:
        return f"flow, {column}"
    if one.section == "code" and one.key not in _LABELS:
        # The name of a package.
        return one.key
    *within, last = (_part(part, labels) for part in one.key.split("."))
    return f"{last} ({', '.join(within)})" if within else last


def _part(part: str, labels: Mapping[str, str]) -> str:
    return _LABELS.get(part) or labels.get(part) or in_words(part)


def change_in_words(one: DocumentDifference, labels: Mapping[str, str]) -> str:
    """The value of the first study, then that of the second."""
    first, second = (_side(one, side, labels) for side in ("first", "second"))
    return f"{first}{ARROW}{second}"


def _side(one: DocumentDifference, side: str, labels: Mapping[str, str]) -> str:
    if one.only_in is not None and one.only_in != side:
        return NOTHING
    here, there = (one.first, one.second) if side == "first" else (one.second, one.first)
    if isinstance(here, list) and isinstance(there, list):
        return _beyond(here, there, labels)
    return value_in_words(here, labels)


def _beyond(here: Sequence[Any], there: Sequence[Any], labels: Mapping[str, str]) -> str:
    """A short list; of a long one what the other has not: what they share is no difference."""
    if len(here) <= 3 and len(there) <= 3:
        return value_in_words(list(here), labels)
    rest = [item for item in here if item not in there]
    if rest:
        return f"with {value_in_words(rest, labels)}"
    return "without" if any(item not in here for item in there) else "in another order"


def value_in_words(value: Any, labels: Mapping[str, str] = MappingProxyType({})) -> str:
    """A value of a config, a cohort or a sheet; variables by their labels, a hash by its start."""
    if isinstance(value, Mapping):
        parts = (f"{_part(str(key), labels)} {value_in_words(held, labels)}"
                 for key, held in value.items())  # fmt: skip
        return "; ".join(parts) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(value_in_words(one, labels) for one in value) or "none"
    if not isinstance(value, str):
        return setting_text(value)
    if "\n" in value.strip():
        return f"a text of {plural(len(value.strip().splitlines()), 'line')}"
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return value[:HASH]
    return labels.get(value) or " ".join(value.split())


def sections_in_words(
    found: Mapping[str, Sequence[DocumentDifference]], labels: Mapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Title of each section that differs, and a line a difference."""
    for section, title in SECTIONS.items():
        # The name of a package keeps its letters.
        opened = str if section == "code" else capital
        lines = [
            f"- {opened(key_in_words(one, labels))}: {change_in_words(one, labels)}"
            for one in found.get(section, ())
        ]
        if lines:
            yield title, lines
