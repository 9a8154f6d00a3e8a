"""Runs every target one after another and keeps what each says of itself.

    python experiments/fuzz/run_all.py --scale 1 --seed 11 --out experiments/fuzz/results.json

`--scale 1` is 1,050,000 inputs, about 25 core-minutes.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import subprocess
import sys
import time
from pathlib import Path

RUNS = {"sheet": 450_000, "manifest": 200_000, "mapping": 300_000, "csv": 100_000}
HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    options = parser.parse_args()
    results = {}
    for name, runs in RUNS.items():
        wanted = max(1, int(runs * options.scale))
        began = time.monotonic()
        print(f"{name}: {wanted} inputs", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, str(HERE / f"fuzz_{name}.py"), "--runs", str(wanted),
             "--seed", str(options.seed), "--crashes", str(HERE / f"crashes-{name}")],
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        results[name] = {**figures(done.stderr), "exit_code": done.returncode,
                         "seconds": round(time.monotonic() - began)}  # fmt: skip
        print(f"{name}: {results[name]}", file=sys.stderr, flush=True)
    document = {
        "date": datetime.date.today().isoformat(),
        "seed": options.seed,
        "results": results,
    }
    options.out.write_text(json.dumps(document, indent=2) + "\n")


def figures(log: str) -> dict[str, int]:
    """Inputs, coverage edges and features as libFuzzer counts them in its last line."""
    lines = re.findall(r"#(\d+)\t\w+ +cov: (\d+) ft: (\d+) corp: (\d+)", log)
    if not lines:
        return {}
    return dict(zip(("inputs", "edges", "features", "corpus"), map(int, lines[-1]), strict=True))


if __name__ == "__main__":
    main()
