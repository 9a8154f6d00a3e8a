"""How a model does by sex, age band, site, grade and back pain; small cells stay hidden.

Predictions are given: out of fold, or of new people. Persons are resampled once, all groups and
metrics share the resamples, and a resample enters as weights that count how often each was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.config import SubgroupSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.clinical_utility.net_benefit import NET_BENEFIT
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventOutcome
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.registry import metrics_for
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import Progress, run_parallel
from hiprisk.validation.performance.measures import prediction_metrics
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.cells import (
    EVERYBODY,
    Cell,
    cells_of_event,
    counts_of,
    hidden_levels,
    shown_cells,
)
from hiprisk.validation.subgroups.comparisons import (
    benefit_estimates,
    heterogeneity_between,
    performance_summary,
)
from hiprisk.validation.subgroups.definitions import KEY, Grouping, groupings_of, levels_of
from hiprisk.validation.subgroups.figures import (
    Benefit,
    CellTask,
    Figures,
    cell_figures,
    people_at_bounds,
)
from hiprisk.validation.subgroups.resamples import Reported, draw_persons
from hiprisk.validation.subgroups.results import (
    NOT_SHOWN,
    Group,
    GroupBenefit,
    GroupEstimate,
    Subgroups,
)

# Figures of a group by the event and the cell that they belong to; no event: the outcome itself.
Found = Mapping[str, Mapping[tuple[str, int], Figures]]
Known = Mapping[tuple[str, str], Estimate]
HIDDEN = Reported(None, note=NOT_SHOWN)


def subgroup_performance(
    sample: EvaluationSample,
    frame: pd.DataFrame,
    *,
    settings: SubgroupSettings,
    seed: int,
    dictionary: Dictionary | None = None,
    known: Known | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Subgroups:
    """Evaluate predictions by group.

    Parameters
    ----------
    sample : EvaluationSample
        Everybody. Each event is evaluated as a risk as well. Net benefit at the declared thresholds
        is that of a binary outcome's risk, or of the events of a continuous one.
    frame : DataFrame
        Dictionary variables of the same rows.
    settings : SubgroupSettings
    seed : int
    dictionary : Dictionary, optional
        What the variables mean; by default the packaged one.
    known : mapping of (str, str) to Estimate, optional
        Everybody's estimates that are reported elsewhere, by event (empty for the outcome) and
        metric: here they have the same interval.
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
    of an event's ICI is a `curve_error_interval` of the first of the resamples. P-values are
    adjusted by Holm's method among the metrics of the outcome, and among all further ones. A
    resample in which a metric cannot be computed is left out; if there are more than a tenth of
    them, there is no interval.
    """
    _check(sample, frame)
    metrics = _metrics(sample.kind, settings)
    parted = groupings_of(frame.reset_index(drop=True), settings, dictionary)
    people = _People(sample, parted, settings)
    tasks = _tasks(people, metrics)
    # The same draws in every cell: a group and everybody differ in who is in them, not by the draw.
    draws = draw_persons(sample.groups, n=settings.resamples, seed=seed)
    each = run_parallel(partial(cell_figures, draws), tasks, workers=workers, progress=progress)
    found: dict[str, dict[tuple[str, int], Figures]] = {}
    for task, figures in zip(tasks, each, strict=True):
        own = _with_known(figures, task, known or {})
        found.setdefault(task.event, {})[task.cell.key] = own
    return _gathered(people, metrics, found)


def check_subgroups(
    frame: pd.DataFrame,
    settings: SubgroupSettings,
    *,
    kind: OutcomeKind,
    dictionary: Dictionary | None = None,
    key: str = KEY,
) -> None:
    """Raise ConfigError, naming `key`, if `settings` has a variable or metric that there is not."""
    _metrics(kind, settings)
    groupings_of(frame.reset_index(drop=True), settings, dictionary, key=key)


@dataclass(frozen=True)
class _People:
    """Who is evaluated, and in which groups."""

    sample: EvaluationSample
    parted: tuple[Grouping, ...]
    settings: SubgroupSettings

    @cached_property
    def hidden(self) -> dict[str, Bools]:
        """Levels that must not be shown, by grouping."""
        sample, smallest = self.sample, self.settings.smallest_cell
        return {
            one.name: hidden_levels(
                one, sample.observed, sample.groups, kind=sample.kind, smallest=smallest
            )
            for one in self.parted
        }

    @property
    def cells(self) -> list[Cell]:
        """Everybody, and every group that is shown."""
        return shown_cells(self.parted, self.hidden, self.sample.n)

    def cells_of(self, event: EventOutcome) -> list[Cell]:
        """Those in which an event may be shown."""
        smallest = self.settings.smallest_cell
        return cells_of_event(
            event, self.parted, self.hidden, persons=self.sample.groups, smallest=smallest
        )

    def hidden_shares(self) -> dict[tuple[str, int], frozenset[str]]:
        """Floor and ceiling proportions that must not be shown, by cell."""
        if self.sample.forecast is None:
            return {}
        shown = {
            one.name: {cell.key for cell in self.cells_of(one)}
            for one in people_at_bounds(self.sample)
        }
        return {
            cell.key: frozenset(name for name, keys in shown.items() if cell.key not in keys)
            for cell in self.cells
        }


def _tasks(people: _People, metrics: Sequence[Metric]) -> list[CellTask]:
    """Events in every group in which they may be shown, then the outcome itself."""
    sample, level = people.sample, people.settings.level
    # A binary outcome's risk has its metrics as the outcome already.
    of_risk = () if sample.kind == "binary" else prediction_metrics("binary")
    tasks = [
        CellTask(
            event=event.name,
            cell=cell,
            sample=sample.take(cell.rows).of_event(event.take(cell.rows)),
            metrics=of_risk,
            is_risk=True,
            level=level,
        )
        for event in sample.risks
        for cell in people.cells_of(event)
    ]
    hidden = people.hidden_shares()
    outcome = replace(sample, events=())
    return tasks + [
        CellTask(
            event="",
            cell=cell,
            sample=outcome.take(cell.rows),
            metrics=tuple(metrics),
            hidden=hidden.get(cell.key, frozenset()),
            level=level,
        )
        for cell in people.cells
    ]


def _with_known(figures: Figures, task: CellTask, known: Known) -> Figures:
    """Everybody's figures with the estimates that are reported elsewhere."""
    if task.cell.grouping != EVERYBODY:
        return figures

    def own(name: str, one: Reported) -> Reported:
        return replace(one, estimate=known.get((task.event, name), one.estimate))

    return Figures(
        {name: own(name, one) for name, one in figures.metrics.items()},
        {
            threshold: replace(one, model=own(NET_BENEFIT.at(threshold).name, one.model))
            for threshold, one in figures.benefits.items()
        },
    )


