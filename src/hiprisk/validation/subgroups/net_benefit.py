"""Net benefit by group, at the declared thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.metrics.decision_curve.net_benefit import NET_BENEFIT, net_benefit, net_benefits
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.subgroups.cells import EVERYBODY, Cell, EventChances
from hiprisk.validation.subgroups.definitions import Grouping
from hiprisk.validation.subgroups.resamples import Evaluated, Task, report
from hiprisk.validation.subgroups.results import NOT_SHOWN, GroupBenefit, GroupEstimate

Evaluations = Mapping[tuple[str, int], tuple[Evaluated, ...]]


def benefit_task(event: EventChances, cell: Cell, thresholds: Sequence[float]) -> Task:
    """Net benefit of the model and of acting on all, threshold by threshold."""
    metrics = [
        metric.at(threshold) for threshold in thresholds for metric in (NET_BENEFIT, _ACT_ON_ALL)
    ]
    return Task(
        cell.rows,
        event.observed[cell.rows],
        event.chance[cell.rows],
        tuple(metrics),
        together=partial(_both_benefits, tuple(thresholds)),
    )


def _both_benefits(thresholds: tuple[float, ...], y: Floats, p: Floats, weights: Floats) -> Floats:
    """Net benefit of the model and of acting on all, in the order of a task's metrics."""
    both = np.array(
        [net_benefits(y, risk, weights, thresholds=thresholds) for risk in (p, np.ones_like(p))]
    )
    return np.moveaxis(both, (0, 1, 2), (1, 2, 0)).reshape(2 * len(thresholds), len(weights))


def _act_on_all(
    observed: ArrayLike, chance: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    everybody = np.ones(np.shape(chance))
    return net_benefit(observed, everybody, threshold=threshold, weights=weights)


_ACT_ON_ALL = replace(
    NET_BENEFIT, name="act_on_all", label="net benefit of treating all", function=_act_on_all
)


def benefits_of(
    event: str,
    parted: Sequence[Grouping],
    thresholds: Sequence[float],
    evaluated: Evaluations,
    level: float,
) -> list[GroupBenefit]:
    """One row a threshold and group; those that are suppressed say so."""
    places = [(EVERYBODY, 0, EVERYBODY), *levels_of(parted)]
    return [
        _benefit(
            event, (grouping, name), threshold, evaluated.get((grouping, code)), position, level
        )
        for position, threshold in enumerate(thresholds)
        for grouping, code, name in places
    ]


def _benefit(
    event: str,
    place: tuple[str, str],
    threshold: float,
    evaluated: tuple[Evaluated, ...] | None,
    position: int,
    level: float,
) -> GroupBenefit:
    grouping, name = place
    if evaluated is None:
        return GroupBenefit(
            grouping=grouping, level=name, event=event, threshold=threshold,
            net_benefit=None, act_on_all=None, gain=None, note=NOT_SHOWN,
        )  # fmt: skip
    model, everybody = evaluated[2 * position], evaluated[2 * position + 1]
    found = report(NET_BENEFIT.name, model, level)
    gain = report("gain", model.minus(everybody.at_least(0.0)), level)
    return GroupBenefit(
        grouping=grouping,
        level=name,
        event=event,
        threshold=threshold,
        net_benefit=found.estimate,
        act_on_all=everybody.value,
        gain=gain.estimate,
        standard_error=found.standard_error,
        note=found.note,
    )


def with_reported_estimate(
    row: GroupBenefit, told: Mapping[tuple[str, str], Estimate]
) -> GroupBenefit:
    """Everybody's net benefit as it was told elsewhere."""
    found = told.get((row.event, NET_BENEFIT.at(row.threshold).name))
    if row.grouping != EVERYBODY or found is None:
        return row
    return replace(row, net_benefit=found)


def as_estimates(benefits: Sequence[GroupBenefit]) -> tuple[GroupEstimate, ...]:
    """Net benefit at a threshold as a metric among others, for the test of heterogeneity."""
    return tuple(
        GroupEstimate(
            grouping=row.grouping,
            level=row.level,
            metric=NET_BENEFIT.at(row.threshold).name,
            event=row.event,
            estimate=row.net_benefit,
            standard_error=row.standard_error,
            note=row.note,
        )
        for row in benefits
    )


def levels_of(parted: Sequence[Grouping]) -> list[tuple[str, int, str]]:
    """Grouping, code and name of every level."""
    return [(one.name, code, name) for one in parted for code, name in enumerate(one.levels)]
