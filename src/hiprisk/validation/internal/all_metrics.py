"""What else the refits of a bootstrap correct: rms' further indexes and the error of the curve."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hiprisk.arrays import Floats
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.registry import find_metric, further_metrics
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.internal.optimism import table_of_values
from hiprisk.validation.internal.optimism_table import OptimismRow, OptimismTable
from hiprisk.validation.internal.optimism_values import OptimismValues, values_of_refits
from hiprisk.validation.resampling.refits import Refits

ICI = "ici"


def beside_a_bootstrap(kind: OutcomeKind) -> tuple[Metric, ...]:
    """Metrics that are reported beside a bootstrap alone."""
    return (*further_metrics(kind), find_metric(kind, ICI))


def table_of_all_metrics(
    values: OptimismValues,
    *,
    apparent: Floats,
    metrics: Sequence[Metric],
    kind: OutcomeKind,
    level: float,
) -> OptimismTable:
    """The table of a bootstrap with rms' further indexes and the ICI.

    Parameters
    ----------
    values : OptimismValues
        Of these metrics and of those of `beside_a_bootstrap`.
    apparent : ndarray, shape (n_rows,)
    metrics : sequence of Metric
        Those that come first.
    kind, level
        As for `bootstrap_optimism`.
    """
    table = table_of_values(values, apparent=apparent, metrics=metrics, level=level)
    return _with_further_metrics(table, values, apparent=apparent, kind=kind)


def with_further_metrics(
    table: OptimismTable, refits: Refits, observed: Floats, *, apparent: Floats, kind: OutcomeKind
) -> OptimismTable:
    """A bootstrap's table with rms' further indexes and the ICI.

    Parameters
    ----------
    table : OptimismTable
    refits, observed, apparent
        As for `hiprisk.validation.internal.optimism.optimism_table`.
    kind : str
    """
    values = values_of_refits([refits], observed, beside_a_bootstrap(kind))
    return _with_further_metrics(table, values, apparent=apparent, kind=kind)


def _with_further_metrics(
    table: OptimismTable, values: OptimismValues, *, apparent: Floats, kind: OutcomeKind
) -> OptimismTable:
    rows, lacking = [*table.rows], dict(table.not_available)
    for metrics in (further_metrics(kind), (find_metric(kind, ICI),)):
        found = table_of_values(values, apparent=apparent, metrics=metrics, level=table.level)
        rows += [_not_below_zero(row) for row in found.rows]
        lacking |= found.not_available
    return dataclasses.replace(table, rows=tuple(rows), not_available=lacking)


def _not_below_zero(row: OptimismRow) -> OptimismRow:
    """The ends of an error of the curve cut at 0, which it cannot leave."""
    if row.metric != ICI:
        return row
    ends = {
        name: max(end, min(row.corrected, 0.0))
        for name in ("low", "shifted_low")
        if (end := getattr(row, name)) is not None
    }
    return dataclasses.replace(row, **ends)
