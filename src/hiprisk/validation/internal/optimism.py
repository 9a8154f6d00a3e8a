"""What of an apparent performance is optimism, by the refits of one bootstrap.

Each resample draws persons with replacement; the procedure is repeated on it and evaluated on
the resample (training), on the original sample (test) and on those not drawn (omitted).
Harrell's correction takes the mean of training less test off the apparent value; the .632 and
.632+ estimates weigh the apparent value with that of the omitted.

References
----------
.. [1] Harrell, Lee, Mark (1996). Stat Med 15(4), 361-387.
.. [2] Efron, Gong (1983). Am Stat 37(1), 36-48.
.. [3] Efron, Tibshirani (1997). J Am Stat Assoc 92(438), 548-560.
.. [4] Noma et al. (2021). Stat Med 40(26), 5691-5701. doi:10.1002/sim.9148
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.bootstrap import too_many_refused
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric, Scale
from hiprisk.parallel import Progress
from hiprisk.validation.internal.optimism_intervals import (
    SLOPE,
    location_shifted_interval,
    optimism_interval,
    slope_widening,
)
from hiprisk.validation.internal.optimism_table import (
    BootstrapResult,
    OptimismRow,
    OptimismTable,
)
from hiprisk.validation.internal.optimism_values import OptimismValues, values_of_refits
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.refits import Refits, RefitsRefusedError, refit_all
from hiprisk.validation.resampling.resamples import Procedure, Resample

SHARE_DRAWN = 0.632


def bootstrap_optimism(
    procedure: Procedure,
    observed: Floats,
    *,
    apparent: Floats,
    metrics: Sequence[Metric],
    resamples: Sequence[Resample],
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    level: float = 0.95,
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
    metrics : sequence of Metric
    resamples : sequence of Resample
    workers : int
    progress : callable, optional
    checkpoint : Checkpoint, optional
        Where finished refits are kept.
    level : float
        Of the intervals.

    Returns
    -------
    BootstrapResult

    Notes
    -----
    Where the procedure refuses too many of the resamples there are no refits and no corrected
    metrics, and the result says why: what else is known of the model stands.

    A metric that cannot be computed on a resample is computed without it; where these are too many
    (`hiprisk.bootstrap.too_many_refused`) the table says why there is no such metric.
    """
    try:
        refits = refit_all(
            procedure, resamples, workers=workers, progress=progress, checkpoint=checkpoint
        )
    except RefitsRefusedError as refusal:
        table = OptimismTable(
            rows=(),
            n_resamples=refusal.n_fitted,
            n_refused=refusal.n_refused,
            level=level,
            not_available={metric.name: refusal.reason for metric in metrics},
        )
        return BootstrapResult(table, coefficients=None, refused=refusal)
    table = optimism_table(refits, observed, apparent=apparent, metrics=metrics, level=level)
    return BootstrapResult(table, refits.coefficients, refits)


def optimism_table(
    refits: Refits,
    observed: Floats,
    *,
    apparent: Floats,
    metrics: Sequence[Metric],
    level: float = 0.95,
) -> OptimismTable:
    """Optimism, .632 and .632+ of every metric from refits; arguments as `bootstrap_optimism`."""
    values = values_of_refits([refits], observed, metrics)
    return table_of_values(values, apparent=apparent, metrics=metrics, level=level)


