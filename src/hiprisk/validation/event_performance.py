"""Every metric of an event with an interval, and its decision curve with bands."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.metrics.decision_curve.bands import decision_curve_band
from hiprisk.metrics.decision_curve.net_benefit import THRESHOLDS
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventResult
from hiprisk.validation.resampling.intervals import N_COSTLY, metric_intervals


def with_intervals(
    result: EventResult,
    happened: Floats,
    chance: Floats,
    *,
    groups: Integers,
    thresholds: Sequence[float] = (),
    n_resamples: int,
    seed: int,
    n_costly: int = N_COSTLY,
) -> EventResult:
    """The same result with an interval around every metric, and bands around its decision curve.

    Parameters
    ----------
    result : EventResult
        One that cannot be judged comes back as it is.
    happened, chance : ndarray, shape (n_people,)
        NaN where the event is not known.
    groups : ndarray of int, shape (n_people,)
        Person of each row; persons are drawn.
    thresholds : sequence of float
        Declared; the decision curve has them and every per cent.
    n_resamples, seed : int
    n_costly : int
        Resamples behind the errors of smoothed curves.
    """
    if result.reason is not None:
        return result
    known = ~np.isnan(happened)
    return dataclasses.replace(
        result,
        estimates=metric_intervals(
            "binary",
            happened[known],
            chance[known],
            groups=groups[known],
            n_resamples=n_resamples,
            n_costly=n_costly,
            seed=seed,
            name=f"event-{result.name}",
        ),
        decision=decision_curve_band(
            happened[known],
            chance[known],
            groups=groups[known],
            n_resamples=n_resamples,
            seed=seed,
            thresholds=thresholds_of(thresholds),
            outcome=result.label,
        ),
    )


def thresholds_of(declared: Sequence[float]) -> tuple[float, ...]:
    """Thresholds of a decision curve: every per cent, and those declared."""
    return tuple(sorted({*THRESHOLDS, *declared}))


def utility_at(result: EventResult, thresholds: Sequence[float]) -> tuple[Estimate, ...]:
    """What acting on the event's chance is worth at declared thresholds."""
    if result.decision is None:
        return ()
    return tuple(one for t in thresholds for one in result.decision.estimates_at(t))
