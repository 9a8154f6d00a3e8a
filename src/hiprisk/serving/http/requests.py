"""Bodies of requests as values, and predictions as JSON documents; no web framework."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from hiprisk.errors import BundleError, InputError
from hiprisk.serving.http.problems import RequestRefusedError
from hiprisk.serving.model import Model, PatientPrediction
from hiprisk.sheet.answers import answer
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.document.strict_json import parse_strict
from hiprisk.values import Note
from hiprisk.wording.disclaimers import DISCLAIMER, warnings_of
from hiprisk.wording.reasons import reason_in_words, rule_broken

MAX_DEPTH = 32


def read_object(
    body: bytes, *, max_bytes: int, read: Callable[..., Any] | None = None
) -> dict[str, Any]:
    """The JSON object that a body holds.

    Parameters
    ----------
    body : bytes
    max_bytes : int
    read : callable, optional
        Reads the JSON in place of `parse_strict`, with its `name` and `max_bytes`.

    Raises
    ------
    InputError
        On anything that `hiprisk.sheet.document.strict_json` refuses, and on any other JSON value.
    """
    read = read or functools.partial(parse_strict, max_depth=MAX_DEPTH)
    try:
        document = read(body, name="body", max_bytes=max_bytes)
    except BundleError as refusal:
        reason = refusal.reason.replace("the file", "the body")
        raise InputError(reason, code=refusal.code, advice="send one JSON object") from None
    if not isinstance(document, dict):
        raise InputError(
            "the body must be one JSON object", code="NOT_AN_OBJECT", advice="see /openapi.json"
        )
    return document


def predict_one(model: Model, given: Mapping[str, Any]) -> PatientPrediction:
    """Predict for one patient; a refusal never repeats a value that was sent.

    Raises
    ------
    InputError
    """
    _check_row(model, given, row=None)
    evaluation = model.evaluate(given)
    reasons = evaluation.assessment.reasons.of_row(0)
    if reasons:
        raise _refusal(model, reasons)
    return model.prediction_of(evaluation, explained=True)


def document_of(model: Model, result: PatientPrediction) -> dict[str, Any]:
    """A prediction as JSON, with warnings and disclaimer."""
    return {**result.to_dict(), **words(model)}


def predict_rows(model: Model, document: Mapping[str, Any], *, max_rows: int) -> dict[str, Any]:
    """Predict for several patients, in their order; each may have its own reason of refusal.

    Parameters
    ----------
    model : Model
    document : mapping
        ``{"rows": [{variable: value, ...}, ...]}``.
    max_rows : int

    Raises
    ------
    InputError
        If the document is another, or a name is no variable of the model.
    """
    rows = _rows(document, max_rows)
    for position, row in enumerate(rows, start=1):
        _check_row(model, row, row=position)
    answered = answer(model.evaluator, read_rows(model.sheet.variables, rows))
    n_refused = int(answered.refused.sum())
    counts = {str(reason): n for reason, n in answered.reasons.counts().items()}
    return {
        "rows": [answered.row(i) for i in range(len(rows))],
        "scored": len(rows) - n_refused,
        "refused": n_refused,
        "reasons": dict(sorted(counts.items())),
        "estimand": model.sheet.outcome.estimand,
        "provenance": model.sheet.provenance,
        "intended_use": model.sheet.intended_use,
        "bundle_sha256": model.bundle.sha256,
        **words(model),
    }


def words(model: Model) -> dict[str, str]:
    """Warnings and disclaimer of every response."""
    warnings = warnings_of(model.sheet)
    said = {"warning": " ".join(warnings)} if warnings else {}
    return {**said, "disclaimer": DISCLAIMER}


def _rows(document: Mapping[str, Any], max_rows: int) -> list[dict[str, Any]]:
    rows = document.get("rows")
    if set(document) != {"rows"} or not isinstance(rows, list):
        raise InputError(
            'the body must be {"rows": [...]} and nothing else', code="NOT_ROWS", column="rows"
        )
    if len(rows) > max_rows:
        raise RequestRefusedError(
            f"too many rows: {len(rows)}, the limit of a request is {max_rows}",
            code="TOO_MANY_ROWS",
            advice="send them in parts, or use hiprisk score for a file",
        )
    for position, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise InputError("each row must be an object", code="NOT_ROWS", row=position)
    return rows


def _check_row(model: Model, given: Mapping[str, Any], *, row: int | None) -> None:
    """Refuse names that are not variables of the model, and values that are lists or objects."""
    specs = {spec.name for spec in model.sheet.variables}
    unknown = [name for name in given if name not in specs]
    if unknown:
        # A misspelt name would be imputed unnoticed; the name itself may be anything, so it is
        # not repeated: its position and the nearest name of the model are given.
        places = [str(i) for i, name in enumerate(given, 1) if name not in specs]
        shown = ", ".join(places[:5]) + (" ..." if len(places) > 5 else "")
        near = get_close_matches(unknown[0], specs, n=1)
        raise InputError(
            f"{len(unknown)} of {len(given)} names are not variables of this model (position "
            f"{shown})",
            code="UNKNOWN_VARIABLE",
            row=row,
            advice=(f"did you mean {near[0]}? " if near else "") + "GET /model lists the variables",
        )
    nested = [name for name, value in given.items() if isinstance(value, list | dict)]
    if nested:
        raise InputError(
            "a value is a list or an object", code="NOT_A_NUMBER", row=row, column=nested[0]
        )


def _refusal(model: Model, reasons: Sequence[Note]) -> InputError:
    """The refusal of one patient: the rule and the variable, not the value."""
    # Reasons of values come before those of the whole row.
    first, *others = reasons
    also = "; ".join(reason_in_words(model.sheet, reason) for reason in others)
    return InputError(
        rule_broken(model.sheet, first) + (f"; also: {also}" if also else ""),
        code=first.code,
        column=first.variable or None,
        advice="GET /model lists the variables with their ranges and levels",
    )
