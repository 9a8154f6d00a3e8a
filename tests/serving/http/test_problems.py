"""Refused requests as problem documents."""

import json

import pytest

from hiprisk.errors import InputError
from hiprisk.serving.http.problems import (
    DEFAULT_STATUS,
    STATUS_BY_CODE,
    RequestRefusedError,
    problem,
)


@pytest.mark.parametrize(("code", "status"), [*STATUS_BY_CODE.items(), ("ANY_OTHER", 422)])
def test_every_code_has_its_status(code, status):
    answer = problem(InputError("reason", code=code))
    document = json.loads(answer.body)
    assert (answer.status, document["status"], document["code"]) == (status, status, code)
    assert DEFAULT_STATUS == 422


def test_a_document_holds_the_parts_of_the_refusal():
    refusal = InputError("must be whole", code="NOT_INTEGER", row=3, column="n", advice="round it")
    document = json.loads(problem(refusal).body)
    assert document == {
        "type": "about:blank", "title": document["title"], "status": 422, "detail": str(refusal),
        "code": "NOT_INTEGER", "reason": "must be whole", "row": 3, "column": "n",
        "advice": "round it",
    }  # fmt: skip


def test_headers_of_a_refusal_come_with_it():
    refusal = RequestRefusedError("r", code="RATE", advice="a", headers=(("retry-after", "2"),))
    assert problem(refusal).headers == (("retry-after", "2"),)
    assert problem(InputError("r")).headers == ()


def test_half_a_character_does_not_break_the_answer():
    body = problem(InputError("\ud800", code="NOT_JSON")).body
    assert json.loads(body)["reason"] == "?"
