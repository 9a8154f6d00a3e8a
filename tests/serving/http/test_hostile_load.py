"""Honest clients among hostile ones, for some seconds: `make load` has ten minutes of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

SCRIPT = Path(__file__).parents[3] / "experiments" / "faults" / "hostile_load.py"


def test_honest_clients_among_hostile_ones_lose_nothing(tmp_path):
    out = tmp_path / "load.json"
    command = [sys.executable, str(SCRIPT), "--seconds", "3", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert found["honest_requests"] > 32
    assert found["hostile_requests"] > 16
    assert found["health_requests"] >= 1
    # What is left is the listening socket, the event loop and standard streams.
    assert found["afterwards"]["files"] < 16
