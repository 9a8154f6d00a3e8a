"""What separates the classes of a binary outcome, told by level, people and events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.inference.association.plan import AssociationPlan
from hiprisk.learning.logistic.separation import SeparationError, levels_of_one_class
from hiprisk.wording.labels import column_label
from hiprisk.wording.quantities import plural

ADVICE = (
    "join a rare level with another, leave the variable out, or set association.estimator to firth"
)


def separation_refusal(
    columns: Floats,
    y: Floats,
    names: Sequence[str],
    refusal: SeparationError,
    *,
    plan: AssociationPlan,
    model: str,
    group: str,
) -> InputError:
    """The refusal of one model in one group, with what has no finite estimate there.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Of the first completed data set.
    y : ndarray, shape (n_rows,)
    names : sequence of str, length n_columns
    refusal : SeparationError
    plan, model, group
        Whose design it is.
    """
    labels = plan.design.labels(plan.dictionary)
    one_class = levels_of_one_class(columns, y)
    sides = [
        _one_class_side(columns[:, place], y, column_label(name, labels))
        for place, name in enumerate(names)
        if one_class[place]
    ]
    if sides:
        what = f"no finite odds ratio: {'; '.join(sides)}"
    else:
        together = dict.fromkeys(column_label(names[place], labels) for place in refusal.columns)
        what = f"{' and '.join(together)} separate those with the event from those without"
    return InputError(
        f"{what} (model '{model}', group '{group}')", code=refusal.code, advice=ADVICE
    )


def _one_class_side(has: Floats, y: Floats, label: str) -> str:
    """The side of a level on which all, or none, have the event."""
    inside = has == 1.0
    rows, whose = (inside, label) if np.ptp(y[inside]) == 0.0 else (~inside, f"not {label}")
    n, events = int(rows.sum()), int(y[rows].sum())
    return f"{whose} has {plural(n, 'row')} with {plural(events, 'event')}"
