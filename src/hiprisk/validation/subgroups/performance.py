"""How a model does by sex, age band, site, grade and back pain; small cells stay hidden.

Predictions are given: out of fold, or of new people. Persons are resampled once, all groups and
metrics share the resamples, and a resample enters as weights that count how often each was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.config import SubgroupSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.distribution import Forecast
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.registry import metrics_for
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import Progress, run_parallel
from hiprisk.validation.subgroups.cells import (
    EVERYBODY,
    Cell,
    EventChances,
    cells_of_event,
    counts_of,
    events_of,
    hidden_levels,
    shown_cells,
)
from hiprisk.validation.subgroups.comparisons import heterogeneity_between, performance_summary
from hiprisk.validation.subgroups.definitions import Grouping, groupings_of
from hiprisk.validation.subgroups.further_metrics import (
    ForecastJob,
    Job,
    event_jobs,
    people_at_bounds,
    reported_by,
    with_known,
)
from hiprisk.validation.subgroups.net_benefit import (
    Evaluations,
    as_estimates,
    benefit_task,
    benefits_of,
    levels_of,
    with_reported_estimate,
)
from hiprisk.validation.subgroups.resamples import (
    Evaluated,
    Reported,
    Task,
    draw_persons,
    evaluate_task,
    report,
)
from hiprisk.validation.subgroups.results import (
    NOT_SHOWN,
    Group,
    GroupBenefit,
    GroupEstimate,
    Subgroups,
)

__all__ = ["EventChances", "subgroup_performance"]


def subgroup_performance(
    observed: Floats,
    predicted: Floats,
    frame: pd.DataFrame,
    *,
    kind: OutcomeKind,
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
    people = _People(kind, y, p, groups, parted, settings)
    shown = [(event, people.cells_of(event)) for event in events_of(kind, y, p, chances)]
    keys, tasks = _tasks(people, metrics, shown if thresholds else (), thresholds)
    draws = draw_persons(groups, n=settings.resamples, seed=seed)
    evaluated = run_parallel(
        partial(evaluate_task, draws), tasks, workers=workers, progress=progress
    )
    found: dict[str, dict[tuple[str, int], tuple[Evaluated, ...]]] = {}
    for (name, cell), one in zip(keys, evaluated, strict=True):
        found.setdefault(name, {})[(cell.grouping, cell.code)] = one
    jobs = _jobs(people, shown, forecast)
    reported = run_parallel(partial(reported_by, draws), jobs, workers=workers)
    told = known or {}
    benefits = tuple(
        with_reported_estimate(row, told)
        for event, _ in shown
        for row in benefits_of(
            event.name, parted, thresholds, found.get(event.name, {}), settings.level
        )
    )
    return _gathered(
        people,
        metrics,
        overall=tuple(
            told.get(("", one.name), one) for one in _overall(metrics, found[""], settings.level)
        ),
        estimates=_estimates(parted, metrics, found[""], settings.level),
        further=_further(parted, jobs, reported, told),
        benefits=benefits,
        event_labels=tuple((one.name, one.label) for one, _ in shown),
    )


@dataclass(frozen=True)
class _People:
    """Who is judged, and in which groups.

    Attributes
    ----------
    y, p : ndarray, shape (n_rows,)
    persons : ndarray of int, shape (n_rows,)
    parted : tuple of Grouping
    """

    kind: OutcomeKind
    y: Floats
    p: Floats
    persons: Integers
    parted: tuple[Grouping, ...]
    settings: SubgroupSettings

    @cached_property
    def hidden(self) -> dict[str, Bools]:
        """Levels that must not be shown, by grouping."""
        smallest = self.settings.smallest_cell
        return {
            one.name: hidden_levels(one, self.y, self.persons, kind=self.kind, smallest=smallest)
            for one in self.parted
        }

    @property
    def cells(self) -> list[Cell]:
        """Everybody, and every group that is shown."""
        return shown_cells(self.parted, self.hidden, len(self.y))

    def cells_of(self, event: EventChances) -> list[Cell]:
        """Those in which an event may be shown."""
        smallest = self.settings.smallest_cell
        return cells_of_event(
            event, self.parted, self.hidden, persons=self.persons, smallest=smallest
        )


def _tasks(
    people: _People,
    metrics: Sequence[Metric],
    shown: Sequence[tuple[EventChances, Sequence[Cell]]],
    thresholds: Sequence[float],
) -> tuple[list[tuple[str, Cell]], list[Task]]:
    """What is judged on the resamples, and of which event (none: the outcome) and group it is."""
    keys: list[tuple[str, Cell]] = [("", cell) for cell in people.cells]
    tasks = [
        Task(cell.rows, people.y[cell.rows], people.p[cell.rows], tuple(metrics))
        for cell in people.cells
    ]
    for event, cells in shown:
        keys += [(event.name, cell) for cell in cells]
        tasks += [benefit_task(event, cell, thresholds) for cell in cells]
    return keys, tasks


def _jobs(
    people: _People,
    shown: Sequence[tuple[EventChances, Sequence[Cell]]],
    forecast: Forecast | None,
) -> list[Job]:
    """Chances of events, and forecasts, in every group that is shown."""
    level = people.settings.level
    jobs = event_jobs(shown, level=level, curve_only=people.kind == "binary")
    if forecast is None:
        return jobs
    bounds = {
        name: frozenset((cell.grouping, cell.code) for cell in people.cells_of(at))
        for name, at in people_at_bounds(people.y, people.p, forecast).items()
    }
    forecasts: list[Job] = [
        ForecastJob(
            observed=people.y,
            predicted=people.p,
            forecast=forecast,
            persons=people.persons,
            cell=cell,
            level=level,
            bounds=bounds,
        )
        for cell in people.cells
    ]
    return [*jobs, *forecasts]


def _gathered(
    people: _People,
    metrics: Sequence[Metric],
    *,
    overall: tuple[Estimate, ...],
    estimates: tuple[GroupEstimate, ...],
    further: tuple[GroupEstimate, ...],
    benefits: tuple[GroupBenefit, ...],
    event_labels: tuple[tuple[str, str], ...],
) -> Subgroups:
    """All of it, with the comparisons between groups."""
    parted, settings, persons = people.parted, people.settings, people.persons
    others = (*performance_summary(further), *as_estimates(benefits))
    return Subgroups(
        kind=people.kind,
        n_people=len(np.unique(persons)),
        smallest_cell=settings.smallest_cell,
        n_resamples=settings.resamples,
        level=settings.level,
        labels=tuple((one.name, one.label) for one in parted),
        optima=tuple((one.name, one.optimum) for one in metrics if one.optimum is not None),
        overall=overall,
        groups=_groups(parted, people.hidden, people.y, persons, people.kind),
        estimates=estimates,
        heterogeneity=(
            *heterogeneity_between(parted, estimates, persons, settings),
            *heterogeneity_between(parted, others, persons, settings),
        ),
        benefits=benefits,
        further=further,
        event_labels=event_labels,
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
    places = [(EVERYBODY, 0, EVERYBODY), *levels_of(parted)]
    hidden = Reported(None, note=NOT_SHOWN)
    return tuple(
        _group_estimate(
            (grouping, name), metric, by_cell.get((grouping, code), {}).get(metric, hidden), event
        )
        for event, by_cell in found.items()
        for metric in by_cell[(EVERYBODY, 0)]
        for grouping, code, name in places
    )


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


def _metrics(kind: OutcomeKind, settings: SubgroupSettings) -> tuple[Metric, ...]:
    if settings.metrics is None:
        return metrics_for(kind, costly=settings.costly)
    by_name = {metric.name: metric for metric in metrics_for(kind, costly=True)}
    lacking = [name for name in settings.metrics if name not in by_name]
    if lacking:
        raise ConfigError(
            f"there is no metric '{lacking[0]}' of a {kind} outcome",
            column="subgroups.metrics",
            advice=f"known: {', '.join(by_name)}",
        )
    return tuple(by_name[name] for name in settings.metrics)


def _overall(
    metrics: Sequence[Metric], evaluated: Evaluations, level: float
) -> tuple[Estimate, ...]:
    reported = [
        report(metric.name, one, level).estimate
        for metric, one in zip(metrics, evaluated[(EVERYBODY, 0)], strict=True)
    ]
    return tuple(estimate for estimate in reported if estimate is not None)


def _estimates(
    parted: Sequence[Grouping], metrics: Sequence[Metric], evaluated: Evaluations, level: float
) -> tuple[GroupEstimate, ...]:
    hidden = Reported(None, note=NOT_SHOWN)
    rows = []
    for grouping in parted:
        for position, metric in enumerate(metrics):
            for code, name in enumerate(grouping.levels):
                one = evaluated.get((grouping.name, code))
                found = hidden if one is None else report(metric.name, one[position], level)
                rows.append(_group_estimate((grouping.name, name), metric.name, found))
    return tuple(rows)


def _groups(
    parted: Sequence[Grouping],
    hidden: dict[str, Bools],
    y: Floats,
    persons: Integers,
    kind: OutcomeKind,
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
