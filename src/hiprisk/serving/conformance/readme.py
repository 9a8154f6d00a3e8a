"""README of a test pack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiprisk.serving.model import Model

README = """# Test pack of {name} version {version}

{warnings}Bundle {sha256}.
{n_vectors} simulated patients, none of them real, with the answers that any implementation of this
model must give.

| file | what |
| --- | --- |
| `vectors.json` | each vector: name, purpose (`why`) and values (`given`) |
| `vectors.csv` | the same as a table; an empty cell is missing |
| `expected.json` | the answer of each vector, with its explanation |
| `expected.csv` | the columns of a scored file, numbers at full precision |
| `manifest.json` | hashes of these files and of the bundle |

## Verify an implementation

1. Read `vectors.json` or `vectors.csv`. A variable that is absent, or an empty cell, is missing.
2. Answer each vector. Write `vector` and at least these numbers:
   {numbers}.
   A vector that must be refused gets none (`null`, or an empty cell).
3. Save it as JSON (a list of objects, as `expected.json`) or CSV (as `expected.csv`), and run

       hiprisk testpack {reference} --check ANSWERS{options}

An implementation conforms if every number is within {tolerance:g} of the one expected, relative to
its size where that is above 1, and every refusal is a refusal. The lists `imputed`, `flags` and
`reason`, and `explanation`, are compared where your answers have them. Without hiprisk, compare
with `expected.csv` by the same rule.
{compared}
## What the vectors are for

| name ends in | what |
| --- | --- |
| `typical`, `nothing` | medians and most common levels (without them, mid-range); all missing |
| `missing`, `alone` | one variable missing; all but one missing |
| `level` | each level of each category |
| `edge` | at the ends of the hard, soft and training ranges |
| `turn` | exactly at a spline's knot or a tree's threshold (of very many an even share) |
| `refused` | not a number, out of range, unknown level, not a whole number |
| `random` | random patients with 0, 20, 50 and 80 % of values missing |
"""


def readme(
    model: Model,
    *,
    columns: Sequence[str],
    n_vectors: int,
    tolerance: float,
    options: str = "",
) -> str:
    """The pack's README."""
    from hiprisk.sheet.answers import TEXT_COLUMNS
    from hiprisk.wording.disclaimers import warnings_of

    compared = ""
    if (against := model.reference) is not None:
        values = json.dumps(dict(against.compared.patient))
        compared = (
            f"\nContributions in `explanation` are relative to {against.words}:\n\n    {values}\n"
        )
    warnings = "".join(f"{warning} " for warning in warnings_of(model.sheet))
    numbers = ", ".join(f"`{name}`" for name in columns if name not in TEXT_COLUMNS)
    return README.format(
        name=model.bundle.name,
        version=model.bundle.version,
        warnings=warnings,
        sha256=model.bundle.sha256,
        n_vectors=n_vectors,
        numbers=numbers,
        reference=f"{model.bundle.name}@{model.bundle.version}",
        tolerance=tolerance,
        options=options,
        compared=compared,
    )
