"""Schemathesis, as anybody would run it, against a running service."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from running_service import serving
from small_bundle import write_small_bundle

pytest.importorskip("fastapi")
PROJECT = Path(__file__).parents[3]
TOKEN = "a-secret-of-some-length"


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None, reason="schemathesis is not installed"
)
def test_schemathesis_finds_nothing(tmp_path):
    bundle = write_small_bundle(tmp_path / "models")
    options = ["--phases=coverage,fuzzing", "--max-examples=6", "--seed=1", "--no-color",
               "--workers=4", "--generation-database=none"]  # fmt: skip
    with serving(bundle, "--rate", "0", HIPRISK_TOKEN=TOKEN) as (_, told):
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli",
             f"--config-file={PROJECT / 'schemathesis.toml'}", "run",
             f"{told['address']}/openapi.json", f"--header=Authorization: Bearer {TOKEN}",
             *options],
            cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert re.search(r"Tested: 7\b", done.stdout)
    # It did ask, and more than a few times.
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) > 100
