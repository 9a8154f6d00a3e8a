"""A prediction as a FHIR R4 RiskAssessment; a record in a Bundle as values.

R4 states probabilities as percentages (RiskAssessment.prediction.probability[x]: "max = 100").
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hiprisk.errors import ConfigError
from hiprisk.serving.fhir.units import UCUM
from hiprisk.wording.disclaimers import DISCLAIMER, warnings_of
from hiprisk.wording.quantities import patient_interval, score_decimals
from hiprisk.wording.remarks import remarks
from hiprisk.wording.sites import risk_over_sites

if TYPE_CHECKING:
    from hiprisk.serving.model import Model, PatientPrediction
    from hiprisk.sheet.format import Sheet

# Names of our own: R4 has no place for an expected value or an interval.
EXPECTED = "urn:hiprisk:fhir:expected-value"
INTERVALS = {
    "80": "urn:hiprisk:fhir:prediction-interval-80",
    "95": "urn:hiprisk:fhir:prediction-interval-95",
}
# The address of a server, in the characters of RFC 3986; the same in JSON schemas.
SERVER = r"https?://[A-Za-z0-9.:\[\]_~%-]+(/[A-Za-z0-9._~%!$&'()*+,;=:@-]*)*"
_RELATIVE = re.compile(
    r"(Patient|Group)/[A-Za-z0-9.-]{1,64}(/_history/[A-Za-z0-9.-]{1,64})?", re.ASCII
)
# The characters of RFC 3986, without a query or a fragment.
_ABSOLUTE = re.compile(
    r"https?://[A-Za-z0-9.:\[\]_~%-]+(/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)+"
    r"|urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    re.ASCII,
)


def risk_assessment(
    model: Model,
    result: PatientPrediction,
    *,
    subject: str | None = None,
    basis: Sequence[str] = (),
    of_record: Sequence[str] = (),
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
    of_record : sequence of str
        What a record lacks, and why what it holds was not used; see
        `hiprisk.serving.fhir.record_words.record_notes`.
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
        "note": [{"text": text} for text in _notes(model, result, of_record)],
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
        for event in model.sheet.told_events
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


def _notes(model: Model, result: PatientPrediction, of_record: Sequence[str]) -> list[str]:
    sheet, imputed = model.sheet, result.values["imputed"]
    notes = warnings_of(sheet)
    notes.append(headline(model, result))
    notes += over_sites(sheet, result)
    if imputed:
        labels = [sheet.variable(name).label for name in imputed]
        notes.append(f"Not known, imputed: {', '.join(labels)}.")
    assert result.explanation is not None
    told = remarks(sheet, result.explanation.distance, result.flags)
    notes += [f"Note: {remark}." for remark in told]
    notes += [f"{text}." for text in of_record]
    return [*notes, f"Intended use: {sheet.intended_use}", DISCLAIMER]


def over_sites(sheet: Sheet, result: PatientPrediction) -> list[str]:
    """Where a risk at the mean site lies in 95 % of sites, in a sentence if there is one."""
    said = None
    if sheet.outcome.kind == "binary":
        said = risk_over_sites(sheet, result.values["risk"])
    return [] if said is None else [said]


def headline(model: Model, result: PatientPrediction) -> str:
    """The answer in one line: outcome, horizon, expected value or risk, 80 % interval."""
    outcome, values = model.sheet.outcome, result.values
    factor, unit, name = (
        (100.0, " %", "risk") if outcome.kind == "binary" else (1.0, "", "predicted")
    )
    low, high = values["lower_80"], values["upper_80"]
    digits = score_decimals(model.sheet, 0)
    interval = ""
    if low is not None and high is not None:
        called = patient_interval(80, kind=outcome.kind)
        interval = f" ({called} {factor * low:.{digits}f} to {factor * high:.{digits}f}{unit})"
    horizon = f"{outcome.label} in {outcome.horizon_months:g} months"
    return f"{horizon}: {factor * values[name]:.{digits}f}{unit}{interval}"


def later(day: dt.date, months: float) -> dt.date:
    """The day some months later; the last of the month where that day does not exist."""
    whole = day.month - 1 + round(months)
    year, month = day.year + whole // 12, whole % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
