"""What a bundle says of variables, so that a study's own need no file where its model is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hiprisk.cohort.dictionary import (
    FROM_OUTCOME,
    FROM_SHEET,
    Dictionary,
    Variable,
    load_dictionary,
)
from hiprisk.cohort.own_variables import REQUIRED, VariableEntry, from_document
from hiprisk.sheet.format import MeasurementError, Sheet, VariableSpec
from hiprisk.yaml_settings import YamlDocument

# Key of a bundle's config under which a study's own variables stand.
BUNDLED = "variables"
_BLANK = Variable(name="", label="", kind="number", source="")


def plain_entries(dictionary: Dictionary) -> dict[str, dict[str, Any]]:
    """What a dictionary states, as plain JSON values in the schema of a user's file."""
    packaged = load_dictionary()
    found = {}
    for name, variable in dictionary.stated.items():
        before = packaged.get(name) or _BLANK
        plain = {key: getattr(variable, key) for key in VariableEntry.__dataclass_fields__}
        found[name] = {
            key: asdict(value) if isinstance(value, MeasurementError) else value
            for key, value in plain.items()
            if value != getattr(before, key) or (name not in packaged and key in REQUIRED)
        }
    return found


def entries_of_columns(sheet: Sheet, columns: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Entries by which a bundle's variables are found in columns of other names.

    Parameters
    ----------
    sheet : Sheet
    columns : mapping of str to str
        Column of each variable, the outcome among them, in the data behind the model.

    Returns
    -------
    dict
        For ``variables`` of the bundle's config. A variable of the packaged dictionary has its own
        names, and what is a name of another variable is left out.
    """
    outcome, packaged = sheet.outcome, load_dictionary()
    kinds: dict[str, tuple[str, ...]] = {
        spec.name: (spec.label, spec.kind, FROM_SHEET) for spec in sheet.variables
    }
    of_outcome = "number" if outcome.event_level is None else "category"
    kinds[outcome.variable] = (outcome.label, of_outcome, FROM_OUTCOME)
    found: dict[str, dict[str, Any]] = {}
    for name, (label, kind, source) in kinds.items():
        column = columns.get(name, name)
        if name not in packaged and column not in {*kinds, *packaged}:
            # A name that the mapping leaves out stays undeclared, and nothing is refused for it.
            found[name] = {"label": label, "kind": kind, "source": source, "aliases": [column]}
    return found


@dataclass(frozen=True, slots=True)
class BundledVariables:
    """What a bundle says of variables: the model's, which win, and the study's, which fill in."""

    model: tuple[VariableSpec, ...]
    study: Dictionary

    def laid_over(self, known: Dictionary) -> Dictionary:
        """A dictionary with what the bundle says."""
        return self.study.overlaid_by(known).with_model(self.model)


def bundled_variables(sheet: Sheet, config: Mapping[str, Any]) -> BundledVariables:
    """What a bundle says of variables, so that a study's own need no file where it is used.

    Raises
    ------
    ConfigError
        If the bundle's config holds entries that are none.
    """
    entries = config.get(BUNDLED) or {}
    study = from_document(YamlDocument(name="config.json", data=entries, lines={}, reference=""))
    outcome = sheet.outcome
    if outcome.variable not in study:
        is_category = outcome.event_level is not None
        study = study.with_variables(
            [
                Variable(
                    name=outcome.variable,
                    label=outcome.label,
                    kind="category" if is_category else "number",
                    source=FROM_OUTCOME,
                    unit=outcome.unit if outcome.kind == "continuous" else None,
                )
            ]
        )
    return BundledVariables(sheet.variables_to_read, study)
