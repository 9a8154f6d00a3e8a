"""A load on the service: 32 connections that ask as fast as they are answered, on this machine.

    python experiments/bench/service_load.py --seconds 60 --connections 32 --out results.json

Starts `hiprisk serve` on a free port of the loopback with a small simulated model (or BUNDLE),
without a rate limit (with one, a single address cannot load it), asks /predict, /score and the
CDS Hooks service in turn, and counts. A request is lost when it is not answered, or with anything
but 200. `--default-rate` leaves the rate limit as it comes: then 429 with Retry-After is obeyed
and asked again, and a request is lost when it is never answered with 200.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).parents[2]
MAX_SECONDS = 600
MAX_CONNECTIONS = 256


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        bundle = options.bundle or simulated_bundle(Path(folder))
        command = [sys.executable, "-m", "hiprisk", "serve", str(bundle), "--port", "0", "--json"]
        if not options.default_rate:
            command += ["--rate", "0"]
        command += ["--connections-per-address", str(options.connections + 8)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            ready, _, _ = select.select([server.stdout], [], [], 60)
            if not ready:
                raise SystemExit("the service did not start")
            address = json.loads(server.stdout.readline())["address"]
            port = int(address.rpartition(":")[2])
            result = asyncio.run(load(port, bodies(port), options))
            result["server_peak_mib"] = peak_memory(server.pid)
        finally:
            server.terminate()
            server.wait(30)
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if result["lost"] else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--default-rate", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.seconds = min(options.seconds, MAX_SECONDS)
    options.connections = min(options.connections, MAX_CONNECTIONS)
    return options


def simulated_bundle(folder: Path) -> Path:
    sys.path.insert(0, str(PROJECT / "tests"))
    from small_bundle import write_small_bundle

    return write_small_bundle(folder)


def bodies(port: int) -> list[bytes]:
    """Whole requests, made once."""
    patient = {"age_years": 63, "sex": "female", "womac_function_0_100": 45}
    hook = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/x", "patientId": "p"},
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p", "birthDate": "1963-01-01"}},
    }
    name = asyncio.run(service_path(port))
    asked = (
        [("/predict", patient)] * 6 + [("/score", {"rows": [patient] * 20})] * 2 + [(name, hook)]
    )
    requests = []
    for path, value in asked:
        body = json.dumps(value).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


async def service_path(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /cds-services HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    _, _, body = await answer(reader)
    writer.close()
    return f"/cds-services/{json.loads(body)['services'][0]['id']}"


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split()[1]), headers, body


async def load(port: int, requests: list[bytes], options: argparse.Namespace) -> dict[str, object]:
    times: list[float] = []
    statuses: Counter[int] = Counter()
    lost: Counter[str] = Counter()
    began = time.monotonic()
    end = began + options.seconds

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = number
        while time.monotonic() < end:
            turn += 1
            start = time.perf_counter()
            status = 0
            try:
                while status != 200:
                    writer.write(requests[turn % len(requests)])
                    status, headers, _ = await asyncio.wait_for(answer(reader), 30)
                    statuses[status] += 1
                    if status in (429, 503) and options.default_rate:
                        await asyncio.sleep(float(headers["retry-after"]))
                    elif status != 200:
                        lost[f"status {status}"] += 1
                        break
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as problem:
                lost[type(problem).__name__] += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            times.append(1000 * (time.perf_counter() - start))
        writer.close()

    async def progress() -> None:
        while time.monotonic() < end:
            await asyncio.sleep(min(10.0, max(0.1, end - time.monotonic())))
            spent = time.monotonic() - began
            print(f"{spent:.0f} s: {len(times)} asked, {sum(lost.values())} lost", file=sys.stderr)

    await asyncio.gather(progress(), *[one(number) for number in range(options.connections)])
    seconds = time.monotonic() - began
    times.sort()
    return {
        "connections": options.connections,
        "seconds": round(seconds, 1),
        "rate_limit": "default" if options.default_rate else "off",
        "requests": len(times),
        "lost": sum(lost.values()),
        "lost_because": dict(lost),
        "answers_by_status": dict(statuses),
        "requests_per_second": round(len(times) / seconds, 1),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(0.95 * len(times))], 1),
        "p99_ms": round(times[int(0.99 * len(times))], 1),
        "max_ms": round(times[-1], 1),
    }


def peak_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024, 1)


if __name__ == "__main__":
    raise SystemExit(main())
