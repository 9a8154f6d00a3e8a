"""Does an ordinal model hang together: its values, its intercepts and those of its refits."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from hiprisk.sheet.format import OrdinalModel, OutcomeSpec

# Scores have up to a few hundred values; what lies beyond would exhaust memory, row by row.
MAX_VALUES = 1000
# Numbers in all refits together: 200 refits of the largest score with 1,000 coefficients beside.
MAX_REFITTED = 400_000


def ordinal_problems(model: OrdinalModel, outcome: OutcomeSpec) -> Iterable[str]:
    """What contradicts itself in an ordinal model, in words; nothing where all is well."""
    if outcome.kind == "binary":
        yield "an ordinal model needs a continuous outcome: a score, not a yes or no"
    yield from _value_problems(model, outcome)
    if len(model.intercepts) != len(model.values) - 1:
        yield (
            "the intercepts do not fit the values: there is one for each value but the lowest "
            f"({len(model.values)} values, {len(model.intercepts)} intercepts)"
        )
    if not _descends(model.intercepts, strictly=True):
        yield "the intercepts of the model do not descend"
    yield from _refit_problems(model)


def _value_problems(model: OrdinalModel, outcome: OutcomeSpec) -> Iterable[str]:
    values = model.values
    if not 2 <= len(values) <= MAX_VALUES:
        yield f"an ordinal model has 2 to {MAX_VALUES} values, and this one has {len(values)}"
        return
    if not _descends(values[::-1], strictly=True):
        yield "the values of the score do not ascend"
    below = outcome.lower is not None and values[0] < outcome.lower
    above = outcome.upper is not None and values[-1] > outcome.upper
    if below or above:
        yield "a value of the score lies outside the outcome's bounds"


def _refit_problems(model: OrdinalModel) -> Iterable[str]:
    refits = model.refits or ()
    if sum(map(len, refits)) > MAX_REFITTED:
        yield f"the bootstrap models hold more than {MAX_REFITTED} numbers"
        return
    n_intercepts = len(model.intercepts)
    if not all(_descends(row[:n_intercepts], strictly=False) for row in refits):
        yield "the intercepts of a refit ascend"


def _descends(numbers: Sequence[float], *, strictly: bool) -> bool:
    pairs = itertools.pairwise(numbers)
    return all(a > b if strictly else a >= b for a, b in pairs)
