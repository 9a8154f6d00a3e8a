"""Permutation importance: how much worse a model predicts once a predictor tells nothing.

References
----------
.. [1] Breiman (2001). Machine Learning 45, 5-32. doi:10.1023/A:1010933404324
.. [2] Fisher, Rudin, Dominici (2019). JMLR 20(177), 1-81: model reliance.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.metrics.registry import find_metric
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.seeding import rng_for
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.contributions import predictor_groups
from hiprisk.sheet.format import Sheet, TreesModel

METRICS = {"continuous": "r2", "binary": "c_statistic"}
N_PERMUTATIONS = 10
# Trees take some hundred times as long as a sum of terms; the order of the predictors is the same.
N_PERMUTATIONS_OF_TREES = 3
MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictorImportance:
    """One predictor, or several that a model sees only together.

    Attributes
    ----------
    label : str
    variables : tuple of str
    drop : float
        Mean fall of the metric over the permutations.
    low, high : float
        Smallest and largest fall: they tell how steady the mean is, and nothing about other people.
    """

    label: str
    variables: tuple[str, ...]
    drop: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Permutation importance of every predictor, in the development cohort.

    Attributes
    ----------
    metric : str
        ``r2`` or ``c_statistic``.
    value : float
        Of the model with nothing permuted; apparent.
    n_permutations, n : int
        Permutations of each predictor, and rows.
    predictors : tuple of PredictorImportance
        The most important first.
    """

    metric: str
    value: float
    n_permutations: int
    n: int
    predictors: tuple[PredictorImportance, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a predictor: predictor, drop, low, high."""
        names = ["predictor", "drop", "low", "high"]
        rows = [(one.label, one.drop, one.low, one.high) for one in self.predictors]
        return pd.DataFrame(rows, columns=names)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def permutation_importance(
    sheet: Sheet, columns: Columns, observed: Floats, *, kind: OutcomeKind, seed: int
) -> Importance:
    """How far R2 or C falls when the values of a predictor are permuted among people.

    Missing values are imputed once, before anything is permuted. Variables that a model sees only
    together are permuted together.

    Parameters
    ----------
    sheet : Sheet
    columns : mapping of str to ndarray, each of shape (n_rows,)
        Of people whose outcome is known.
    observed : ndarray, shape (n_rows,)
    kind : str
    seed : int
        Every n-th row is used where there are more than 2,000.
    """
    evaluator = SheetEvaluator(sheet)
    step = -(-len(observed) // MOST_ROWS)
    y = observed[::step]
    given = {name: values[::step] for name, values in columns.items()}
    filled = evaluator.filled(evaluator.numeric_columns(given, len(y)))[0]
    metric = find_metric(kind, METRICS[kind])
    # An imputed column that no row lacks has one row in place of many.
    filled = [np.broadcast_to(column, len(y)) for column in filled]
    whole = metric.function(y, _prediction(evaluator, filled, kind))
    trees = isinstance(sheet.model, TreesModel)
    n_permutations = N_PERMUTATIONS_OF_TREES if trees else N_PERMUTATIONS
    rng = rng_for(seed, "permutation-importance")
    orders = [rng.permutation(len(y)) for _ in range(n_permutations)]
    found = []
    for group in predictor_groups(sheet):
        shuffled = (_permuted(sheet, filled, group.variables, order) for order in orders)
        drops = [whole - metric.function(y, _prediction(evaluator, one, kind)) for one in shuffled]
        found.append(
            PredictorImportance(
                label=group.label,
                variables=group.variables,
                drop=float(np.mean(drops)),
                low=float(min(drops)),
                high=float(max(drops)),
            )
        )
    return Importance(
        metric=metric.name,
        value=float(whole),
        n_permutations=n_permutations,
        n=len(y),
        predictors=tuple(sorted(found, key=lambda one: -one.drop)),
    )


def _permuted(
    sheet: Sheet, filled: list[Floats], names: tuple[str, ...], order: Any
) -> list[Floats]:
    """The columns with those of some variables in another order, theirs in one."""
    return [
        values[order] if column.variable in names else values
        for column, values in zip(sheet.columns, filled, strict=True)
    ]


def _prediction(evaluator: SheetEvaluator, filled: list[Floats], kind: OutcomeKind) -> Floats:
    lp = evaluator.linear_predictor(filled, len(filled[0]))
    return evaluator.to_risk(lp) if kind == "binary" else evaluator.inside(lp)
