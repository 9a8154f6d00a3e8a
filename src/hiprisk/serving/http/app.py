"""The service over one model: REST, CDS Hooks, FHIR and the calculator page.

The only importer of FastAPI. Routes read and write JSON through the modules beside this one;
`hiprisk.serving.http.middleware` checks requests before they are routed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hiprisk.bundle.manifest import REPORT
from hiprisk.errors import HipRiskError, MissingExtraError, StoreError
from hiprisk.serving.fhir.bundles import read_record_document
from hiprisk.serving.fhir.cds_hooks import answer_hook, discovery, service_id
from hiprisk.serving.fhir.code_map import CodeMap, load_code_map
from hiprisk.serving.fhir.record_assessment import assess_record
from hiprisk.serving.fhir.risk_assessment import risk_assessment
from hiprisk.serving.http import openapi
from hiprisk.serving.http.limits import Limits
from hiprisk.serving.http.metadata import (
    REPORT_POLICY,
    describe,
    health,
    page_policy,
    plain_page,
)
from hiprisk.serving.http.middleware import (
    OPEN_PATHS,
    REPORT_PATH,
    RequestMiddleware,
    ResponseMiddleware,
    Rules,
    check_content_type,
)
from hiprisk.serving.http.problems import PROBLEM_TYPE, RequestRefusedError, problem
from hiprisk.serving.http.requests import document_of, predict_one, predict_rows, read_object
from hiprisk.serving.model import Model
from hiprisk.sheet.document.strict_json import canonical_json
from hiprisk.wording.remarks import basis_of

try:
    import uvicorn
    from fastapi import FastAPI, Request, Response
    from fastapi.middleware.cors import CORSMiddleware
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException

    from hiprisk.serving.http.connections import bounded_protocol
except ImportError as lacking:
    raise MissingExtraError(
        f"the service needs the package {lacking.name}",
        advice="pip install 'hiprisk[serve]'",
    ) from lacking

USUAL = (400, 401, 408, 413, 415, 422, 429, 503)
RECORD_PATH = "/fhir/risk-assessment"
KEEP_ALIVE_SECONDS = 5
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a model is served.

    Attributes
    ----------
    rules : Rules
    cors_origins : tuple of str
        Web origins whose pages may call the service; none by default.
    code_map : CodeMap
        Codes of a record and what they mean.
    page : bool
        Whether the calculator is at ``/`` and the clinician's page at ``/about``, which hold the
        model and need no token, and the bundle's report at ``/report``, which needs it.
    clock : callable
        The time, with its zone.
    """

    rules: Rules = field(default_factory=Rules)
    cors_origins: tuple[str, ...] = ()
    code_map: CodeMap = field(default_factory=load_code_map)
    page: bool = True
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)


