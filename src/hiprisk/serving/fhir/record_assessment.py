"""From a record to an answer: the values that it holds, their prediction, a RiskAssessment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hiprisk.errors import InputError
from hiprisk.serving.fhir.bundles import RecordBundle, read_bundle_resource
from hiprisk.serving.fhir.code_map import CodeMap
from hiprisk.serving.fhir.record import Record, read_record
from hiprisk.serving.fhir.record_words import record_notes, refused_for_record, used_in_words
from hiprisk.serving.fhir.risk_assessment import risk_assessment
from hiprisk.serving.http.requests import predict_one
from hiprisk.serving.model import Model


def record_of(model: Model, bundle: RecordBundle, code_map: CodeMap, now: dt.datetime) -> Record:
    """What the resources of a Bundle give to a model."""
    return read_record(
        bundle.resources,
        patient_names=bundle.patient_names,
        code_map=code_map,
        variables=model.sheet.variables,
        now=now,
        remarks=bundle.remarks,
    )


def assess_record(
    model: Model, document: Mapping[str, Any], *, code_map: CodeMap, now: dt.datetime
) -> dict[str, Any]:
    """The prediction for the patient of a FHIR Bundle, as a RiskAssessment.

    Raises
    ------
    InputError
        If the document is no record of one patient, or the model cannot answer; it then says what
        the record lacks.
    """
    bundle = read_bundle_resource(document)
    record = record_of(model, bundle, code_map, now)
    try:
        result = predict_one(model, record.values)
    except InputError as refusal:
        raise refused_for_record(model.sheet, refusal, record) from None
    return risk_assessment(
        model,
        result,
        subject=bundle.subject,
        basis=[used_in_words(model.sheet, item) for item in record.used],
        of_record=record_notes(model.sheet, record),
        now=now,
    )
