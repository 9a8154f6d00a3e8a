"""Harrell's optimism bootstrap of a whole procedure.

Each resample draws persons with replacement; the procedure is run anew on it and judged on the
resample (training) and on the original people (test). The mean difference is the optimism, which
is taken off the apparent value.

References
----------
.. [1] Harrell, Lee, Mark (1996). Stat Med 15(4), 361-387.
.. [2] Efron, Gong (1983). Am Stat 37(1), 36-48.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.errors import InputError
from hiprisk.learning.parallel import Progress, run_parallel
from hiprisk.metrics.registry import MetricFunction
from hiprisk.seeding import rng_for

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

MOST_REFUSED = 0.05


@dataclass(frozen=True)
class Resample:
    """One bootstrap sample.

    Attributes
    ----------
    number : int
    rows : ndarray of int
        Positions of the rows, repeated as drawn.
    counts : ndarray of int, shape (n_rows,)
        How often each row was drawn.
    """

    number: int
    rows: Integers
    counts: Integers


@dataclass(frozen=True)
class Refit:
    """What a procedure gives back for a resample.

    Attributes
    ----------
    predicted : ndarray, shape (n_rows,)
        Predictions of all original rows.
    coefficients : ndarray or None
        Coefficients of the refit, intercept first, where the family has any.
    """

    predicted: Floats
    coefficients: Floats | None = None


Procedure = Callable[[Resample], Refit]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimismRow:
    """One metric: its apparent value, its optimism and what is left.

    Attributes
    ----------
    training, test : float
        Means over the resamples of the value on the resample and on the original people.
    """

    metric: str
    apparent: float
    training: float
    test: float
    optimism: float
    corrected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimismTable:
    """All metrics of one bootstrap."""

    rows: tuple[OptimismRow, ...]
    n_resamples: int
    n_refused: int

    def corrected(self) -> dict[str, float]:
        """Corrected value by metric."""
        return {row.metric: row.corrected for row in self.rows}

    def to_frame(self) -> pd.DataFrame:
        """One row a metric."""
        names = ["metric", "apparent", "training", "test", "optimism", "corrected"]
        return pd.DataFrame(
            [[getattr(row, name) for name in names] for row in self.rows], columns=names
        )


@dataclass(frozen=True)
class BootstrapResult:
    """The table, and what the refits left behind.

    Attributes
    ----------
    coefficients : ndarray or None, shape (n_resamples, n_coefficients)
    """

    table: OptimismTable
    coefficients: Floats | None


@dataclass(frozen=True)
class _Judged:
    training: dict[str, float] | None
    test: dict[str, float] | None
    coefficients: Floats | None


def draw_resamples(groups: Integers, *, n_resamples: int, seed: int) -> tuple[Resample, ...]:
    """Resamples of persons: all rows of a person are drawn together.

    Parameters
    ----------
    groups : ndarray of int, shape (n_rows,)
        Number of the person that each row belongs to.
    n_resamples : int
    seed : int
        Each resample has its own generator, so that the n-th is the same however many there are.
    """
    labels, place = np.unique(groups, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(labels) + 1))
    drawn = []
    for number in range(n_resamples):
        people = rng_for(seed, "bootstrap", number).integers(0, len(labels), len(labels))
        rows = np.concatenate([order[starts[p] : starts[p + 1]] for p in people])
        drawn.append(_resample(number, rows, len(groups)))
    return tuple(drawn)


def resamples_from_indices(indices: Sequence[Sequence[int]] | Integers) -> tuple[Resample, ...]:
    """Resamples given as positions from 0, one row of positions a resample."""
    n_rows = len(indices[0])
    return tuple(
        _resample(number, np.asarray(rows, dtype=np.intp), n_rows)
        for number, rows in enumerate(indices)
    )


def _resample(number: int, rows: Integers, n_rows: int) -> Resample:
    return Resample(number, rows, np.bincount(rows, minlength=n_rows))


def bootstrap_optimism(
    procedure: Procedure,
    observed: Floats,
    *,
    apparent: Floats,
    metrics: Mapping[str, MetricFunction],
    resamples: Sequence[Resample],
    workers: int = 1,
    progress: Progress | None = None,
) -> BootstrapResult:
    """Run a procedure on every resample and take its optimism off the apparent values.

    Parameters
    ----------
    procedure : callable
        Resample to predictions of all original rows.
    observed : ndarray, shape (n_rows,)
        NaN where unknown: such rows take part in the procedure, never in a metric.
    apparent : ndarray, shape (n_rows,)
        Predictions of the procedure run on the original rows.
    metrics : mapping of str to function
    resamples : sequence of Resample
    workers : int
    progress : callable, optional

    Returns
    -------
    BootstrapResult

    Raises
    ------
    InputError
        If a metric cannot be computed, or the procedure refuses more than 5 % of the resamples.
    """
    known = ~np.isnan(observed)
    judge = partial(_judge, procedure, observed, known, dict(metrics))
    judged = run_parallel(judge, list(resamples), workers=workers, progress=progress)
    usable = [one for one in judged if one.training is not None]
    n_refused = len(judged) - len(usable)
    if n_refused > MOST_REFUSED * len(judged):
        raise InputError(
            f"the model could not be fitted on {n_refused} of {len(judged)} resamples",
            code="DEGENERATE",
            advice="use fewer predictors or a larger penalty",
        )
    rows = []
    for name, function in metrics.items():
        value = function(observed[known], apparent[known])
        training = float(np.mean([one.training[name] for one in usable if one.training]))
        test = float(np.mean([one.test[name] for one in usable if one.test]))
        rows.append(
            OptimismRow(
                metric=name,
                apparent=value,
                training=training,
                test=test,
                optimism=training - test,
                corrected=value - (training - test),
            )
        )
    kept = [one.coefficients for one in usable if one.coefficients is not None]
    return BootstrapResult(
        OptimismTable(rows=tuple(rows), n_resamples=len(usable), n_refused=n_refused),
        np.array(kept) if len(kept) == len(usable) else None,
    )


def _judge(
    procedure: Procedure,
    observed: Floats,
    known: NDArray[np.bool_],
    metrics: dict[str, MetricFunction],
    resample: Resample,
) -> _Judged:
    try:
        refit = procedure(resample)
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        return _Judged(None, None, None)
    y, predicted = observed[known], refit.predicted[known]
    counts = resample.counts[known].astype(np.float64)
    try:
        training = {name: f(y, predicted, weights=counts) for name, f in metrics.items()}
        test = {name: f(y, predicted) for name, f in metrics.items()}
    except InputError as refusal:
        raise InputError(
            f"a metric cannot be computed on resample {resample.number}: {refusal.reason}",
            code=refusal.code,
        ) from refusal
    return _Judged(training, test, refit.coefficients)
