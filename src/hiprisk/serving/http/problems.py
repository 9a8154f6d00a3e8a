"""Refused requests as problem documents (RFC 9457) with an HTTP status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from hiprisk.errors import HipRiskError, InputError
from hiprisk.values import NOT_FINITE

PROBLEM_TYPE = "application/problem+json"

# Whatever is not listed is a value that cannot be used: 422.
STATUS_BY_CODE: Mapping[str, int] = MappingProxyType(
    {
        "BAD_REQUEST": 400,
        "CDS_REQUEST": 400,
        "DUP_KEY": 400,
        "FORGED_HOST": 400,
        "MALFORMED": 400,
        "NOT_AN_OBJECT": 400,
        "NOT_FINITE": 400,
        "NOT_JSON": 400,
        "OTHER_PATIENT": 400,
        "TOO_DEEP": 400,
        "UNAUTHORIZED": 401,
        "NOT_FOUND": 404,
        "METHOD": 405,
        "TIMEOUT": 408,
        "NO_PREFETCH": 412,
        "TOO_LARGE": 413,
        "TOO_MANY_ROWS": 413,
        "CONTENT_TYPE": 415,
        "RATE": 429,
        "INTERNAL": 500,
        "BUSY": 503,
    }
)
DEFAULT_STATUS = 422


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal ready to be sent.

    Attributes
    ----------
    status : int
    body : bytes
        JSON after RFC 9457: type, title, status, detail; and code, reason, row, column, advice.
    headers : tuple of (str, str)
        Beside the content type, for instance ``Retry-After``.
    """

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class RequestRefusedError(InputError):
    """A request that is refused before any model sees it; may carry headers of the answer."""

    def __init__(
        self, reason: str, *, code: str, advice: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(reason, code=code, advice=advice)
        self.headers = headers


def problem(refusal: HipRiskError) -> Problem:
    """The problem document of a refusal."""
    status = STATUS_BY_CODE.get(refusal.code, DEFAULT_STATUS)
    if refusal.code == NOT_FINITE and refusal.column is not None:
        # The body was JSON; one variable's number is too large.
        status = DEFAULT_STATUS
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(refusal),
        "code": refusal.code,
        "reason": refusal.reason,
        "row": refusal.row,
        "column": refusal.column,
        "advice": refusal.advice,
    }
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    headers = refusal.headers if isinstance(refusal, RequestRefusedError) else ()
    return Problem(status, body, headers)
