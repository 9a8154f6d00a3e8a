"""What separates the classes of a binary outcome, told by level, people and events."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.inference.association.plan import AssociationPlan
from hiprisk.learning.logistic.separation import SeparationError, what_separates
from hiprisk.wording.labels import column_label

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
    readable = [column_label(name, labels) for name in names]
    what = what_separates(columns, y, readable, refusal.columns)
    return InputError(
        f"{what} (model '{model}', group '{group}')", code=refusal.code, advice=ADVICE
    )
