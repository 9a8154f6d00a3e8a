"""ASGI middleware: what is checked before a request is routed, and what every response carries.

Requests: host, rate, token, size of the body, time, number at once. Responses: security headers,
and a problem document in place of any defect. Nothing of a request is ever written to a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any

from hiprisk.errors import HipRiskError
from hiprisk.serving.http.limits import Limits, RateLimiter, host_name, is_token
from hiprisk.serving.http.problems import PROBLEM_TYPE, RequestRefusedError, problem

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("hiprisk.serving")

# Without data of a patient: health, discovery, and the page that holds the model.
HEALTH_PATH = "/health"
OPEN_PATHS = frozenset({HEALTH_PATH, "/cds-services", "/", "/about"})
# The report holds results of a cohort, as `/model` does: both need the token.
REPORT_PATH = "/report"
# Where monitors and link checkers look; HEAD is answered as GET, without the body.
HEAD_PATHS = frozenset({HEALTH_PATH, "/", "/about", REPORT_PATH})
JSON_TYPES = ("application/json", "application/fhir+json")

SECURITY_HEADERS = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
)
DEFAULT_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What requests are checked against.

    Attributes
    ----------
    token : str or None
    hosts : frozenset of str or None
        Names by which the service may be addressed; None for any.
    tls : bool
        Browsers are told to come by TLS only.
    log_requests : bool
        Write method, route, status and time of each request; never a query, a header or a body.
    """

    limits: Limits = field(default_factory=Limits)
    token: str | None = None
    hosts: frozenset[str] | None = None
    tls: bool = False
    log_requests: bool = False


class ResponseMiddleware:
    """Outermost: security headers on every response, a problem document for every defect."""

    def __init__(self, app: App, rules: Rules, *, routes: Sequence[Any] = ()) -> None:
        self._app = app
        self._rules = rules
        self._routes = routes

    @property
    def limits(self) -> Limits:
        """Bounds of the service."""
        return self._rules.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        is_head = scope["method"] == "HEAD" and scope["path"] in HEAD_PATHS
        answer = _Answer(send, tls=self._rules.tls, is_head=is_head)
        # The same headers as GET would have, so GET it is from here on.
        asked: Scope = {**scope, "method": "GET"} if is_head else scope
        try:
            await self._app(asked, receive, answer.send)
        except Exception as defect:  # the edge: as in `hiprisk.cli`, a defect becomes one line
            # Neither text nor traceback: both can hold a patient's value.
            LOG.error("a defect of hiprisk (%s)", type(defect).__name__)
            if answer.status is None:
                await send_problem(
                    answer.send, HipRiskError("a defect of hiprisk", code="INTERNAL")
                )
        if self._rules.log_requests:
            spent = 1000.0 * (time.perf_counter() - began)
            LOG.info("%s %s %s %.1f ms", scope["method"], self._route(asked), answer.status, spent)

    def _route(self, scope: Scope) -> str:
        """The route's own path: what a client typed in its place is not written."""
        found = scope.get("route")
        if found is None:
            # What the request middleware refused never came to its route.
            found = next((one for one in self._routes if one.matches(scope)[0].value), None)
        return str(getattr(found, "path", "(no route)"))


class _Answer:
    """Sends on, with the headers that every answer carries."""

    def __init__(self, send: Send, *, tls: bool, is_head: bool = False) -> None:
        self._send = send
        self._tls = tls
        self._is_head = is_head
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", []))
            present = {name.lower() for name, _ in headers}
            extra = [*SECURITY_HEADERS, ("content-security-policy", DEFAULT_CSP)]
            if self._tls:
                extra.append(("strict-transport-security", "max-age=31536000"))
            headers += [
                (name.encode(), value.encode())
                for name, value in extra
                if name.encode() not in present
            ]
            message = {**message, "headers": headers}
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


