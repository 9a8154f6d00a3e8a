"""Whether figures differ between groups: every metric by every grouping."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.arrays import Integers
from hiprisk.config import SubgroupSettings
from hiprisk.metrics.clinical_utility.net_benefit import NET_BENEFIT
from hiprisk.metrics.registry import entries
from hiprisk.validation.subgroups.cells import EVERYBODY, counts_of
from hiprisk.validation.subgroups.definitions import UNKNOWN, Grouping
from hiprisk.validation.subgroups.heterogeneity import Spread, holm, spread_between
from hiprisk.validation.subgroups.results import GroupBenefit, GroupEstimate, Heterogeneity


def heterogeneity_between(
    parted: Sequence[Grouping],
    estimates: Sequence[GroupEstimate],
    persons: Integers,
    settings: SubgroupSettings,
) -> tuple[Heterogeneity, ...]:
    """Every metric by every grouping with two groups or more that are shown and known."""
    sizes = {
        (one.name, level): int(n)
        for one in parted
        for level, n in zip(one.levels, counts_of(one, persons, None)[:, 0], strict=True)
    }
    compared: dict[tuple[str, str, str], list[tuple[float, float, int]]] = {}
    for row in estimates:
        if row.estimate is None or not row.standard_error or row.grouping == EVERYBODY:
            continue
        if row.level != UNKNOWN:
            compared.setdefault((row.grouping, row.event, row.metric), []).append(
                (row.estimate.value, row.standard_error, sizes[(row.grouping, row.level)])
            )
    return _adjusted(
        [(key, _spread(found, settings)) for key, found in compared.items() if len(found) >= 2]
    )


def _spread(compared: Sequence[tuple[float, float, int]], settings: SubgroupSettings) -> Spread:
    values, errors, sizes = zip(*compared, strict=True)
    # A standard error is uncertain by how few people it comes from, and how few resamples.
    freedoms = [1.0 / (1.0 / (size - 1.0) + 1.0 / (settings.resamples - 1.0)) for size in sizes]
    return spread_between(values, errors, freedoms, level=settings.level)


def _adjusted(
    spreads: Sequence[tuple[tuple[str, str, str], Spread]],
) -> tuple[Heterogeneity, ...]:
    adjusted = holm([spread.p_value for _, spread in spreads])
    return tuple(
        Heterogeneity(
            grouping=grouping,
            event=event,
            metric=metric,
            n_groups=spread.n_groups,
            q=spread.q,
            f=spread.f,
            freedom=spread.freedom,
            p_value=spread.p_value,
            p_adjusted=p,
            tau=spread.tau,
            difference=spread.difference,
            mean=spread.mean,
        )
        for ((grouping, event, metric), spread), p in zip(spreads, adjusted, strict=True)
    )


def performance_summary(further: Sequence[GroupEstimate]) -> list[GroupEstimate]:
    """Those that say how good a model is: widths and shares at bounds describe the people."""
    descriptive = {one.name for one in entries() if one.descriptive}
    return [row for row in further if row.metric not in descriptive]


def benefit_estimates(benefits: Sequence[GroupBenefit]) -> tuple[GroupEstimate, ...]:
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
