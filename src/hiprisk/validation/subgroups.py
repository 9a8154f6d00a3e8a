"""How a model does by sex, age band, site, grade and back pain; small cells stay hidden.

Predictions are given: out of fold, or of new people. Persons are resampled once, all groups and
metrics share the resamples, and a resample enters as weights that count how often each was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hiprisk.config import SubgroupSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.parallel import Progress, run_parallel
from hiprisk.metrics.distribution import Forecast
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.registry import METRICS, Metric
from hiprisk.metrics.utility import net_benefit, net_benefits
from hiprisk.validation.group_cells import (
    EVERYBODY,
    Cell,
    EventChances,
    Kind,
    cells_of_event,
    counts_of,
    events_of,
    hidden_levels,
    shown_cells,
)
from hiprisk.validation.group_families import (
    ForecastJob,
    Job,
    event_jobs,
    people_at_bounds,
    reported_by,
    with_known,
)
from hiprisk.validation.group_resamples import (
    Judged,
    Reported,
    Task,
    draw_persons,
    judge,
    report,
)
from hiprisk.validation.groupings import UNKNOWN, Grouping, groupings_of
from hiprisk.validation.heterogeneity import Spread, holm, spread_between
from hiprisk.validation.subgroup_results import (
    NOT_SHOWN,
    Group,
    GroupBenefit,
    GroupEstimate,
    Heterogeneity,
    Subgroups,
)

__all__ = ["EventChances", "subgroup_performance"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.intp]

_Judgements = Mapping[tuple[str, int], tuple[Judged, ...]]


def subgroup_performance(
    observed: Floats,
    predicted: Floats,
    frame: pd.DataFrame,
    *,
    kind: Kind,
    groups: Integers,
    settings: SubgroupSettings,
    seed: int,
    thresholds: Sequence[float] = (),
    chances: Sequence[EventChances] = (),
    forecast: Forecast | None = None,
    known: Mapping[tuple[str, str], Estimate] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Subgroups:
    """Judge predictions by group.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_rows,)
        Without missing values; predictions of people whom the fit had not seen.
    frame : DataFrame
        Dictionary variables of the same rows.
    kind : str
        Of the outcome.
    groups : ndarray of int, shape (n_rows,)
        Person of each row: persons are drawn, and persons are counted in a cell.
    settings : SubgroupSettings
    seed : int
    thresholds : sequence of float
        Declared risks from which one would act. Net benefit of a binary outcome uses `predicted`,
        of a continuous one the `chances`.
    chances : sequence of EventChances
        Each is judged as a risk as well.
    forecast : Forecast, optional
        Of the same rows, for the metrics of a distribution and shares at the bounds.
    known : mapping of (str, str) to Estimate, optional
        Everybody's figures that were told elsewhere, by event (empty for the outcome) and metric:
        they are told here with the same interval.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional

    Returns
    -------
    Subgroups

    Raises
    ------
    InputError
        If lengths differ, a value is missing or leaves its range.
    ConfigError
        If `settings` names a variable or a metric that there is not.

    Notes
    -----
    Intervals are percentiles of the resamples; those of forecasts are from their formulas, and that
    of an event's ICI is an `error_interval` of the first of the resamples. P-values are adjusted by
    Holm's method among the metrics of the outcome, and among all further ones. A resample in which
    a metric cannot be computed is left out; if there are more than a tenth of them, there is no
    interval.
    """
    y, p, _ = (as_continuous if kind == "continuous" else as_binary)(observed, predicted, None)
    _check_lengths(len(y), frame, groups, chances)
    metrics = _metrics(kind, settings)
    parted = groupings_of(frame.reset_index(drop=True), settings)
    hidden = {
        one.name: hidden_levels(one, y, groups, kind=kind, smallest=settings.smallest_cell)
        for one in parted
    }
    events = events_of(kind, y, p, chances)
    cells = shown_cells(parted, hidden, len(y))
    functions = tuple(metric.function for metric in metrics)
    tasks = [Task(cell.rows, y[cell.rows], p[cell.rows], functions) for cell in cells]
    keys: list[tuple[str, Cell]] = [("", cell) for cell in cells]
    shown = [
        (
            event,
            cells_of_event(event, parted, hidden, persons=groups, smallest=settings.smallest_cell),
        )
        for event in events
    ]
    for event, event_cells in shown if thresholds else ():
        keys += [(event.name, cell) for cell in event_cells]
        tasks += [_benefit_task(event, cell, thresholds) for cell in event_cells]
    draws = draw_persons(groups, n=settings.resamples, seed=seed)
    judged = run_parallel(partial(judge, draws), tasks, workers=workers, progress=progress)
    found: dict[str, dict[tuple[str, int], tuple[Judged, ...]]] = {}
    for (name, cell), one in zip(keys, judged, strict=True):
        found.setdefault(name, {})[(cell.grouping, cell.code)] = one
    jobs = event_jobs(shown, level=settings.level, curve_only=kind == "binary")
    if forecast is not None:
        bounds = {
            name: frozenset(
                (cell.grouping, cell.code)
                for cell in cells_of_event(
                    at, parted, hidden, persons=groups, smallest=settings.smallest_cell
                )
            )
            for name, at in people_at_bounds(y, p, forecast).items()
        }
        jobs += [
            ForecastJob(
                observed=y, predicted=p, forecast=forecast, persons=groups, cell=cell,
                level=settings.level,
                bounds=bounds,
            )
            for cell in cells
        ]  # fmt: skip
    reported = run_parallel(partial(reported_by, draws), jobs, workers=workers)
    told = known or {}
    estimates = _estimates(parted, metrics, found[""], settings.level)
    further = _further(parted, jobs, reported, told)
    benefits = tuple(
        row
        for event, _ in shown
        for row in _benefits(
            event.name, parted, thresholds, found.get(event.name, {}), settings.level
        )
    )
    benefits = tuple(_as_told(row, told) for row in benefits)
    return Subgroups(
        kind=kind,
        n_people=len(np.unique(groups)),
        smallest_cell=settings.smallest_cell,
        n_resamples=settings.resamples,
        level=settings.level,
        labels=tuple((one.name, one.label) for one in parted),
        optima=tuple((metric.name, metric.optimum) for metric in metrics),
        overall=tuple(
            told.get(("", one.name), one) for one in _overall(metrics, found[""], settings.level)
        ),
        groups=_groups(parted, hidden, y, groups, kind),
        estimates=estimates,
        heterogeneity=(
            *_heterogeneity(parted, estimates, groups, settings),
            *_heterogeneity(
                parted, (*_performance(further), *_as_estimates(benefits)), groups, settings
            ),
        ),
        benefits=benefits,
        further=further,
    )


def _further(
    parted: Sequence[Grouping],
    jobs: Sequence[Job],
    reported: Sequence[Mapping[str, Reported]],
    told: Mapping[tuple[str, str], Estimate],
) -> tuple[GroupEstimate, ...]:
    """One row a metric, event and group, everybody first; those that are not shown say so."""
    found: dict[str, dict[tuple[str, int], Mapping[str, Reported]]] = {}
    for job, one in zip(jobs, reported, strict=True):
        cell = job.cell
        everybody = cell.grouping == EVERYBODY
        own = with_known(one, told, job.name) if everybody else one
        found.setdefault(job.name, {})[(cell.grouping, cell.code)] = own
    places = [(EVERYBODY, 0, EVERYBODY), *_places(parted)]
    hidden = Reported(None, note=NOT_SHOWN)
    return tuple(
        _group_estimate(
            (grouping, name), metric, by_cell.get((grouping, code), {}).get(metric, hidden), event
        )
        for event, by_cell in found.items()
        for metric in by_cell[(EVERYBODY, 0)]
        for grouping, code, name in places
    )


def _performance(further: Sequence[GroupEstimate]) -> list[GroupEstimate]:
    """Those that say how good a model is: widths and shares at bounds describe the people."""
    return [
        row for row in further if not row.metric.startswith("width") and "_share_" not in row.metric
    ]


def _places(parted: Sequence[Grouping]) -> list[tuple[str, int, str]]:
    """Grouping, code and name of every level."""
    return [(one.name, code, name) for one in parted for code, name in enumerate(one.levels)]


def _group_estimate(
    place: tuple[str, str], metric: str, found: Reported, event: str = ""
) -> GroupEstimate:
    return GroupEstimate(
        grouping=place[0],
        level=place[1],
        metric=metric,
        event=event,
        estimate=found.estimate,
        standard_error=found.standard_error,
        note=found.note,
    )


def _as_told(row: GroupBenefit, told: Mapping[tuple[str, str], Estimate]) -> GroupBenefit:
    """Everybody's net benefit as it was told elsewhere."""
    found = told.get((row.event, f"net_benefit_{row.threshold:g}"))
    if row.grouping != EVERYBODY or found is None:
        return row
    return replace(row, net_benefit=found)


