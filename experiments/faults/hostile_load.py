"""A load of honest clients beside slow, broken and hostile ones: who is lost, what grows.

    python experiments/faults/hostile_load.py --seconds 600 --out results_load.json

Starts `hiprisk serve` on a free port of the loopback with a small simulated model and no rate limit
(all come from one address). Half of the connections are honest: they ask /predict, /score and the
CDS Hooks service, every eighth of them slowly, and must get 200 and the same bytes each time. The
other half does, over and over, what HOSTILE lists, and must get a refusal or be let go. Beside them
/health is asked four times a second, each time by a new connection. Memory and open files of the
service are noted each minute.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[2]
sys.path.insert(0, str(PROJECT / "experiments" / "bench"))

from service_load import answer, bodies, peak_memory, simulated_bundle  # noqa: E402

MAX_SECONDS = 900
# Under a heavy load of the machine an honest answer may take long; it must come.
SECONDS_TO_ANSWER = 60.0
MOST_GROWTH_MIB = 16.0
PAUSE = 0.03
REFUSED = {400, 403, 404, 405, 408, 411, 413, 414, 415, 421, 422, 431, 501, 503}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Tally:
    """What was seen."""

    times_ms: list[float] = field(default_factory=list)
    health_ms: list[float] = field(default_factory=list)
    honest_lost: Counter[str] = field(default_factory=Counter)
    health_lost: Counter[str] = field(default_factory=Counter)
    hostile: Counter[str] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)
    minutes: list[dict[str, float]] = field(default_factory=list)


def head(port: int, path: str, *lines: str, host: str | None = None) -> bytes:
    """The head of a POST request."""
    first = [f"POST {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}"]
    return ("\r\n".join([*first, "Content-Type: application/json", *lines]) + "\r\n\r\n").encode()


def whole(port: int, path: str, body: bytes, *, host: str | None = None) -> bytes:
    """A whole request."""
    return head(port, path, f"Content-Length: {len(body)}", host=host) + body


async def status_of(streams: Streams, sent: bytes) -> str:
    """What comes back: a status, or that the connection was closed."""
    reader, writer = streams
    try:
        writer.write(sent)
        await writer.drain()
        status, _, _ = await asyncio.wait_for(answer(reader), SECONDS_TO_ANSWER)
    except (OSError, asyncio.IncompleteReadError):
        return "closed"
    return str(status)


async def until_closed(streams: Streams, sent: bytes) -> str:
    """Send and say nothing more: how it ends."""
    reader, writer = streams
    with contextlib.suppress(OSError):
        writer.write(sent)
        await writer.drain()
    try:
        status, _, _ = await asyncio.wait_for(answer(reader), SECONDS_TO_ANSWER)
    except (OSError, asyncio.IncompleteReadError):
        return "closed"
    return str(status)


async def not_reading(streams: Streams, sent: bytes) -> str:
    """Ask for large answers and read none of them until the service cuts the connection."""
    _, writer = streams
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    try:
        for _ in range(400):
            writer.write(sent)
            await asyncio.wait_for(writer.drain(), SECONDS_TO_ANSWER)
            await asyncio.sleep(0.05)
    except OSError:
        return "closed"
    return "never cut"


async def reset(streams: Streams, sent: bytes) -> str:
    """Ask, and reset the connection before the answer is there."""
    _, writer = streams
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    with contextlib.suppress(OSError):
        writer.write(sent)
        await writer.drain()
        writer.transport.abort()
    return "closed"


Manner = Callable[[Streams, bytes], Awaitable[str]]


def hostile(port: int) -> dict[str, tuple[Manner, list[bytes], set[str]]]:
    """Kinds of hostile clients: how they ask, what they send, and how it may end."""
    refused = {str(status) for status in REFUSED} | {"closed"}
    patient = b'{"age_years": 63, "womac_function_0_100": 45}'
    rows = b'{"rows": [' + b",".join([patient] * 1000) + b"]}"
    good = whole(port, "/predict", patient)
    lengths = [f"Content-Length: {len(patient)}", "Content-Length: 3"]
    chunked = [f"Content-Length: {len(patient)}", "Transfer-Encoding: chunked"]
    texts = ["{", '{"age_years": NaN}', "[" * 5000, '{"age_years": 1e400}', "",
             '{"age_years": {"a": 1}}', '{"nobody": 1}', '{"a": 1, "a": 2}']  # fmt: skip
    broken = [b"\xff\xfe", *(text.encode() for text in texts)]
    hosts = ["evil.example", f"127.0.0.1:{port}:evil", "[::1", "a@127.0.0.1", "127.0.0.1 x", ""]
    garbage = [b"\x16\x03\x01\x02\x00" + bytes(200), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
               b"GET\r\n\r\n", b"\r\n" * 500, b"GET / HTTP/9.9\r\n\r\n",
               os.urandom(4096)]  # fmt: skip
    return {
        "not reading": (not_reading, [whole(port, "/score", rows)], {"closed"}),
        "half a head": (until_closed, [good[:40], b"P", b""], refused),
        "half a body": (until_closed, [good[:-9]], refused),
        "two lengths": (
            status_of,
            [head(port, "/predict", *two) + patient for two in (lengths, chunked)],
            refused,
        ),
        "giant head": (
            status_of,
            [head(port, "/predict", f"X-A: {'a' * (1 << 20)}"),
             head(port, "/predict", *(f"X-{n}: a" for n in range(20_000))),
             b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
            refused,
        ),
        "giant body": (status_of, [whole(port, "/predict", b" " * (3 << 20))], refused),
        "malformed JSON": (
            status_of, [whole(port, "/predict", body) for body in broken], refused
        ),
        "wrong host": (
            status_of, [whole(port, "/predict", patient, host=host or " ") for host in hosts],
            refused,
        ),
        "no HTTP": (until_closed, garbage, refused),
        "reset": (reset, [good, whole(port, "/score", rows), good[:30]], {"closed"}),
    }  # fmt: skip


async def be_hostile(port: int, number: int, end: float, tally: Tally) -> None:
    kinds = hostile(port)
    for turn in itertools.count(number):
        name = list(kinds)[turn % len(kinds)]
        manner, sent, wanted = kinds[name]
        for one in sent:
            if time.monotonic() > end:
                return
            try:
                streams = await asyncio.open_connection("127.0.0.1", port)
            except OSError as problem:
                tally.unexpected[f"{name}: no connection: {type(problem).__name__}"] += 1
                continue
            try:
                found = await manner(streams, one)
            except TimeoutError:
                found = "never ended"
            finally:
                streams[1].transport.abort()
            tally.hostile[f"{name}: {found}"] += 1
            if found not in wanted:
                tally.unexpected[f"{name}: {found}"] += 1
            await asyncio.sleep(PAUSE)


async def be_honest(port: int, number: int, end: float, tally: Tally, asked: list[bytes]) -> None:
    known: dict[int, bytes] = {}
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for turn in itertools.count(number):
        if time.monotonic() > end:
            break
        which = turn % len(asked)
        began = time.perf_counter()
        try:
            if number % 8 == 0:
                # A slow client: in five pieces, a second in all.
                size = len(asked[which]) // 5 + 1
                for at in range(0, len(asked[which]), size):
                    writer.write(asked[which][at : at + size])
                    await asyncio.sleep(0.2)
            else:
                writer.write(asked[which])
            status, _, body = await asyncio.wait_for(answer(reader), SECONDS_TO_ANSWER)
            if status != 200:
                tally.honest_lost[f"status {status}"] += 1
            # The answer of CDS Hooks has a number of its own each time.
            elif (
                b"/cds-services" not in asked[which][:40] and known.setdefault(which, body) != body
            ):
                tally.honest_lost["another answer"] += 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as problem:
            tally.honest_lost[type(problem).__name__] += 1
            writer.transport.abort()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        tally.times_ms.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(PAUSE)
    writer.close()


def has_number(sent: bytes) -> bool:
    """Whether the answer has a number of its own each time, as that of CDS Hooks has."""
    return b"/cds-services" in sent[:40]


async def ask_health(port: int, end: float, tally: Tally) -> None:
    sent = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() < end:
        began = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            status, _, _ = await asyncio.wait_for(answer(reader), SECONDS_TO_ANSWER)
            writer.close()
            if status != 200:
                tally.health_lost[f"status {status}"] += 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as problem:
            tally.health_lost[type(problem).__name__] += 1
        tally.health_ms.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0.25)


async def watch(pid: int, began: float, end: float, tally: Tally) -> None:
    """Memory and open files, each minute, or ten times in a short run."""
    step = min(60.0, (end - began) / 10)
    while time.monotonic() < end:
        await asyncio.sleep(step)
        tally.minutes.append({"seconds": round(time.monotonic() - began, 1), **usage(pid)})
        print(tally.minutes[-1], len(tally.times_ms), "asked", dict(tally.honest_lost),
              dict(tally.unexpected), file=sys.stderr, flush=True)  # fmt: skip


def usage(pid: int) -> dict[str, float]:
    """Resident memory in MiB, and open files."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    resident = int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return {"rss_mib": round(resident / 1024, 1), "files": len(os.listdir(f"/proc/{pid}/fd"))}