def _gathered(people: _People, metrics: Sequence[Metric], found: Found) -> Subgroups:
    """All of it, with the comparisons between groups."""
    parted, settings, persons = people.parted, people.settings, people.sample.groups
    names = [metric.name for metric in metrics]
    everybody = found[""][(EVERYBODY, 0)].metrics
    overall = [everybody[name].estimate for name in names]
    estimates = tuple(
        row
        for grouping in parted
        for row in _estimates("", names, found[""], levels_of([grouping]))
    )
    # Hidden cells have their rows too, which say that they are not shown.
    places = [(EVERYBODY, 0, EVERYBODY), *levels_of(parted)]
    further = tuple(
        row
        for event, by_cell in found.items()
        for row in _estimates(event, _further(by_cell, names, event), by_cell, places)
    )
    benefits = tuple(
        _benefit(event, threshold, place, by_cell)
        for event, by_cell in found.items()
        for threshold in (people.sample.thresholds if event else ())
        for place in places
    )
    others = (*performance_summary(further), *benefit_estimates(benefits))
    return Subgroups(
        kind=people.sample.kind,
        n_people=len(np.unique(persons)),
        smallest_cell=settings.smallest_cell,
        n_resamples=settings.resamples,
        level=settings.level,
        labels=tuple((one.name, one.label) for one in parted),
        optima=tuple((one.name, one.optimum) for one in metrics if one.optimum is not None),
        overall=tuple(estimate for estimate in overall if estimate is not None),
        groups=_groups(people),
        estimates=estimates,
        heterogeneity=(
            *heterogeneity_between(parted, estimates, persons, settings),
            # Adjusted apart: dozens of further comparisons must not hide a difference in the
            # outcome's own.
            *heterogeneity_between(parted, others, persons, settings),
        ),
        benefits=benefits,
        further=further,
        event_labels=tuple((one.name, one.label) for one in people.sample.risks),
    )


