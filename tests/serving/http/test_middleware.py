"""What a request passes before the service sees it, and what every answer carries."""

import asyncio
import json

import pytest

from hiprisk.serving.http.limits import (
    Limits,
    allowed_hosts,
)
from hiprisk.serving.http.middleware import DEFAULT_CSP, SECURITY_HEADERS, RequestMiddleware, Rules
from service_client import Client, client_of, small_model

PATIENT = {"age_years": 63, "womac_function_0_100": 45}
TOKEN = "a-secret-of-some-length"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("models"))


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("GET", "/"), ("GET", "/nothing"), ("POST", "/predict"), ("GET", "/model"),
     ("DELETE", "/predict"), ("GET", "/openapi.json"), ("POST", "/cds-services/hiprisk-small")],
)  # fmt: skip
@pytest.mark.parametrize("token", [None, TOKEN])
def test_every_answer_carries_the_security_headers(model, method, path, token):
    answer = client_of(model, token=token)(method, path)
    for name, value in SECURITY_HEADERS:
        assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize("path", ["/health", "/", "/about"])
def test_head_is_answered_as_get_without_the_body(model, path, token):
    client = client_of(model, token=token)
    got, head = client.get(path), client("HEAD", path)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    assert head.headers == got.headers
    assert int(head.headers["content-length"]) == len(got.content) > 0


def test_head_elsewhere_needs_the_token_and_is_no_method(model):
    assert client_of(model, token=TOKEN)("HEAD", "/model").status_code == 401
    assert client_of(model)("HEAD", "/model").status_code == 405


def test_head_is_refused_like_any_request(model):
    client = client_of(model, hosts=frozenset({"elsewhere"}))
    refused = client("HEAD", "/health")
    assert (refused.status_code, refused.content) == (400, b"")


def test_an_answer_that_is_no_page_may_load_nothing(model):
    assert client_of(model).get("/health").headers["content-security-policy"] == DEFAULT_CSP


def test_browsers_are_told_to_come_by_tls_where_there_is_tls(model):
    assert "strict-transport-security" in client_of(model, tls=True).get("/health").headers
    assert "strict-transport-security" not in client_of(model).get("/health").headers


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x",
     f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN.upper()}"],
)  # fmt: skip
def test_without_the_right_token_nothing_is_answered(model, given):
    headers = {} if given is None else {"authorization": given}
    client = client_of(model, token=TOKEN)
    for answer in (
        client.post("/predict", PATIENT, **headers),
        client.get("/model", **headers),
        client.get("/openapi.json", **headers),
        client.get("/nothing", **headers),
        client("POST", "/health", headers=headers),
    ):
        assert code(answer) == (401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"] == 'Bearer realm="hiprisk"'
        assert TOKEN[:6] not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_with_the_token_everything_is_answered(model, scheme):
    client = client_of(model, token=TOKEN)
    headers = {"authorization": f"{scheme} {TOKEN}"}
    assert client.post("/predict", PATIENT, **headers).status_code == 200
    assert client.get("/model", **headers).status_code == 200
    document = client.get("/openapi.json", **headers).json()
    assert document["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"}
    }
    assert document["paths"]["/predict"]["post"]["security"] == [{"token": []}]
    assert "security" not in document["paths"]["/health"]["get"]


def test_what_holds_no_patient_needs_no_token(model):
    client = client_of(model, token=TOKEN)
    for path in ("/health", "/cds-services", "/"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("127.0.0.1:8000", True), ("localhost", True), ("[::1]:8000", True), ("LOCALHOST:1", True),
     ("evil.example", False), ("127.0.0.1.evil.example", False), ("", False),
     ("[::1].evil.example", False), ("localhost:evil", False), ("::1", False)],
)  # fmt: skip
def test_a_forged_host_is_refused(model, host, allowed):
    client = client_of(model, hosts=allowed_hosts("127.0.0.1", ()))
    answer = client.get("/health", host=host)
    if allowed:
        assert answer.status_code == 200
    else:
        assert code(answer) == (400, "FORGED_HOST")


@pytest.mark.parametrize("host", ["localhost:evil", "[....]", "a@localhost"])
def test_what_is_no_host_is_refused_where_any_is_allowed(model, host):
    assert code(client_of(model).get("/health", host=host)) == (400, "FORGED_HOST")
    assert client_of(model).get("/health", host="any.example:8000").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"},
     {"content-type": "application/json; charset=latin-1"}, {"content-type": ""},
     {"content-type": "application/json", "content-encoding": "gzip"},
     {"content-type": "application/jsonx"}],
)  # fmt: skip
def test_another_kind_of_body_is_refused(model, headers):
    answer = client_of(model)("POST", "/predict", content=b"{}", headers=headers)
    assert code(answer) == (415, "CONTENT_TYPE")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", "application/fhir+json",
             'application/json;charset="utf-8"', "application/fhir+json; fhirVersion=4.0",
             "application/fhir+json; fhirVersion=4.0; charset=UTF-8"]
)  # fmt: skip
def test_json_is_json(model, kind):
    answer = client_of(model).post("/predict", PATIENT, **{"content-type": kind})
    assert answer.status_code == 200