async def load(port: int, pid: int, options: argparse.Namespace, asked: list[bytes]) -> Tally:
    tally, began = Tally(), time.monotonic()
    end = began + options.seconds
    half = options.connections // 2
    tasks = [asyncio.create_task(be_hostile(port, number, end, tally)) for number in range(half)]
    await asyncio.gather(
        watch(pid, began, end, tally),
        ask_health(port, end, tally),
        *(be_honest(port, number, end, tally, asked)
          for number in range(options.connections - half)),
    )  # fmt: skip
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return tally


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)
            for name, share in shares.items()}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.seconds = min(options.seconds, MAX_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hiprisk", "serve", str(simulated_bundle(Path(folder))),
                   "--port", "0", "--json", "--rate", "0"]  # fmt: skip
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            ready, _, _ = select.select([server.stdout], [], [], 120)
            if not ready:
                raise SystemExit("the service did not start")
            port = int(json.loads(server.stdout.readline())["address"].rpartition(":")[2])
            asked = bodies(port)
            tally = asyncio.run(load(port, server.pid, options, asked))
            time.sleep(min(12.0, options.seconds))
            after, peak = usage(server.pid), peak_memory(server.pid)
        finally:
            server.terminate()
            _, said = server.communicate(timeout=60)
    growth = tally.minutes[-1]["rss_mib"] - tally.minutes[0]["rss_mib"]
    result = {
        "connections": options.connections,
        "seconds": options.seconds,
        "load_average": os.getloadavg()[0],
        "honest_requests": len(tally.times_ms),
        "honest_lost": dict(tally.honest_lost),
        "honest_ms": spread(tally.times_ms),
        "health_requests": len(tally.health_ms),
        "health_lost": dict(tally.health_lost),
        "health_ms": spread(tally.health_ms),
        "hostile_requests": sum(tally.hostile.values()),
        "hostile_ended": dict(sorted(tally.hostile.items())),
        "unexpected": dict(tally.unexpected),
        "memory": tally.minutes,
        "memory_growth_mib": round(growth, 1),
        "afterwards": after,
        "peak_mib": peak,
        "traceback": "Traceback" in said,
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    wrong = (tally.honest_lost or tally.health_lost or tally.unexpected or result["traceback"]
             or growth > MOST_GROWTH_MIB)  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
