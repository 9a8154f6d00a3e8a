"""Connections of the service: how many at once, and how long one may take to ask and to listen.

uvicorn waits without end for the head of a request and for the client to take its answer, and the
middleware sees a request only when its head is whole: whoever sends nothing, or half a head, or
never reads would hold a connection for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hiprisk.serving.http.limits import Limits
from hiprisk.serving.http.middleware import DEFAULT_CSP, SECURITY_HEADERS
from hiprisk.serving.http.problems import PROBLEM_TYPE, RequestRefusedError, problem

# An answer must leave at this rate at least: a client may be slow, but not for ever.
LEAST_BYTES_SENT = 4096


def bounded_protocol(limits: Limits) -> type[asyncio.Protocol]:
    """The protocol of one connection within limits, for ``uvicorn.Config(http=...)``.

    Parameters
    ----------
    limits : Limits
        Of which those of connections, heads and sending are kept here.
    """

    class Bounded(_Bounded):
        bounds = limits

    return Bounded


class _Bounded(H11Protocol):
    """HTTP/1.1 of one connection; closes it where no head comes, or no answer leaves."""

    bounds = Limits()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self._unsent_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection: it is one too many, or its time begins."""
        super().connection_made(transport)
        if self._is_one_too_many():
            self._refuse(
                "server at capacity: too many connections",
                code="BUSY",
                advice="try again after the seconds in Retry-After",
                headers=(("retry-after", "1"),),
            )
            return
        self._start_timer()

    def _is_one_too_many(self) -> bool:
        bounds, mine = self.bounds, self.client[0] if self.client else None
        from_here = sum(one.client is not None and one.client[0] == mine
                        for one in self.connections if isinstance(one, H11Protocol))  # fmt: skip
        return len(self.connections) > bounds.max_connections or (
            from_here > bounds.max_connections_per_address
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        if self._send_timer is not None:
            self._send_timer.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what came; the time for a head ends when it is whole, and begins with the next."""
        super().handle_events()
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        # Between requests uvicorn's own keep-alive timer runs; two timers would close it twice.
        elif self._head_timer is None and self.timeout_keep_alive_task is None:
            self._start_timer()

    def pause_writing(self) -> None:
        """The client does not take what is sent: its time begins."""
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        """The client took most of it."""
        super().resume_writing()
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def on_response_complete(self) -> None:
        """The answer is written; it may not have left yet."""
        super().on_response_complete()
        self._watch_sending()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as every other refusal."""
        del msg  # h11's words, which may show what came
        self._refuse(
            "the request is not valid HTTP/1.1",
            code="MALFORMED",
            advice="send it with an HTTP client library",
        )

    def _watch_sending(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        if self._send_timer is None and unsent:
            self._unsent_bytes = unsent
            self._send_timer = self.loop.call_later(self.bounds.send_timeout_s, self._check_sent)

    def _check_sent(self) -> None:
        self._send_timer = None
        unsent = self.transport.get_write_buffer_size()
        if unsent and self._unsent_bytes - unsent < LEAST_BYTES_SENT:
            self.transport.abort()
        else:
            self._watch_sending()

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
        self._watch_sending()
