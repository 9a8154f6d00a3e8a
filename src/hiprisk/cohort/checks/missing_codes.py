"""Numbers that stand for "missing" and were read as values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.findings import Finding, finding_at

SENTINELS = (9.0, 99.0, 999.0, 9999.0, -1.0, -9.0, -99.0, -999.0, 88.0, 888.0)

# A pile-up of a sentinel among other values: rows and share of them, distinct other values, values
# looked at on either side, and how much oftener than the most frequent of those it must come.
FEWEST_PILED = 10
LEAST_PILED = 0.02
FEWEST_DISTINCT = 15
SENTINEL_SUSPECT = "SENTINEL_SUSPECT"
NEIGHBOURS = 5
PILED_TIMES = 5.0


def sentinel_findings(variable: Variable, values: Floats) -> Iterable[Finding]:
    """A sentinel inside the hard range: far from all other values, or piled up among them."""
    for sentinel in SENTINELS:
        here = values == sentinel
        others = values[~here & ~np.isnan(values)]
        if here.sum() < 3 or not others.size:
            continue
        spread = max(float(np.subtract(*np.quantile(others, [0.75, 0.25]))), 1e-9)
        away = min(abs(sentinel - others.max()), abs(sentinel - others.min()))
        outlying = not others.min() <= sentinel <= others.max()
        inside = variable.hard is None or variable.hard[0] <= sentinel <= variable.hard[1]
        if not inside:
            continue
        times = _pile_up(sentinel, others, int(here.sum()))
        if not (outlying and away > 1.5 * spread) and times:
            yield from finding_at(
                here,
                SENTINEL_SUSPECT,
                "warning",
                variable.name,
                f"{sentinel:g} comes {times:.0f} times as often as any value near it: missing?",
                f'if so, state missing: ["{sentinel:g}"] in the mapping',
            )
        elif outlying and away > 1.5 * spread:
            yield from finding_at(
                here,
                SENTINEL_SUSPECT,
                "warning",
                variable.name,
                f"{sentinel:g} lies far from all other values and comes often: missing?",
                f'if so, state missing: ["{sentinel:g}"] in the mapping',
            )


def suspected_sentinels(findings: Iterable[Finding], used: Collection[str]) -> Iterator[Finding]:
    """Those findings about codes for missing that are read as values of the variables used."""
    return (one for one in findings if one.code == SENTINEL_SUSPECT and one.column in used)


def _pile_up(sentinel: float, others: Floats, n_here: int) -> float | None:
    """How much oftener a sentinel comes than the most frequent value near it; None if not oddly.

    Near are the distinct values next to it on either side. A natural heap (tens, the ends of a
    scale) among them raises what is to be expected; a variable of few values says nothing.
    """
    if n_here < max(FEWEST_PILED, LEAST_PILED * (n_here + len(others))):
        return None
    distinct, counts = np.unique(others, return_counts=True)
    if len(distinct) < FEWEST_DISTINCT:
        return None
    place = int(np.searchsorted(distinct, sentinel))
    near = counts[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]
    times = n_here / float(near.max())
    return times if times >= PILED_TIMES else None
