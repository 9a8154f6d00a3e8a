"""Connections of the service: how many at once, and how long one may take to say what it wants.

uvicorn waits without end for the head of a request, and the middleware sees a request only when its
head is whole: whoever sends nothing, or half a head, would hold a connection for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hiprisk.serving.http.limits import Limits
from hiprisk.serving.http.middleware import DEFAULT_CSP, SECURITY_HEADERS
from hiprisk.serving.http.problems import PROBLEM_TYPE, RequestRefusedError, problem


def bounded_protocol(limits: Limits) -> type[asyncio.Protocol]:
    """The protocol of one connection within limits, for ``uvicorn.Config(http=...)``.

    Parameters
    ----------
    limits : Limits
        Of which `max_connections` and `head_timeout_s` are kept here.
    """

    class Bounded(_Bounded):
        bounds = limits

    return Bounded


class _Bounded(H11Protocol):
    """HTTP/1.1 of one connection; closes it where a head does not come in time."""

    bounds = Limits()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection: it is one too many, or its time begins."""
        super().connection_made(transport)
        if len(self.connections) > self.bounds.max_connections:
            self._refuse(
                "server at capacity: too many connections",
                code="BUSY",
                advice="try again after the seconds in Retry-After",
                headers=(("retry-after", "1"),),
            )
            return
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what came; the time for a head ends when it is whole, and begins with the next."""
        super().handle_events()
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        # Between requests uvicorn's own keep-alive timer runs; two timers would close it twice.
        elif self._head_timer is None and self.timeout_keep_alive_task is None:
            self._start_timer()

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.bounds.head_timeout_s, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        # Nobody has begun to ask: there is no request that an answer could belong to.
        if not self.conn.trailing_data[0]:
            self.transport.close()
            return
        self._refuse(
            "the request did not come in time",
            code="TIMEOUT",
            advice="send it again, all at once",
        )

    def _refuse(self, reason: str, **told: Any) -> None:
        answer = problem(RequestRefusedError(reason, **told))
        headers = [
            ("content-type", PROBLEM_TYPE),
            ("content-length", str(len(answer.body))),
            ("connection", "close"),
            ("content-security-policy", DEFAULT_CSP),
            *SECURITY_HEADERS,
            *answer.headers,
        ]
        told_headers = [(name.encode(), value.encode()) for name, value in headers]
        for event in (
            h11.Response(status_code=answer.status, headers=told_headers),
            h11.Data(data=answer.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
