"""What an estimator's sheet says beside numbers: its outcome in words, its name; and its bundle."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, get_args

from hiprisk.bill_of_materials import bill_of_what_is_used
from hiprisk.bundle import BundleContents, check_name, write_bundle
from hiprisk.cohort.bundled_variables import BUNDLED, entries_of_columns
from hiprisk.config import EventSettings
from hiprisk.config.published import DeclaredOutcome, plain_outcome
from hiprisk.errors import BundleError, ConfigError
from hiprisk.learning.own.estimator import package_versions
from hiprisk.learning.sheets.export import outcome_spec_of
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.provenance import Provenance
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.format import OutcomeSpec, Sheet
from hiprisk.yaml_settings import YamlDocument

Direction = Literal["worse", "better"]
INTENDED_USE = "Research and education. Not a medical device; not for decisions about a patient."
NOT_STATED = "horizon and population not stated"
ORIGIN = (
    "Fitted as a scikit-learn estimator, outside a study: this document has no evidence of how "
    "well it predicts."
)
# What the fit knows of its outcome, so that nobody states it again.
_KNOWN = ("kind", "bounds", "event_level", "levels", "dichotomise", "hip_replacement")


def undescribed_outcome(
    variable: str,
    *,
    label: str,
    unit: str,
    kind: OutcomeKind,
    bounds: tuple[float, float] | None = None,
    levels: tuple[str, ...] = (),
    higher_is: Direction = "worse",
) -> OutcomeSpec:
    """An outcome of which only the data are known; the last of `levels` is the event."""
    declared = DeclaredOutcome(
        variable=variable,
        label=label,
        kind=kind,
        unit=unit,
        higher_is=higher_is,
        # As of an outcome that a validation names by its variable alone.
        horizon_months=1.0,
        population=NOT_STATED,
        bounds=bounds,
        event_level=levels[-1] if levels else None,
        levels=levels,
    )
    return dataclasses.replace(outcome_spec_of(declared, ()), estimand=f"{label}; {NOT_STATED}")


def document_of(
    sheet: Sheet,
    *,
    name: str,
    outcome: Mapping[str, Any] | None,
    provenance: str,
    intended_use: str | None,
    direction: Direction | None,
) -> Sheet:
    """A fitted sheet with its name, and its outcome in words.

    `direction` is what the dictionary says of a continuous outcome, None where it says nothing.

    Raises
    ------
    ConfigError
        If the name is not safe, something that is said of the outcome breaks a rule, or nobody
        says whether more of a continuous outcome is better or worse.
    """
    check_name(name)
    _check_direction(sheet.outcome, (outcome or {}).get("higher_is"), direction)
    if provenance not in get_args(Provenance):
        known = ", ".join(map(repr, get_args(Provenance)))
        raise ConfigError(f"must be one of {known}, got {provenance!r}", column="provenance")
    if outcome is not None:
        described = outcome_spec_of(_declared(sheet, outcome), _names(sheet))
        if "horizon_months" not in outcome:
            described = dataclasses.replace(described, estimand=f"{described.label}; {NOT_STATED}")
        sheet = dataclasses.replace(sheet, outcome=described)
    found = dataclasses.replace(
        sheet,
        name=name,
        title=f"{sheet.outcome.label} ({sheet.family} model)",
        provenance=provenance,  # type: ignore[arg-type]  # checked above
        intended_use=intended_use or INTENDED_USE,
        notes=(ORIGIN,),
    )
    _check_writable(found)
    return found


def _check_direction(outcome: OutcomeSpec, stated: object, of_dictionary: Direction | None) -> None:
    """Raise ConfigError where nobody says what is good, or two say the opposite.

    Screens, cards and the calculator say it to whoever reads a prediction: a guess misleads.
    """
    if outcome.kind != "continuous":
        return
    if stated is None and of_dictionary is None:
        raise ConfigError(
            f"say whether more of {outcome.label!r} is better or worse: whoever reads a "
            "prediction is told",
            column="outcome.higher_is",
            advice="outcome={'higher_is': 'better'} or {'higher_is': 'worse'}",
        )
    if stated in ("better", "worse") and of_dictionary not in (None, stated):
        raise ConfigError(
            f"{stated} contradicts the dictionary, where more of {outcome.label!r} is "
            f"{of_dictionary}",
            column="outcome.higher_is",
            advice="give the column another name if it is another score, or dictionary=None",
        )


def _check_writable(sheet: Sheet) -> None:
    """Raise ConfigError where a fit has numbers of a size that no reader of sheets takes."""
    try:
        check_sheet(sheet, name=sheet.name)
    except BundleError as problem:
        raise ConfigError(
            f"the model cannot be written as a sheet: {problem.reason}",
            code="NOT_PORTABLE",
            advice="give columns and outcome units in which their values are of ordinary size, "
            "say between 0.001 and 1,000,000",
        ) from problem


def _names(sheet: Sheet) -> tuple[str, ...]:
    return tuple(spec.name for spec in sheet.variables)


def _declared(sheet: Sheet, stated: Mapping[str, Any]) -> DeclaredOutcome:
    """What is said of the outcome, with what the fit knows of it."""
    fitted = sheet.outcome
    for key in stated:
        if key in _KNOWN:
            raise ConfigError("the fit says this, and it cannot be stated", column=f"outcome.{key}")
    baseline = stated.get("baseline")
    if baseline is not None and baseline not in _names(sheet):
        raise ConfigError(
            f"{baseline!r} is no variable of the sheet",
            column="outcome.baseline",
            advice=f"its variables: {', '.join(_names(sheet))}",
        )
    bounds = None if fitted.lower is None else (fitted.lower, fitted.upper)
    of_fit = {
        "variable": fitted.variable,
        "label": fitted.label,
        "kind": fitted.kind,
        "unit": fitted.unit,
        "higher_is": fitted.higher_is,
        "horizon_months": fitted.horizon_months,
        "population": NOT_STATED,
        "bounds": bounds,
        "event_level": fitted.event_level,
        "levels": fitted.levels or (),
    }
    document = YamlDocument(
        name="", data={**of_fit, **stated}, lines={}, reference="see docs/reference/config.md"
    )
    try:
        return document.settings(DeclaredOutcome)
    except ConfigError as refusal:
        raise ConfigError(
            refusal.reason, column=f"outcome.{refusal.column}", advice=refusal.advice
        ) from None


def write_estimator_bundle(
    sheet: Sheet,
    *,
    out: Path | str,
    estimator: str,
    parameters: Mapping[str, Any],
    columns: Mapping[str, str],
) -> Path:
    """Write a sheet as a bundle, with what a validation needs to know of its outcome.

    `estimator` is the class that was fitted, with its module; `columns` has the user's column of
    each variable, by which a frame or a file is read too.
    """
    # Only a bundle needs a card, and reports take as long to import as all the rest.
    from hiprisk.reporting.results.external_card import published_card

    outcome = sheet.outcome
    bounds = None if outcome.lower is None else (outcome.lower, outcome.upper)
    declared = DeclaredOutcome(
        variable=outcome.variable,
        label=outcome.label,
        kind=outcome.kind,
        unit=outcome.unit,
        higher_is=outcome.higher_is,
        horizon_months=outcome.horizon_months,
        population=outcome.estimand,
        bounds=bounds,  # type: ignore[arg-type]  # both ends are numbers, or there are none
        baseline=outcome.baseline,
        event_level=outcome.event_level,
        levels=outcome.levels or (),
        events=tuple(EventSettings(**dataclasses.asdict(event)) for event in outcome.events),
    )
    entries = entries_of_columns(sheet, columns)
    fitted = {name: _plain(value) for name, value in parameters.items()}
    contents = BundleContents(
        sheet=sheet,
        config={
            "name": sheet.name,
            "outcome": plain_outcome(declared),
            "estimator": {"class": estimator, "parameters": fitted},
            **({BUNDLED: entries} if entries else {}),
        },
        evidence={"summary": list(sheet.notes), "metrics": {}},
        run={"written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())},
        card=published_card(sheet),
        cohort_fingerprint="none: fitted outside a study",
        created_with={name: metadata.version(name) for name in ("hiprisk", "scikit-learn")},
        bill=bill_of_what_is_used(["train"], also=package_versions([estimator])),
    )
    return write_bundle(out, sheet.name, contents)


def _plain(value: Any) -> Any:
    """A parameter as JSON has it; what JSON has not by its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return value.item()
    return type(value).__name__