def test_a_body_that_is_too_large_is_refused_by_its_length_and_by_its_bytes(model):
    client = client_of(model, limits=Limits(requests_per_second=0.0, max_body_bytes=100))
    assert code(client.post("/predict", "x" * 101)) == (413, "TOO_LARGE")

    async def parts():
        for _ in range(5):
            yield b"x" * 50

    headers = {"content-type": "application/json"}
    answer = client("POST", "/predict", content=parts(), headers=headers)
    assert code(answer) == (413, "TOO_LARGE")
    assert client.post("/predict", PATIENT).status_code == 200


RECORD = {
    "resourceType": "Bundle",
    "entry": [
        {"resource": {"resourceType": "Patient", "birthDate": "1963-01-01", "gender": "male"}}
    ],
}
SMALL = Limits(requests_per_second=0.0, max_body_bytes=200, max_record_bytes=1000)


def test_a_record_may_be_larger_than_other_bodies(model):
    client = client_of(model, limits=SMALL)
    text = json.dumps(RECORD)
    assert client.post("/fhir/risk-assessment", text.ljust(1000)).status_code == 200
    answer = client.post("/fhir/risk-assessment", text.ljust(1001))
    assert code(answer) == (413, "TOO_LARGE")
    assert "ask the FHIR server for the codes" in answer.json()["advice"]
    assert code(client.post("/cds-services/hiprisk-small", text.ljust(1001))) == (413, "TOO_LARGE")
    assert code(client.post("/predict", json.dumps(PATIENT).ljust(201))) == (413, "TOO_LARGE")


def test_only_a_few_large_records_are_held_at_a_time():
    limits = Limits(max_body_bytes=10, max_record_bytes=100, max_records_in_flight=1)
    statuses = []

    async def app(scope, receive, send):
        if len(statuses) == 0:
            # While the first is answered, a second large one waits and a small one does not.
            statuses.append(None)
            statuses.append(await ask("/record", b"x" * 50))
            statuses.append(await ask("/record", b"x" * 10))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = RequestMiddleware(app, Rules(limits=limits), record_paths=("/record",))

    async def ask(path, body):
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "headers": [], "client": ("x", 1)}
        await gate(scope, receive, send)
        return sent[0]["status"]

    async def both():
        return [await ask("/record", b"x" * 50), await ask("/record", b"x" * 50)]

    assert asyncio.run(both()) == [200, 200]
    assert statuses[1:] == [503, 200]


def test_the_log_names_the_route_of_a_refused_request(model, caplog):
    caplog.set_level("INFO", logger="hiprisk.serving")
    client = client_of(model, token=TOKEN, log_requests=True)
    assert client("POST", "/predict", content=b"{}").status_code == 401
    assert client("GET", "/cds-services/Jane", content=b"{}").status_code == 401
    assert client("POST", "/Jane/Roe", content=b"{}").status_code == 401
    told = [" ".join(line.getMessage().split()[:3]) for line in caplog.records]
    assert told[0] == "POST /predict 401"
    assert [line.rpartition(" ")[0] for line in told[1:]] == ["GET (no", "POST (no"]
    assert "Jane" not in caplog.text


def test_a_body_that_does_not_come_is_not_waited_for(model):
    async def never():
        yield b"{"
        await asyncio.sleep(30)

    client = client_of(model, limits=Limits(requests_per_second=0.0, read_timeout_s=0.05))
    answer = client(
        "POST", "/predict", content=never(), headers={"content-type": "application/json"}
    )
    assert code(answer) == (408, "TIMEOUT")


def test_who_asks_too_fast_is_told_how_long_to_wait(model):
    client = client_of(model, limits=Limits(requests_per_second=0.5, burst=3))
    answers = [client.get("/health") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["code"] == "RATE"
    assert answers[3].headers["retry-after"] == "2"


def test_more_at_once_than_the_service_takes_on_is_refused_and_forgotten():
    async def slow(scope, receive, send):
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    rules = Rules(limits=Limits(requests_per_second=0.0, max_in_flight=2))
    app = RequestMiddleware(slow, rules)

    async def ask():
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("a", 1)}
        await app(scope, receive, send)
        return sent[0]["status"], dict(sent[0]["headers"]).get(b"retry-after")

    async def burst():
        return await asyncio.gather(*[ask() for _ in range(5)])

    assert sorted(asyncio.run(burst())) == [(204, None)] * 2 + [(503, b"1")] * 3
    assert sorted(asyncio.run(burst())) == [(204, None)] * 2 + [(503, b"1")] * 3


def test_other_pages_may_call_only_where_they_are_named(model):
    origin = "https://ehr.example"
    client = client_of(model, cors_origins=(origin,), token=TOKEN)
    ask = {"origin": origin, "access-control-request-method": "POST",
           "access-control-request-headers": "authorization, content-type"}  # fmt: skip
    allowed = client("OPTIONS", "/predict", headers=ask)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == origin
    refused = client("OPTIONS", "/predict", headers={**ask, "origin": "https://evil.example"})
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
    answer = client.get("/health", origin="https://evil.example")
    assert "access-control-allow-origin" not in answer.headers


def test_what_is_no_request_is_passed_on():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(RequestMiddleware(app, Rules())({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
    assert Client(app).app is app
