"""CDS Hooks 2.0: discovery, and an information card about one patient."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from hiprisk.errors import InputError
from hiprisk.serving.fhir.bundles import FHIR_ID, bundle_resources, remarks_of
from hiprisk.serving.fhir.code_map import CodeMap, QuestionnaireItems
from hiprisk.serving.fhir.record import Record, read_record
from hiprisk.serving.fhir.record_words import (
    missing_notes,
    passed_over_notes,
    unused_in_words,
    used_in_words,
)
from hiprisk.serving.fhir.risk_assessment import SERVER, headline, over_sites
from hiprisk.serving.http.problems import RequestRefusedError
from hiprisk.serving.http.requests import predict_one
from hiprisk.serving.model import Model, PatientPrediction
from hiprisk.wording.disclaimers import DISCLAIMER, kind_not_for_patients, warnings_of
from hiprisk.wording.quantities import patient_interval, score_decimals
from hiprisk.wording.remarks import remarks

MAX_SUMMARY = 139
HOOK = "patient-view"
_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def service_id(model: Model) -> str:
    """The id of the one service."""
    return f"hiprisk-{model.bundle.name}"


def discovery(model: Model, code_map: CodeMap) -> dict[str, Any]:
    """The body of ``GET /cds-services``: the hook and its prefetch templates."""
    kind = kind_not_for_patients(model.sheet)
    warning = f" {kind}" if kind else ""
    return {
        "services": [
            {
                "hook": HOOK,
                "id": service_id(model),
                "title": model.sheet.title,
                "description": f"{model.sheet.outcome.estimand}.{warning} {DISCLAIMER}",
                "prefetch": _prefetch(model, code_map),
            }
        ]
    }


def _prefetch(model: Model, code_map: CodeMap) -> dict[str, str]:
    queries = {"patient": "Patient/{{context.patientId}}"}
    for spec in model.sheet.variables:
        source = code_map.observations.get(spec.name)
        if source is not None:
            codes = ",".join(source.codes)
            queries[spec.name] = (
                f"Observation?patient={{{{context.patientId}}}}&code={codes}&_sort=-date&_count=5"
            )
        items = code_map.questionnaires.get(spec.name)
        if items is not None:
            queries[f"{spec.name}_items"] = _responses_query(items)
    return queries


def _responses_query(items: QuestionnaireItems) -> str:
    query = "QuestionnaireResponse?patient={{context.patientId}}"
    if items.questionnaires:
        query += f"&questionnaire={','.join(items.questionnaires)}"
    if any("|" in key for key in items.items.values()):
        # Codes of items stand in the Questionnaire only.
        query += "&_include=QuestionnaireResponse:questionnaire"
    return f"{query}&_sort=-authored&_count=5"


def answer_hook(
    model: Model, document: Mapping[str, Any], *, code_map: CodeMap, now: dt.datetime
) -> dict[str, Any]:
    """The cards for one opened record.

    Parameters
    ----------
    model : Model
    document : mapping
        The request: hook, hookInstance, context and prefetch.
    code_map : CodeMap
    now : datetime
        With its time zone.

    Returns
    -------
    dict
        One card, or none where the record says that the patient has died.

    Raises
    ------
    InputError
        If the request is not one of CDS Hooks, holds another patient, or lacks the record.
    """
    patient_id = _patient_id(document)
    prefetch = document.get("prefetch")
    if not isinstance(prefetch, dict) or not prefetch:
        raise RequestRefusedError(
            "prefetch missing from the request; this service does not query the FHIR server",
            code="NO_PREFETCH",
            advice="send what the prefetch templates of /cds-services ask for",
        )
    if not all(value is None or isinstance(value, dict) for value in prefetch.values()):
        raise _bad("prefetch values must be resources or null", "prefetch")
    resources = [resource for value in prefetch.values() for resource in bundle_resources(value)]
    record = read_record(
        resources,
        patient_names=_names(patient_id, document),
        code_map=code_map,
        variables=model.sheet.variables,
        now=now,
        remarks=tuple(dict.fromkeys(said for one in prefetch.values() for said in remarks_of(one))),
    )
    return {"cards": [] if record.deceased else [card(model, record)]}


def _patient_id(document: Mapping[str, Any]) -> str:
    """The patient in context; refuses what is no request of CDS Hooks."""
    if document.get("hook") != HOOK:
        raise _bad(f"hook must be {HOOK}", "hook")
    if not _UUID.fullmatch(str(document.get("hookInstance"))):
        raise _bad("hookInstance must be a UUID", "hookInstance")
    context = document.get("context")
    context = context if isinstance(context, dict) else {}
    for key in ("userId", "patientId"):
        if not isinstance(context.get(key), str) or not context[key]:
            raise _bad(f"context must hold {key} as text", f"context.{key}")
    if not FHIR_ID.fullmatch(context["patientId"]):
        raise _bad("context.patientId must be a FHIR id", "context.patientId")
    return str(context["patientId"])


def _names(patient_id: str, document: Mapping[str, Any]) -> frozenset[str]:
    """The references that mean the patient: relative, and on the server that calls."""
    relative = f"Patient/{patient_id}"
    server = document.get("fhirServer")
    if server is None:
        return frozenset({relative})
    if not isinstance(server, str) or not re.fullmatch(SERVER, server):
        raise _bad("fhirServer must be the http or https address of a server", "fhirServer")
    return frozenset({relative, f"{server.rstrip('/')}/{relative}"})


def _bad(reason: str, key: str) -> InputError:
    return InputError(
        reason, code="CDS_REQUEST", column=key, advice="see the specification of CDS Hooks 2.0"
    )


def card(model: Model, record: Record) -> dict[str, Any]:
    """One information card: the prediction, its inputs, what is missing; never advice."""
    try:
        result = predict_one(model, record.values)
    except InputError as refusal:
        summary = f"No prediction: {_refused(model, refusal)}"
        # The summary may have to be cut.
        lines = [f"{summary}.", ""]
    else:
        summary = headline(model, result)
        lines = _answer_lines(model, result)
    kind = kind_not_for_patients(model.sheet)
    if kind:
        summary = f"{kind} {summary}"
        lines = [*warnings_of(model.sheet), "", *lines]
    return {
        "summary": _shortened(summary),
        "indicator": "info",
        "source": {"label": f"hiprisk, model {model.bundle.name} version {model.bundle.version}"},
        "detail": "\n".join([*lines, *_record_lines(model, record), *_closing(model)]),
    }


def _refused(model: Model, refusal: InputError) -> str:
    if refusal.column is None:
        return refusal.reason
    return f"{model.sheet.variable(refusal.column).label} {refusal.reason}"


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SUMMARY else f"{text[: MAX_SUMMARY - 3]}..."


def _answer_lines(model: Model, result: PatientPrediction) -> list[str]:
    outcome, values = model.sheet.outcome, result.values
    estimand = outcome.estimand[0].upper() + outcome.estimand[1:]
    lines = [f"{estimand}.", "", f"- {headline(model, result)}"]
    factor, unit = (100.0, " %") if outcome.kind == "binary" else (1.0, "")
    low, high = values["lower_95"], values["upper_95"]
    if low is not None and high is not None:
        called = patient_interval(95, kind=outcome.kind)
        digits = score_decimals(model.sheet, 0)
        lines.append(f"- {called} {factor * low:.{digits}f} to {factor * high:.{digits}f}{unit}")
    lines += [f"- {said}" for said in over_sites(model.sheet, result)]
    lines += [
        f"- predicted probability of {event.label}: {100.0 * values[f'chance_{event.name}']:.0f} %"
        for event in model.sheet.told_events
    ]
    if outcome.kind == "continuous":
        scale = f"{outcome.unit}, " if outcome.unit else ""
        lines.append(f"- scale: {scale}higher is {outcome.higher_is}")
    assert result.explanation is not None
    told = remarks(model.sheet, result.explanation.distance, result.flags)
    lines += [f"- note: {remark}" for remark in told]
    return [*lines, ""]


def _record_lines(model: Model, record: Record) -> list[str]:
    sheet = model.sheet
    lines = ["**Used**", ""]
    lines += [f"- {used_in_words(sheet, item)}" for item in record.used] or ["- nothing"]
    parts = {
        "Missing": [unused_in_words(sheet, note) for note in missing_notes(record)],
        "Not used": [unused_in_words(sheet, note) for note in passed_over_notes(record)],
        "The record as a whole": record.remarks,
    }
    for title, notes in parts.items():
        if notes:
            lines += ["", f"**{title}**", "", *(f"- {note}" for note in notes)]
    return lines


def _closing(model: Model) -> list[str]:
    return ["", f"Intended use: {model.sheet.intended_use}", "", DISCLAIMER]