def _further(
    by_cell: Mapping[tuple[str, int], Figures], names: Sequence[str], event: str
) -> list[str]:
    """Metrics of an event; of the outcome itself, those of its forecasts."""
    own = by_cell[(EVERYBODY, 0)].metrics
    return [name for name in own if event or name not in names]


def _estimates(
    event: str,
    names: Sequence[str],
    by_cell: Mapping[tuple[str, int], Figures],
    places: Sequence[tuple[str, int, str]],
) -> tuple[GroupEstimate, ...]:
    """One row a metric and group; those that are not shown say so."""
    rows = []
    for name in names:
        for grouping, code, level in places:
            figures = by_cell.get((grouping, code))
            one = HIDDEN if figures is None else figures.metrics.get(name, HIDDEN)
            rows.append(
                GroupEstimate(
                    grouping=grouping,
                    level=level,
                    metric=name,
                    event=event,
                    estimate=one.estimate,
                    standard_error=one.standard_error,
                    note=one.note,
                )
            )
    return tuple(rows)


def _benefit(
    event: str,
    threshold: float,
    place: tuple[str, int, str],
    by_cell: Mapping[tuple[str, int], Figures],
) -> GroupBenefit:
    grouping, code, level = place
    figures = by_cell.get((grouping, code))
    found = Benefit(HIDDEN, None, HIDDEN) if figures is None else figures.benefits[threshold]
    return GroupBenefit(
        grouping=grouping,
        level=level,
        event=event,
        threshold=threshold,
        net_benefit=found.model.estimate,
        act_on_all=found.treat_all,
        gain=found.gain.estimate,
        standard_error=found.model.standard_error,
        note=found.model.note,
    )


def _check(sample: EvaluationSample, frame: pd.DataFrame) -> None:
    if sample.weights is not None:
        raise InputError("subgroups are resampled by persons and take no weights")
    as_checked = as_continuous if sample.kind == "continuous" else as_binary
    as_checked(sample.observed, sample.predicted, None)
    lengths = {"frame": len(frame), "groups": len(sample.groups)}
    for event in sample.events:
        lengths[f"observed of {event.name}"] = len(event.happened)
        lengths[f"chance of {event.name}"] = len(event.chance)
    for name, length in lengths.items():
        if length != sample.n:
            raise InputError(f"'{name}' has {length} entries, 'observed' has {sample.n}")
    for event in sample.events:
        as_binary(event.happened[event.known], event.chance[event.known], None)


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


def _groups(people: _People) -> tuple[Group, ...]:
    sample, rows = people.sample, []
    binary = sample.kind == "binary"
    for grouping in people.parted:
        counts = counts_of(grouping, sample.groups, sample.observed if binary else None)
        for code, level in enumerate(grouping.levels):
            shown = not people.hidden[grouping.name][code]
            rows.append(
                Group(
                    grouping=grouping.name,
                    level=level,
                    n_people=int(counts[code, 0]) if shown else None,
                    n_events=int(counts[code, 1]) if shown and binary else None,
                    suppressed=not shown,
                )
            )
    return tuple(rows)