def _as_estimates(benefits: Sequence[GroupBenefit]) -> tuple[GroupEstimate, ...]:
    """Net benefit at a threshold as a metric among others, for the test of heterogeneity."""
    return tuple(
        GroupEstimate(
            grouping=row.grouping,
            level=row.level,
            metric=f"net_benefit_{row.threshold:g}",
            event=row.event,
            estimate=row.net_benefit,
            standard_error=row.standard_error,
            note=row.note,
        )
        for row in benefits
    )


def _check_lengths(
    n: int, frame: pd.DataFrame, groups: Integers, chances: Sequence[EventChances]
) -> None:
    lengths = {"frame": len(frame), "groups": len(groups)}
    for event in chances:
        lengths[f"observed of {event.name}"] = len(event.observed)
        lengths[f"chance of {event.name}"] = len(event.chance)
    for name, length in lengths.items():
        if length != n:
            raise InputError(f"'{name}' has {length} entries, 'observed' has {n}")


def _metrics(kind: Kind, settings: SubgroupSettings) -> tuple[Metric, ...]:
    available = METRICS[kind]
    if settings.metrics is None:
        # Metrics that smooth mark themselves as costly.
        return tuple(
            metric
            for metric in available
            if settings.costly or not getattr(metric, "costly", False)
        )
    by_name = {metric.name: metric for metric in available}
    lacking = [name for name in settings.metrics if name not in by_name]
    if lacking:
        raise ConfigError(
            f"there is no metric '{lacking[0]}' of a {kind} outcome",
            column="subgroups.metrics",
            advice=f"known: {', '.join(by_name)}",
        )
    return tuple(by_name[name] for name in settings.metrics)