def table_of_values(
    values: OptimismValues, *, apparent: Floats, metrics: Sequence[Metric], level: float = 0.95
) -> OptimismTable:
    """The same from the metrics of the refits, of some of these metrics.

    A resample counts among the omitted where all of the metrics can be computed on those whom it
    omits, so that they are of the same resamples.
    """
    y, own = values.observed, apparent[values.known]
    judged = {metric.name: _judge(metric, own, values) for metric in metrics}
    widened = 1.0
    if any(metric.follows_spread for metric in metrics):
        widened = slope_widening(values.training[SLOPE], values.test[SLOPE])
    available = [metric for metric in metrics if judged[metric.name].reason is None]
    refused = np.isnan([values.omitted[metric.name] for metric in available]).any(axis=0)
    usable = ~refused & (values.share > 0)
    n_lost = int((~usable).sum())
    has_omitted = not too_many_refused(n_lost, len(usable))
    rows = tuple(
        _row(
            metric,
            apparent=judged[metric.name].apparent,
            training=values.training[metric.name][judged[metric.name].computed],
            test=values.test[metric.name][judged[metric.name].computed],
            level=level,
            widened=widened if metric.follows_spread else 1.0,
            omitted=float(
                np.average(values.omitted[metric.name][usable], weights=values.share[usable])
            )
            if has_omitted
            else None,
            no_information=None if metric.no_information is None else metric.no_information(y, own),
            n_not_computed=int((~judged[metric.name].computed).sum()),
        )
        for metric in available
    )
    return OptimismTable(
        rows=rows,
        n_resamples=values.n_resamples,
        n_refused=values.n_refused,
        level=level,
        n_omitted_not_evaluated=n_lost,
        not_available={name: one.reason for name, one in judged.items() if one.reason is not None},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judged:
    """Whether a metric can be corrected: its apparent value, its resamples, or why not."""

    apparent: float
    computed: Bools
    reason: str | None = None


def _judge(metric: Metric, own: Floats, values: OptimismValues) -> _Judged:
    """One rule for all metrics: a resample that lacks one is left out of it, and counted.

    Half of a difference is none, so both values must be there. Where too many resamples are lost,
    those left do not stand for all, and the metric is not available.
    """
    computed = ~(np.isnan(values.training[metric.name]) | np.isnan(values.test[metric.name]))
    try:
        apparent = metric.function(values.observed, own)
    except InputError as refusal:
        return _Judged(apparent=np.nan, computed=computed, reason=refusal.reason)
    n_lost = int((~computed).sum())
    if not too_many_refused(n_lost, len(computed)):
        return _Judged(apparent=apparent, computed=computed)
    reason = f"on {n_lost} of {len(computed)} resamples {values.reasons[metric.name]}"
    return _Judged(apparent=apparent, computed=computed, reason=reason)


def optimism_row(
    name: str,
    *,
    apparent: float,
    training: Floats,
    test: Floats,
    level: float = 0.95,
    scale: Scale = "identity",
    widened: float = 1.0,
) -> OptimismRow:
    """Optimism of a metric whose values on the resamples are at hand, without .632 estimates.

    Parameters
    ----------
    apparent : float
    training, test : ndarray, shape (n_resamples,)
        Of each refit, on its resample and on the original people.
    level : float
        Of the intervals.
    scale, widened
        As for `optimism_interval`.
    """
    low, high = optimism_interval(
        apparent, training, test, level=level, scale=scale, widened=widened
    ) or (None, None)
    shifted = location_shifted_interval(training, test, level=level)
    optimism = float(training.mean()) - float(test.mean())
    return OptimismRow(
        metric=name,
        apparent=apparent,
        training=float(training.mean()),
        test=float(test.mean()),
        optimism=optimism,
        corrected=apparent - optimism,
        low=low,
        high=high,
        shifted_low=shifted[0],
        shifted_high=shifted[1],
    )


def _row(
    metric: Metric,
    *,
    apparent: float,
    training: Floats,
    test: Floats,
    level: float,
    widened: float,
    omitted: float | None,
    no_information: float | None,
    n_not_computed: int,
) -> OptimismRow:
    row = optimism_row(
        metric.name,
        apparent=apparent,
        training=training,
        test=test,
        level=level,
        scale=metric.interval_scale or metric.pooling_scale,
        widened=widened,
    )
    # A shift can carry an end beyond what the metric may be, such as a C statistic above 1.
    cut = metric.within_bounds
    row = replace(
        row,
        low=cut(row.low),
        high=cut(row.high),
        shifted_low=None if metric.pinned_by_fit else cut(row.shifted_low),
        shifted_high=None if metric.pinned_by_fit else cut(row.shifted_high),
    )
    value, plus = estimates_632(metric, apparent, omitted, no_information)
    return replace(
        row,
        omitted=omitted,
        value_632=value,
        value_632_plus=plus,
        no_information=no_information,
        n_not_computed=n_not_computed,
    )


def estimates_632(
    metric: Metric,
    apparent: float,
    omitted: float | None,
    no_information: float | None,
) -> tuple[float | None, float | None]:
    """The .632 and .632+ estimates of a metric; None where it has none."""
    if omitted is None:
        return None, None
    value = apparent + SHARE_DRAWN * (omitted - apparent)
    if no_information is None:
        return value, None
    # Turned so that more is worse, as the paper's errors are.
    sign = -metric.direction
    own, outside, none = sign * apparent, sign * omitted, sign * no_information
    # Those omitted may come out worse than chance; the paper caps their error at it.
    outside = min(outside, none)
    overfit = (outside - own) / (none - own) if outside > own and none > own else 0.0
    weight = SHARE_DRAWN / (1.0 - (1.0 - SHARE_DRAWN) * overfit)
    return value, sign * (own + weight * (outside - own))