class RequestMiddleware:
    """Refuses what breaks a rule; passes the rest on with its whole body read."""

    def __init__(
        self,
        app: App,
        rules: Rules,
        *,
        record_paths: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._rules = rules
        self._record_paths = record_paths
        self._limiter = RateLimiter(rules.limits.requests_per_second, rules.limits.burst, clock)
        self._in_flight = 0
        self._records_in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = _headers(scope)
            self._check(scope, headers)
            with contextlib.ExitStack() as held:
                # Whoever watches the service must reach it when it is busy, above all then.
                if scope["path"] != HEALTH_PATH:
                    held.enter_context(self._place())
                body = await self._body(scope, receive, headers, held)
                await self._app(scope, _replay(body, receive), send)
        except RequestRefusedError as refusal:
            await send_problem(send, refusal)

    def _check(self, scope: Scope, headers: dict[str, str]) -> None:
        if {"content-length", "transfer-encoding"} <= headers.keys():
            # Two lengths of one body: whoever stands before us may see another request than we do.
            raise RequestRefusedError(
                "the request states the length of its body twice",
                code="MALFORMED",
                advice="send Content-Length or Transfer-Encoding, not both",
                headers=(("connection", "close"),),
            )
        hosts, stated = self._rules.hosts, headers.get("host")
        named = None if stated is None else host_name(stated)
        # Without a list of names any will do, and none as in HTTP/1.0; but not what is no name.
        if (stated is not None and named is None) or (hosts is not None and named not in hosts):
            raise RequestRefusedError(
                "host not allowed",
                code="FORGED_HOST",
                advice="use the name of the service, or start it with --allow-host NAME",
            )
        client = scope.get("client") or ("unknown", 0)
        wait = self._limiter.wait_for(str(client[0]))
        if wait > 0:
            raise RequestRefusedError(
                "too many requests in a short time",
                code="RATE",
                advice="wait as long as Retry-After says",
                headers=(("retry-after", str(math.ceil(wait))),),
            )
        self._check_token(scope, headers)

    def _check_token(self, scope: Scope, headers: dict[str, str]) -> None:
        token = self._rules.token
        is_open = scope["method"] == "GET" and scope["path"] in OPEN_PATHS
        if token is None or is_open or is_token(headers.get("authorization", ""), token):
            return
        raise RequestRefusedError(
            "the request does not carry the token of this service",
            code="UNAUTHORIZED",
            advice="send the header Authorization: Bearer TOKEN",
            headers=(("www-authenticate", 'Bearer realm="hiprisk"'),),
        )

    async def _body(
        self, scope: Scope, receive: Receive, headers: dict[str, str], held: contextlib.ExitStack
    ) -> bytes:
        """The whole body; a large record holds one of the few places for such until answered."""
        limits = self._rules.limits
        is_record = scope["path"] in self._record_paths
        limit = limits.max_record_bytes if is_record else limits.max_body_bytes
        stated = headers.get("content-length", "0")
        if stated.isdigit() and int(stated[:18]) > limit:
            raise _too_large(limit, is_record=is_record)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(limits.read_timeout_s):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        break
                    parts.append(message.get("body", b""))
                    was_large = size > limits.max_body_bytes
                    size += len(parts[-1])
                    if size > limit:
                        raise _too_large(limit, is_record=is_record)
                    if size > limits.max_body_bytes and not was_large:
                        held.enter_context(self._place_for_large_record())
                    more = message.get("more_body", False)
        except TimeoutError:
            raise RequestRefusedError(
                "the request did not come in time",
                code="TIMEOUT",
                advice="send it again, all at once",
                headers=(("connection", "close"),),
            ) from None
        return b"".join(parts)

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if self._in_flight >= self._rules.limits.max_in_flight:
            raise _busy()
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    @contextlib.contextmanager
    def _place_for_large_record(self) -> Iterator[None]:
        if self._records_in_flight >= self._rules.limits.max_records_in_flight:
            raise _busy()
        self._records_in_flight += 1
        try:
            yield
        finally:
            self._records_in_flight -= 1


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def check_content_type(headers: Mapping[str, str]) -> None:
    """Refuse a body that is not plain JSON in UTF-8 by what its headers say."""
    kind, _, rest = headers.get("content-type", "").partition(";")
    # FHIR clients also say their version here.
    stated = dict(part.strip().lower().partition("=")[::2] for part in rest.split(";"))
    charset = stated.get("charset", "").strip('"')
    coded = headers.get("content-encoding", "identity").lower() != "identity"
    if kind.strip().lower() not in JSON_TYPES or charset not in ("", "utf-8") or coded:
        raise RequestRefusedError(
            "the body must be plain JSON in UTF-8",
            code="CONTENT_TYPE",
            advice="send the header Content-Type: application/json",
        )


def _too_large(limit: int, *, is_record: bool) -> RequestRefusedError:
    advice = "send fewer patients at a time, or use hiprisk score for a file"
    if is_record:
        advice = "ask the FHIR server for the codes that /cds-services names, not for everything"
    return RequestRefusedError(
        f"the body has more than {limit} bytes",
        code="TOO_LARGE",
        advice=advice,
        headers=(("connection", "close"),),
    )


def _busy() -> RequestRefusedError:
    return RequestRefusedError(
        "server at capacity",
        code="BUSY",
        advice="try again after the seconds in Retry-After",
        headers=(("retry-after", "1"),),
    )


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receiver that gives the body that was read, then what the connection still says."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def send_problem(send: Send, refusal: HipRiskError) -> None:
    """Answer with a refusal."""
    answer = problem(refusal)
    headers = [("content-type", PROBLEM_TYPE), ("content-length", str(len(answer.body)))]
    coded = [(name.encode(), value.encode()) for name, value in [*headers, *answer.headers]]
    await send({"type": "http.response.start", "status": answer.status, "headers": coded})
    await send({"type": "http.response.body", "body": answer.body})