def _benefit_task(event: EventChances, cell: Cell, thresholds: Sequence[float]) -> Task:
    """Net benefit of the model and of acting on all, threshold by threshold."""
    functions = [
        partial(function, threshold=threshold)
        for threshold in thresholds
        for function in (net_benefit, _act_on_all)
    ]
    return Task(
        cell.rows,
        event.observed[cell.rows],
        event.chance[cell.rows],
        tuple(functions),
        together=partial(_both_benefits, tuple(thresholds)),
    )


def _both_benefits(thresholds: tuple[float, ...], y: Floats, p: Floats, weights: Floats) -> Floats:
    """Net benefit of the model and of acting on all, in the order of a task's functions."""
    both = np.array(
        [net_benefits(y, risk, weights, thresholds=thresholds) for risk in (p, np.ones_like(p))]
    )
    return np.moveaxis(both, (0, 1, 2), (1, 2, 0)).reshape(2 * len(thresholds), len(weights))


def _act_on_all(
    observed: ArrayLike, chance: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    everybody = np.ones(np.shape(chance))
    return net_benefit(observed, everybody, threshold=threshold, weights=weights)


def _overall(metrics: Sequence[Metric], judged: _Judgements, level: float) -> tuple[Estimate, ...]:
    reported = [
        report(metric.name, one, level).estimate
        for metric, one in zip(metrics, judged[(EVERYBODY, 0)], strict=True)
    ]
    return tuple(estimate for estimate in reported if estimate is not None)


def _estimates(
    parted: Sequence[Grouping], metrics: Sequence[Metric], judged: _Judgements, level: float
) -> tuple[GroupEstimate, ...]:
    hidden = Reported(None, note=NOT_SHOWN)
    rows = []
    for grouping in parted:
        for position, metric in enumerate(metrics):
            for code, name in enumerate(grouping.levels):
                one = judged.get((grouping.name, code))
                found = hidden if one is None else report(metric.name, one[position], level)
                rows.append(_group_estimate((grouping.name, name), metric.name, found))
    return tuple(rows)


def _heterogeneity(
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


def _groups(
    parted: Sequence[Grouping], hidden: dict[str, Bools], y: Floats, persons: Integers, kind: Kind
) -> tuple[Group, ...]:
    rows = []
    for grouping in parted:
        counts = counts_of(grouping, persons, y if kind == "binary" else None)
        for code, level in enumerate(grouping.levels):
            shown = not hidden[grouping.name][code]
            rows.append(
                Group(
                    grouping=grouping.name,
                    level=level,
                    n_people=int(counts[code, 0]) if shown else None,
                    n_events=int(counts[code, 1]) if shown and kind == "binary" else None,
                    suppressed=not shown,
                )
            )
    return tuple(rows)


def _benefits(
    event: str,
    parted: Sequence[Grouping],
    thresholds: Sequence[float],
    judged: _Judgements,
    level: float,
) -> list[GroupBenefit]:
    """One row a threshold and group; those that are suppressed say so."""
    places = [(EVERYBODY, 0, EVERYBODY), *_places(parted)]
    return [
        _benefit(event, (grouping, name), threshold, judged.get((grouping, code)), position, level)
        for position, threshold in enumerate(thresholds)
        for grouping, code, name in places
    ]


def _benefit(
    event: str,
    place: tuple[str, str],
    threshold: float,
    judged: tuple[Judged, ...] | None,
    position: int,
    level: float,
) -> GroupBenefit:
    grouping, name = place
    if judged is None:
        return GroupBenefit(
            grouping=grouping, level=name, event=event, threshold=threshold,
            net_benefit=None, act_on_all=None, gain=None, note=NOT_SHOWN,
        )  # fmt: skip
    model, everybody = judged[2 * position], judged[2 * position + 1]
    found = report("net_benefit", model, level)
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