def create_app(model: Model, settings: Settings | None = None) -> ResponseMiddleware:
    """The service as an ASGI application.

    Parameters
    ----------
    model : Model
    settings : Settings, optional
        Without them: open to whoever reaches it, so for loopback only.
    """
    settings = settings or Settings()
    api = FastAPI(
        title=f"hiprisk: {model.sheet.title}",
        version=model.bundle.version,
        description=f"{model.sheet.outcome.estimand}. {model.sheet.intended_use}",
        # The pages of FastAPI fetch their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
    )
    _add_error_handlers(api)
    _add_metadata_routes(api, model, settings)
    _add_prediction_routes(api, model, settings)
    _add_fhir_routes(api, model, settings)
    _describe(api, model, settings)
    gated: Any = RequestMiddleware(
        api, settings.rules, record_paths=(RECORD_PATH, _hook_path(model))
    )
    if settings.cors_origins:
        gated = CORSMiddleware(
            gated,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    return ResponseMiddleware(gated, settings.rules, routes=api.routes)


def _add_error_handlers(api: FastAPI) -> None:
    async def refused(request: Request, refusal: Exception) -> Response:
        del request
        assert isinstance(refusal, HipRiskError)
        answer = problem(refusal)
        return Response(answer.body, answer.status, dict(answer.headers), media_type=PROBLEM_TYPE)

    async def not_routed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known = error.status_code == 405
        headers = tuple((error.headers or {}).items())
        return await refused(
            request,
            RequestRefusedError(
                "method not allowed on this path" if known else "no such path",
                code="METHOD" if known else "NOT_FOUND",
                advice="see /openapi.json",
                headers=headers,
            ),
        )

    async def broken(request: Request, defect: Exception) -> Response:
        del defect  # raised again behind this answer, and noted by `ResponseMiddleware`
        return await refused(request, HipRiskError("a defect of hiprisk", code="INTERNAL"))

    api.add_exception_handler(HipRiskError, refused)
    api.add_exception_handler(Exception, broken)
    api.add_exception_handler(HTTPException, not_routed)


async def _document(request: Request, limits: Limits) -> dict[str, Any]:
    check_content_type(request.headers)
    return read_object(await request.body(), max_bytes=limits.max_body_bytes)


async def _of_record(
    request: Request, settings: Settings, answer: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Answer a request that carries a record; a large one beside the others, not before them."""
    check_content_type(request.headers)
    body, limits = await request.body(), settings.rules.limits

    def answered() -> dict[str, Any]:
        read = functools.partial(read_record_document, code_map=settings.code_map)
        return answer(read_object(body, max_bytes=limits.max_record_bytes, read=read))

    return await run_in_threadpool(answered) if len(body) > limits.max_body_bytes else answered()


def _hook_path(model: Model) -> str:
    return f"/cds-services/{service_id(model)}"


def _json(value: Mapping[str, Any], media_type: str = "application/json") -> Response:
    return Response(canonical_json(value), media_type=media_type)


def _add_metadata_routes(api: FastAPI, model: Model, settings: Settings) -> None:
    """Metadata without a patient: encoded once, sent often."""
    told, alive = canonical_json(describe(model)), canonical_json(health(model))
    alive_given = openapi.gives("The service and its model.", {openapi.JSON: "Health"})
    told_given = openapi.gives("The model's metadata.", {openapi.JSON: "Metadata"})

    @api.get(
        "/health",
        summary="Health check, with the model that is served",
        responses=openapi.responses(alive_given, 429, 503),
    )
    async def get_health() -> Response:
        return Response(alive, media_type="application/json")

    @api.get(
        "/model",
        summary="Model metadata: card, evidence, intended use, provenance, variables",
        responses=openapi.responses(told_given, 401, 429, 503),
    )
    async def get_model() -> Response:
        return Response(told, media_type="application/json")

    if settings.page:
        report = _report(model)
        # A browser's link carries no token: where one is asked for, the link would lead nowhere.
        address = "report" if report is not None and settings.rules.token is None else None
        for path, page in _pages(model, report=address).items():
            _add_page(api, path, page, policy=page_policy(page))
        if report is not None:
            _add_page(api, REPORT_PATH, report, policy=REPORT_POLICY)


def _report(model: Model) -> bytes | None:
    """The report that the bundle holds; None where it holds none."""
    return model.bundle.file_bytes(REPORT) if model.bundle.has_file(REPORT) else None


def _add_page(api: FastAPI, path: str, page: str | bytes, *, policy: str) -> None:
    headers = {"content-security-policy": policy}

    @api.get(path, include_in_schema=False)
    async def get_page() -> Response:
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def _pages(model: Model, *, report: str | None) -> dict[str, str]:
    """The calculator and the clinician's page, or a plain page where this hiprisk has none."""
    try:
        calculator = importlib.import_module("hiprisk.serving.calculator.building")
    except ModuleNotFoundError as absent:
        if absent.name != "hiprisk.serving.calculator":
            raise
        return {"/": plain_page(model)}
    return {
        "/": str(calculator.build_page(model, report=report)),
        "/about": str(calculator.build_clinician_page(model, report=report, calculator="./")),
    }


def _add_prediction_routes(api: FastAPI, model: Model, settings: Settings) -> None:
    limits = settings.rules.limits
    predicted = openapi.gives(
        "The prediction; with Accept: application/fhir+json as a FHIR R4 RiskAssessment.",
        {openapi.JSON: "Prediction", openapi.FHIR: "RiskAssessment"},
    )
    scored = openapi.gives(
        "One prediction for each row, or the reason of its refusal.",
        {openapi.JSON: "Scores"},
    )

    @api.post(
        "/predict",
        summary="Prediction for one patient",
        responses=openapi.responses(predicted, *USUAL),
        openapi_extra=openapi.body("Patient"),
    )
    async def predict(request: Request) -> Response:
        given = await _document(request, limits)
        result = predict_one(model, given)
        if openapi.FHIR not in request.headers.get("accept", ""):
            return _json(document_of(model, result))
        basis = basis_of(model.sheet, given, result.values)
        resource = risk_assessment(model, result, basis=basis, now=settings.clock())
        return _json(resource, openapi.FHIR)

    @api.post(
        "/score",
        summary="Predictions for several patients, in their order",
        responses=openapi.responses(scored, *USUAL),
        openapi_extra=openapi.body("Rows"),
    )
    async def score(request: Request) -> Response:
        document = await _document(request, limits)
        return _json(predict_rows(model, document, max_rows=limits.max_rows))


def _add_fhir_routes(api: FastAPI, model: Model, settings: Settings) -> None:
    offered = canonical_json(discovery(model, settings.code_map))
    services = openapi.gives("The services that are offered.", {openapi.JSON: "Services"})
    cards = openapi.gives("One card; none if the patient has died.", {openapi.JSON: "Cards"})
    assessment = openapi.gives("A FHIR R4 RiskAssessment.", {openapi.FHIR: "RiskAssessment"})

    @api.get(
        "/cds-services",
        summary="CDS Hooks 2.0: discovery",
        responses=openapi.responses(services, 429, 503),
    )
    async def get_services() -> Response:
        return Response(offered, media_type="application/json")

    @api.post(
        _hook_path(model),
        summary="CDS Hooks 2.0: patient-view",
        responses=openapi.responses(cards, *USUAL, 412),
        openapi_extra=openapi.body("HookRequest"),
    )
    async def patient_view(request: Request) -> Response:
        now = settings.clock()
        answer = functools.partial(answer_hook, model, code_map=settings.code_map, now=now)
        return _json(await _of_record(request, settings, answer))

    @api.post(
        RECORD_PATH,
        summary="Prediction from a FHIR R4 Bundle of one patient",
        responses=openapi.responses(assessment, *USUAL),
        openapi_extra=openapi.body("FhirBundle", media_type=openapi.FHIR),
    )
    async def post_record(request: Request) -> Response:
        now = settings.clock()
        answer = functools.partial(assess_record, model, code_map=settings.code_map, now=now)
        return _json(await _of_record(request, settings, answer), openapi.FHIR)


def _describe(api: FastAPI, model: Model, settings: Settings) -> None:
    """Add schemas to the OpenAPI document, and which operations need the token."""
    original = api.openapi

    def described() -> dict[str, Any]:
        document = original()
        parts = document.setdefault("components", {})
        parts["schemas"] = openapi.components(model, settings.rules.limits.max_rows)
        if settings.rules.token is not None:
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    if not (method == "get" and path in OPEN_PATHS):
                        operation["security"] = [{"token": []}]
        return document

    api.openapi = functools.cache(described)  # type: ignore[method-assign]  # FastAPI's documented way


def run(
    app: ResponseMiddleware,
    *,
    host: str,
    port: int,
    tls: tuple[Path, Path] | None = None,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until told to stop; requests under way are answered first.

    Parameters
    ----------
    app : SafeAnswers
    host : str
    port : int
        0 for any free one.
    tls : tuple of Path, optional
        Certificate and key.
    ready : callable, optional
        Told the port once callers can connect.

    Raises
    ------
    StoreError
        If the port is taken or the address is none of this machine.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=bounded_protocol(app.limits),
        # Nothing of a request is logged but by `hiprisk.serving.http.middleware`.
        access_log=False,
        log_config=None,
        log_level=logging.WARNING,
        server_header=False,
        # Whoever could write these headers could take another address, and with it other limits.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ws="none",
        ssl_certfile=str(tls[0]) if tls else None,
        ssl_keyfile=str(tls[1]) if tls else None,
    )
    # uvicorn says why on a line of its own, before we say it.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    try:
        listening = config.bind_socket()
        # From here on whoever connects waits, and is not refused.
        listening.listen(config.backlog)
    except (OSError, SystemExit) as problem_there:
        raise StoreError(
            "the address cannot be listened on", advice="name a free --port or another --host"
        ) from problem_there
    finally:
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = uvicorn.Server(config)
    if ready is not None:
        ready(int(listening.getsockname()[1]))
    # To stop a service is no failure: uvicorn raises the signal again once all is answered.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
