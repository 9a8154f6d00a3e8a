"""Connections with real sockets: who says nothing is let go, and there are only so many."""

import contextlib
import re
import socket
import subprocess
import sys
import time

import pytest

from small_bundle import write_small_bundle

pytest.importorskip("fastapi")

HEAD_SECONDS = 1.0
SERVICE = """
import sys
from hiprisk.serving.http.middleware import Rules
from hiprisk.serving.http.limits import Limits
from hiprisk.serving.model import load
from hiprisk.serving.http.app import Settings, create_app, run
limits = Limits(
    head_timeout_s=float(sys.argv[2]),
    send_timeout_s=float(sys.argv[2]),
    max_connections=int(sys.argv[3]),
    max_connections_per_address=int(sys.argv[4]),
    requests_per_second=0,
    max_in_flight=4,
    max_rows=30_000,
)
app = create_app(load(sys.argv[1]), Settings(rules=Rules(limits=limits), page=False))
run(app, host="127.0.0.1", port=0, ready=lambda port: print(port, flush=True))
"""
HALF = b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-"
WHOLE = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@contextlib.contextmanager
def running(bundle, *, seconds=HEAD_SECONDS, connections=64, per_address=64):
    numbers = (seconds, connections, per_address)
    command = [sys.executable, "-c", SERVICE, str(bundle), *map(str, numbers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_small_bundle(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def port(bundle):
    with running(bundle) as found:
        yield found


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def until_closed(connection):
    """All that comes until the other side closes, and the seconds that took."""
    began, parts = time.monotonic(), []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts), time.monotonic() - began


def answer(connection):
    """One whole answer of a connection that stays open."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    size = int(re.search(rb"content-length: (\d+)", head)[1])
    while len(body) < size:
        body += connection.recv(65536)
    return head, body


def test_who_says_nothing_is_let_go(port):
    with connected(port) as connection:
        came, seconds = until_closed(connection)
    assert came == b""
    assert seconds == pytest.approx(HEAD_SECONDS, abs=3.0)


def test_half_a_head_is_answered_and_let_go(port):
    with connected(port) as connection:
        connection.sendall(HALF)
        came, _ = until_closed(connection)
    assert came.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "TIMEOUT"' in came
    assert b"x-content-type-options: nosniff" in came
    assert b"content-security-policy: default-src 'none'" in came


def test_a_head_that_trickles_gains_no_time(port):
    began = time.monotonic()
    with connected(port) as connection, contextlib.suppress(OSError):
        for byte in HALF:
            connection.sendall(bytes([byte]))
            time.sleep(HEAD_SECONDS / 4)
    assert time.monotonic() - began < HEAD_SECONDS * len(HALF) / 8


def test_half_a_head_after_an_answer_is_let_go_too(port):
    with connected(port) as connection:
        connection.sendall(WHOLE)
        assert answer(connection)[0].startswith(b"HTTP/1.1 200 ")
        connection.sendall(HALF)
        came, seconds = until_closed(connection)
    assert came.startswith(b"HTTP/1.1 408 ")
    assert seconds < HEAD_SECONDS + 3.0


def test_the_time_for_a_head_is_not_the_time_for_the_rest(port):
    """A whole head ends it: a body may come later, and one connection may ask often."""
    body = b'{"age_years": 63, "womac_function_0_100": 45}'
    head = (
        b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    with connected(port) as connection:
        for _ in range(2):
            connection.sendall(head)
            time.sleep(1.5 * HEAD_SECONDS)
            connection.sendall(body)
            assert answer(connection)[0].startswith(b"HTTP/1.1 200 ")


def test_one_connection_too_many_is_told_so_and_room_comes_back(bundle):
    with running(bundle, seconds=2.0, connections=3) as port, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connected(port)) for _ in range(2)]
        third = stack.enter_context(connected(port))
        third.sendall(WHOLE)
        assert answer(third)[0].startswith(b"HTTP/1.1 200 ")
        came, _ = until_closed(stack.enter_context(connected(port)))
        assert came.startswith(b"HTTP/1.1 503 ")
        assert b'"code": "BUSY"' in came
        assert b"retry-after: 1" in came
        for connection in idle:
            assert until_closed(connection)[0] == b""
        later = stack.enter_context(connected(port))
        later.sendall(WHOLE)
        assert answer(later)[0].startswith(b"HTTP/1.1 200 ")


def test_an_address_has_only_so_many_connections(bundle):
    with running(bundle, seconds=5.0, per_address=2) as port, contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(connected(port))
        came, _ = until_closed(stack.enter_context(connected(port)))
    assert came.startswith(b"HTTP/1.1 503 ")
    assert b'"code": "BUSY"' in came


def not_reading(port, n_rows):
    """A connection that asks for a long answer and never reads it."""
    rows = ", ".join(["{}"] * n_rows)
    body = f'{{"rows": [{rows}]}}'.encode()
    head = (
        b"POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    connection.sendall(head + body)
    return connection


def test_who_does_not_read_holds_no_place_and_health_is_answered_meanwhile(port):
    """Sixteen such made everything 503, health too, for as long as they liked."""
    with contextlib.ExitStack() as stack:
        # As many as requests are answered at one time; each answer is larger than any buffer.
        silent = [stack.enter_context(not_reading(port, 20_000)) for _ in range(4)]
        time.sleep(0.2)
        with connected(port) as honest:
            honest.sendall(WHOLE)
            assert answer(honest)[0].startswith(b"HTTP/1.1 200 ")
        time.sleep(4 * HEAD_SECONDS)
        for connection in silent:
            head, _, body = until_closed(connection)[0].partition(b"\r\n\r\n")
            assert len(body) < int(re.search(rb"content-length: (\d+)", head)[1])
        with connected(port) as honest:
            honest.sendall(WHOLE.replace(b"/health", b"/model"))
            assert answer(honest)[0].startswith(b"HTTP/1.1 200 ")


MALFORMED = {
    "no HTTP": b"hello there\r\n\r\n",
    "a header without a name": b"GET /health HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n",
    "two lengths": b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n"
    b"Content-Length: 4\r\n\r\nabcd",
    "length and chunks": b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_http_is_answered_as_every_other_refusal(port, sent):
    with connected(port) as connection:
        connection.sendall(sent)
        came, _ = until_closed(connection)
    head, _, body = came.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert b"content-security-policy: default-src 'none'" in head
    assert b'"code": "MALFORMED"' in body
