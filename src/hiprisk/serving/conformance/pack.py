"""A test pack: input vectors and expected answers that verify another implementation of a model."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.errors import StoreError
from hiprisk.serving.conformance.readme import readme
from hiprisk.serving.conformance.vectors import Vector, make_vectors
from hiprisk.sheet.answers import answers_of, column_names

if TYPE_CHECKING:
    from hiprisk.serving.model import Model

N_RANDOM = 200
SEED = 2010
TOLERANCE = 1e-9

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Vectors and their expected answers.

    Attributes
    ----------
    vectors : tuple of Vector
    answers : tuple of mapping
        One for each vector: the columns of a scored file, and ``explanation`` where there is a
        prediction.
    columns : tuple of str
        The columns of a scored file, in order.
    """

    vectors: tuple[Vector, ...]
    answers: tuple[Answer, ...]
    columns: tuple[str, ...]
    bundle_sha256: str
    provenance: str


def make_pack(model: Model, *, n_random: int = N_RANDOM, seed: int = SEED) -> Pack:
    """Compute a model's pack; the same bundle, number and seed give the same pack."""
    vectors = make_vectors(model.sheet, n_random=n_random, seed=seed)
    return Pack(
        vectors=vectors,
        answers=tuple(_answer(model, vector) for vector in vectors),
        columns=column_names(model.evaluator),
        bundle_sha256=model.bundle.sha256,
        provenance=model.sheet.provenance,
    )


def _answer(model: Model, vector: Vector) -> Answer:
    evaluation = model.evaluate(vector.given)
    if not evaluation.usable[0]:
        return answers_of(model.evaluator, evaluation).row()
    result = model.prediction_of(evaluation, explained=True)
    assert result.explanation is not None
    plain = result.explanation.to_dict()
    # Both are the same for all: the typical patient has a vector of its own, the README the other.
    del plain["typical"], plain["reference"]
    return {**result.values, "explanation": plain}


def pack_files(
    model: Model, pack: Pack, *, n_random: int = N_RANDOM, seed: int = SEED
) -> dict[str, bytes]:
    """Files of a pack by name; `n_random` and `seed` are those with which it was made."""
    variables = [spec.name for spec in model.sheet.variables]
    files = {
        "vectors.json": _json_lines([_vector_entry(vector) for vector in pack.vectors]),
        "expected.json": _json_lines(
            [
                {"vector": vector.name, **answer}
                for vector, answer in zip(pack.vectors, pack.answers, strict=True)
            ]
        ),
        "vectors.csv": _csv(
            ["vector", *variables],
            [[v.name, *(v.given.get(name) for name in variables)] for v in pack.vectors],
        ),
        "expected.csv": _csv(
            ["vector", *pack.columns],
            [
                [vector.name, *(answer[name] for name in pack.columns)]
                for vector, answer in zip(pack.vectors, pack.answers, strict=True)
            ],
        ),
    }
    options = "" if (n_random, seed) == (N_RANDOM, SEED) else f" --random {n_random} --seed {seed}"
    files["README.md"] = readme(
        model,
        columns=pack.columns,
        n_vectors=len(pack.vectors),
        tolerance=TOLERANCE,
        options=options,
    ).encode()
    manifest = {
        "bundle_sha256": pack.bundle_sha256,
        "provenance": pack.provenance,
        "n_vectors": len(pack.vectors),
        "n_random": n_random,
        "seed": seed,
        "tolerance": TOLERANCE,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    files["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return files


def write_pack(files: Mapping[str, bytes], out: Path) -> None:
    """Write a pack's files into a folder that is not there yet, whole or not at all.

    Raises
    ------
    StoreError
        If the disk does not take it.
    """
    import secrets
    import shutil

    scratch = out.with_name(f".{out.name}-{secrets.token_hex(4)}")
    try:
        scratch.mkdir(parents=True)
        for name, data in files.items():
            (scratch / name).write_bytes(data)
        # One step at the end: a folder that is there is a whole pack.
        scratch.rename(out)
    except OSError as problem:
        shutil.rmtree(scratch, ignore_errors=True)
        raise StoreError(
            f"the pack cannot be written: {problem.strerror or 'the disk refused'}", file=out.name
        ) from problem


def _vector_entry(vector: Vector) -> dict[str, Any]:
    return {"vector": vector.name, "why": vector.why, "given": vector.given}


def _json_lines(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """A JSON list with an entry on each line."""
    lines = [json.dumps(entry, ensure_ascii=False, allow_nan=False) for entry in entries]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _csv(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """A float at its shortest exact form, nothing for what is not known, codes by semicolons."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return stream.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return ";".join(value) if isinstance(value, list | tuple) else str(value)
