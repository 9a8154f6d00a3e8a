"""How many draws, refits and trees a sheet may hold: told before any of them is built.

Each is small in a file and costs time with every prediction: 200,000 draws took 18 seconds. The
limits are far above what hiprisk writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiprisk.errors import BundleError

# At most 256 are written (`imputation.draws_at_prediction`).
MAX_DRAWS = 1_000
# As many as a study may have resamples.
MAX_REFITS = 10_000
MAX_TREES = 50_000
MIB = 1 << 20
# Readers of a sheet take 64 MiB; the rest of it is small beside the trees.
LARGEST_MIB = 60
# Two numbers of up to 23 characters of which one is 0.0, an input and two places with commas.
BYTES_PER_NODE = 48
MAX_NODES = LARGEST_MIB * MIB // BYTES_PER_NODE


def check_counts(document: Mapping[str, Any], *, name: str) -> None:
    """Raise BundleError if a sheet, parsed and not yet decoded, holds more than it may."""
    model = document.get("model")
    trees = _list_in(model, "trees")
    found = {
        "draws for missing values": (len(_list_in(document.get("missing"), "draws")), MAX_DRAWS),
        "refits": (len(_list_in(model, "refits")), MAX_REFITS),
        "trees": (len(trees), MAX_TREES),
        "nodes of trees": (sum(len(_list_in(tree, "feature")) for tree in trees), MAX_NODES),
    }
    for what, (number, most) in found.items():
        if number > most:
            raise BundleError(
                f"the sheet has {number} {what}, and it may have {most}",
                code="TOO_LARGE",
                file=name,
                advice="fit a smaller model; a sheet that hiprisk wrote has fewer",
            )


def _list_in(part: object, key: str) -> list[Any]:
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, list) else []
