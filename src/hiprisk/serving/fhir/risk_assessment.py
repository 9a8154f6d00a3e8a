"""A prediction as a FHIR R4 RiskAssessment; a record in a Bundle as values.

R4 states probabilities as percentages (RiskAssessment.prediction.probability[x]: "max = 100").
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hiprisk.errors import ConfigError, InputError
from hiprisk.wording.disclaimers import DISCLAIMER, warnings_of
from hiprisk.wording.quantities import patient_interval
from hiprisk.wording.remarks import remarks

if TYPE_CHECKING:
    from hiprisk.serving.model import Model, PatientPrediction

# Names of our own: R4 has no place for an expected value or an interval.
EXPECTED = "urn:hiprisk:fhir:expected-value"
INTERVALS = {
    "80": "urn:hiprisk:fhir:prediction-interval-80",
    "95": "urn:hiprisk:fhir:prediction-interval-95",
}
# The address of a server, in the characters of RFC 3986; the same in JSON schemas.
SERVER = r"https?://[A-Za-z0-9.:\[\]_~%-]+(/[A-Za-z0-9._~%!$&'()*+,;=:@-]*)*"
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_RELATIVE = re.compile(
    r"(Patient|Group)/[A-Za-z0-9.-]{1,64}(/_history/[A-Za-z0-9.-]{1,64})?", re.ASCII
)
# The characters of RFC 3986, without a query or a fragment.
_ABSOLUTE = re.compile(
    r"https?://[A-Za-z0-9.:\[\]_~%-]+(/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)+"
    r"|urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    re.ASCII,
)
UCUM = "http://unitsofmeasure.org"


def risk_assessment(
    model: Model,
    result: PatientPrediction,
    *,
    subject: str | None = None,
    basis: Sequence[str] = (),
    now: dt.datetime | None = None,
) -> dict[str, Any]:
    """A prediction as a FHIR R4 RiskAssessment.

    Parameters
    ----------
    model : Model
    result : PatientPrediction
        Of `Model.explain`.
    subject : str, optional
        Reference that the caller gave, for instance ``Patient/123``; no other identifier is
        written.
    basis : sequence of str
        What was used, in words; see `hiprisk.wording.remarks.basis_of`.
    now : datetime, optional
        With its time zone; the time of the assessment.

    Returns
    -------
    dict
        JSON values without null or empty ones, as FHIR asks.
    """
    now = now or dt.datetime.now(dt.UTC)
    bundle, outcome = model.bundle, model.sheet.outcome
    named = f"hiprisk model {bundle.name} version {bundle.version} (sha256 {bundle.sha256})"
    resource: dict[str, Any] = {
        "resourceType": "RiskAssessment",
        "status": "final",
        "method": {"text": named},
        "code": {"text": f"Prognosis: {outcome.label}"},
        "subject": {"reference": subject} if subject else {"display": "patient not named"},
        "occurrenceDateTime": now.isoformat(timespec="seconds"),
        "basis": [{"display": text} for text in basis],
        "prediction": _predictions(model, result.values, now),
        "note": [{"text": text} for text in _notes(model, result)],
    }
    return {key: value for key, value in resource.items() if value not in ([], "", None)}


def check_reference(reference: str) -> None:
    """Refuse what is no FHIR reference to a subject: ``Patient/id``, ``Group/id`` or absolute.

    Raises
    ------
    ConfigError
    """
    if not (_RELATIVE.fullmatch(reference) or _ABSOLUTE.fullmatch(reference)):
        raise ConfigError(
            "--fhir takes a FHIR reference to the patient, and this is none",
            code="USAGE",
            advice="write Patient/123, the whole address of a Patient, or urn:uuid:...",
        )


def _predictions(model: Model, values: Mapping[str, Any], now: dt.datetime) -> list[dict[str, Any]]:
    outcome = model.sheet.outcome
    day = later(now.date(), outcome.horizon_months).isoformat()
    when = {"whenPeriod": {"start": day, "end": day}}
    if outcome.kind == "binary":
        extension = _intervals(values, factor=100.0, quantity={"unit": "%", "code": "%"})
        event = outcome.event_level or "yes"
        risk = {"probabilityDecimal": 100.0 * values["risk"]}
        return [
            {**extension, "outcome": {"text": f"{outcome.label}: {event}"}, **risk, **when,
             "rationale": outcome.estimand}
        ]  # fmt: skip
    quantity = {"unit": outcome.unit, "code": "{score}"}
    expected = {"url": EXPECTED, "valueQuantity": _quantity(values["predicted"], quantity)}
    extension = {"extension": [expected, *_intervals(values, 1.0, quantity).get("extension", [])]}
    first = {**extension, "outcome": {"text": f"{outcome.label}, expected value"}, **when,
             "rationale": outcome.estimand}  # fmt: skip
    events = [
        {
            "outcome": {"text": event.label},
            "probabilityDecimal": 100.0 * values[f"chance_{event.name}"],
            **when,
            "rationale": outcome.estimand,
        }
        for event in outcome.events
    ]
    return [first, *events]


def _quantity(value: float, told: Mapping[str, str]) -> dict[str, Any]:
    return {"value": value, "unit": told["unit"], "system": UCUM, "code": told["code"]}


def _intervals(
    values: Mapping[str, Any], factor: float, quantity: Mapping[str, str]
) -> dict[str, Any]:
    found = []
    for level, url in INTERVALS.items():
        low, high = values[f"lower_{level}"], values[f"upper_{level}"]
        if low is not None and high is not None:
            limits = {"low": _quantity(factor * low, quantity),
                      "high": _quantity(factor * high, quantity)}  # fmt: skip
            found.append({"url": url, "valueRange": limits})
    return {"extension": found} if found else {}


def _notes(model: Model, result: PatientPrediction) -> list[str]:
    sheet, imputed = model.sheet, result.values["imputed"]
    notes = warnings_of(sheet)
    notes.append(headline(model, result))
    if imputed:
        labels = [sheet.variable(name).label for name in imputed]
        notes.append(f"Not known, imputed: {', '.join(labels)}.")
    assert result.explanation is not None
    told = remarks(sheet, result.explanation.distance, result.flags)
    notes += [f"Note: {remark}." for remark in told]
    return [*notes, f"Intended use: {sheet.intended_use}", DISCLAIMER]


def headline(model: Model, result: PatientPrediction) -> str:
    """The answer in one line: outcome, horizon, expected value or risk, 80 % interval."""
    outcome, values = model.sheet.outcome, result.values
    factor, unit, name = (
        (100.0, " %", "risk") if outcome.kind == "binary" else (1.0, "", "predicted")
    )
    low, high = values["lower_80"], values["upper_80"]
    interval = ""
    if low is not None and high is not None:
        called = patient_interval(80, kind=outcome.kind)
        interval = f" ({called} {factor * low:.0f} to {factor * high:.0f}{unit})"
    horizon = f"{outcome.label} in {outcome.horizon_months:g} months"
    return f"{horizon}: {factor * values[name]:.0f}{unit}{interval}"


def later(day: dt.date, months: float) -> dt.date:
    """The day some months later; the last of the month where that day does not exist."""
    whole = day.month - 1 + round(months)
    year, month = day.year + whole // 12, whole % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class RecordBundle:
    """Resources of a Bundle and the references that mean its one patient."""

    resources: tuple[object, ...]
    patient_names: frozenset[str]
    subject: str | None


def read_bundle_resource(document: Mapping[str, Any]) -> RecordBundle:
    """The resources of a FHIR Bundle that holds one Patient.

    Raises
    ------
    InputError
        If it is no Bundle, or holds no Patient or several.
    """
    entries = document.get("entry")
    if document.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise _no_record("the body must be a FHIR Bundle with entries")
    pairs = [
        (entry.get("fullUrl"), entry.get("resource"))
        for entry in entries
        if isinstance(entry, dict)
    ]
    patients = [
        (url, resource)
        for url, resource in pairs
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient"
    ]
    if len(patients) != 1:
        raise _no_record(f"the Bundle must hold one Patient; it holds {len(patients)}")
    url, patient = patients[0]
    given = patient.get("id")
    if given is not None and not (isinstance(given, str) and FHIR_ID.fullmatch(given)):
        raise _no_record("the Patient's id is no FHIR id")
    subject = f"Patient/{given}" if isinstance(given, str) else None
    # A fullUrl is absolute (R4): one that is not could name somebody else.
    absolute = url if isinstance(url, str) and ":" in url else None
    names = frozenset(name for name in (subject, absolute) if name is not None)
    return RecordBundle(tuple(resource for _, resource in pairs), names, subject)


def _no_record(reason: str) -> InputError:
    return InputError(
        reason,
        code="NOT_A_RECORD",
        advice="send a Bundle of one Patient and that patient's Observations",
    )


def bundle_resources(value: object) -> list[object]:
    """Resources of a prefetched value: itself, or the entries of a searchset."""
    if not isinstance(value, dict):
        return []
    if value.get("resourceType") != "Bundle":
        return [value]
    entries = value.get("entry")
    entries = entries if isinstance(entries, list) else []
    return [entry.get("resource") for entry in entries if isinstance(entry, dict)]
