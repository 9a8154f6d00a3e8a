"""What the fuzz targets share: options, seeds, a mutator of JSON structure, the run itself.

A target is a function of bytes. A `HipRiskError` is an answer; anything else that leaves the
target is a crash, which libFuzzer writes to a file and stops at.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import atheris

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1e308, -1e308, 5e-324, 10**400, 0.5, "", "x", "male", "linear",
    "\ud800", "a" * 300, [], {}, [[]], [1.0, 2.0], {"a": 1}, "NaN", "../x", "sheet.json",
)  # fmt: skip


def fuzz(
    target: Callable[[bytes], None], seeds: Iterable[bytes], *, words: Iterable[str], as_json: bool
) -> None:
    """Run libFuzzer on a target: ``--runs N --seed S --corpus DIR --crashes DIR``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-len", type=int, default=8192)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--crashes", type=Path, default=Path("crashes"))
    options = parser.parse_args()
    scratch = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    corpus = options.corpus or Path(scratch) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    options.crashes.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    dictionary = Path(scratch) / "words"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words))
    flags = [
        sys.argv[0], f"-runs={options.runs}", f"-seed={options.seed}", "-rss_limit_mb=4096",
        f"-max_len={options.max_len}", "-timeout=30", f"-dict={dictionary}",
        f"-artifact_prefix={options.crashes}/", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    mutator = {"custom_mutator": mutated_json} if as_json else {}
    atheris.Setup(flags, target, **mutator)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def mutated_json(data: bytes, max_size: int, seed: int) -> bytes:
    """Half of the time bytes are changed, half of the time one node of the JSON tree."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        return bytes(atheris.Mutate(data, max_size))
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return bytes(atheris.Mutate(data, max_size))
    for _ in range(1 + int(rng.random() < 0.3)):
        tree = _changed(tree, rng)
    try:
        text = json.dumps(tree)
    except (ValueError, RecursionError):
        return data
    return text.encode("utf-8", "surrogatepass")[:max_size]


def _changed(tree: Any, rng: random.Random) -> Any:
    places: list[tuple[Any, Any]] = []
    stack = [tree] if isinstance(tree, dict | list) else []
    while stack:
        node = stack.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            places.append((node, key))
            if isinstance(node[key], dict | list):
                stack.append(node[key])
    if not places:
        return copy.deepcopy(rng.choice(ODD))
    node, key = rng.choice(places)
    move = rng.randrange(6)
    if move == 0:
        del node[key]
    elif move == 1:
        other, its_key = rng.choice(places)
        # A copy may hold the node itself: that is cut by the text's size.
        node[key] = json.loads(json.dumps(other[its_key])) if other is not node else 0
    elif move == 2 and isinstance(node, dict):
        node[rng.choice(["", "type", "extra", *map(str, node)])] = copy.deepcopy(rng.choice(ODD))
    elif move == 3 and isinstance(node[key], list) and node[key]:
        node[key].append(rng.choice(node[key]))
    elif move == 4 and isinstance(node[key], int | float) and abs(node[key]) < 1e300:
        node[key] = node[key] * rng.choice([-1, 0, 0.5, 2, 1e10, 1e300])
    else:
        node[key] = copy.deepcopy(rng.choice(ODD))
    return tree
