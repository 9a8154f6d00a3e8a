"""Bodies of requests as values, without a service."""

import pytest

from hiprisk.errors import InputError
from hiprisk.serving.http.requests import (
    MAX_DEPTH,
    document_of,
    predict_one,
    predict_rows,
    read_object,
)
from service_client import small_model

PATIENT = {"age_years": 63, "womac_function_0_100": 45}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        (b"[1]", "NOT_AN_OBJECT", "the body must be one JSON object"),
        (b'{"a": 1, "a": 2}', "DUP_KEY", "the same key twice"),
        (b'{"a": NaN}', "NOT_FINITE", "the body holds NaN"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "TOO_DEEP", "nested deeper"),
        (b'{"a": "' + b"x" * 100 + b'"}', "TOO_LARGE", "larger"),
    ],
)
def test_a_body_that_is_no_plain_object_is_refused(body, code, reason):
    with pytest.raises(InputError, match=reason) as refused:
        read_object(body, max_bytes=1000 if code == "TOO_DEEP" else 60)
    assert refused.value.code == code


def test_a_patient_and_a_row_get_the_same_answer_and_the_same_words(model):
    one = document_of(model, predict_one(model, PATIENT))
    many = predict_rows(model, {"rows": [PATIENT, {}]}, max_rows=2)
    assert {name: one[name] for name in many["rows"][0]} == many["rows"][0]
    assert (one["warning"], one["disclaimer"]) == (many["warning"], many["disclaimer"])
    assert many["reasons"] == {"TOO_MANY_MISSING": 1}


def test_the_first_reason_is_the_code_and_the_others_are_said_too(model):
    with pytest.raises(InputError, match=r"must lie in 18 to 110 years; also: low back") as refused:
        predict_one(model, {**PATIENT, "age_years": 200, "lbp_any": "perhaps"})
    assert (refused.value.code, refused.value.column) == ("OUT_OF_RANGE", "age_years")
    assert "perhaps" not in str(refused.value)


@pytest.mark.parametrize(
    ("document", "row", "match"),
    [
        ({"rows": [], "more": 1}, None, "and nothing else"),
        ({"rows": [{}, 3]}, 2, "each row must be an object"),
        ({"rows": [{}, {"age": 3}]}, 2, r"1 of 1 names are not variables .*position 1"),
        ({"rows": [{"age_years": [3]}]}, 1, "a value is a list or an object"),
        ({"rows": [{}] * 4}, None, "too many rows: 4, the limit of a request is 3"),
    ],
)
def test_rows_that_cannot_be_read_are_refused_with_their_position(model, document, row, match):
    with pytest.raises(InputError, match=match) as refused:
        predict_rows(model, document, max_rows=3)
    assert refused.value.row == row
