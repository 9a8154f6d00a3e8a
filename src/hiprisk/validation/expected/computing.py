"""Performance to be expected of people whose outcome is not known, by the model's own sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.bootstrap import percentile_interval
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import OrdinalModel, Sheet
from hiprisk.validation.expected.people import ScoredPeople
from hiprisk.validation.expected.predictive import (
    OUTCOME,
    Predictive,
    expected_figures,
)
from hiprisk.validation.expected.refits import refit_errors
from hiprisk.validation.expected.results import ExpectedEvent, ExpectedPerformance

# Refits are compared with the sheet on so many rows: the difference hardly varies over rows.
MOST_ROWS = 1_000
NO_SCATTER = "the sheet has no distribution of the outcome about its prediction"
NO_REFITS = "the sheet carries no bootstrap models"
NO_BASELINE = "nobody's baseline is known"
# Always the same, so that the same people have the same figures wherever they are computed: their
# difference from development is case mix, and not chance.
SEED = 0
# What no error of the fit can move.
FIXED = "width_"


def expected_performance(
    sheet: Sheet, frame: pd.DataFrame, *, thresholds: Sequence[float] = ()
) -> ExpectedPerformance:
    """What a sheet expects of its predictions, given who people are and what of them is missing.

    Parameters
    ----------
    sheet : Sheet
    frame : DataFrame
        Dictionary variables of people who get a prediction; no outcome is looked at.
    thresholds : sequence of float
        Declared for decisions.

    Raises
    ------
    InputError
        If the sheet of a continuous outcome has no distribution of it.

    Notes
    -----
    Outcomes come about by the sheet's predictive distributions; every figure is an integral over
    them. A fit is expected to be better than it is, having learned its own people's noise, so each
    figure is corrected by the mean of the refits' errors (`hiprisk.validation.expected.refits`),
    and their percentiles give the interval. Uncorrected, the C statistic is van Klaveren's
    model-based concordance.
    """
    if not has_distribution(sheet):
        raise InputError(
            NO_SCATTER,
            code="NO_DISTRIBUTION",
            advice="state `residuals` in the published model's YAML and write it down again",
        )
    people = ScoredPeople.of(sheet, frame, thresholds)
    own = people.predictive()
    figures = expected_figures(own, own, people.thresholds)
    errors = refit_errors(_some_of(people), seed=SEED)
    estimates = {
        place: _estimate(place, value, [error.get(place, np.nan) for error in errors])
        for place, value in figures.items()
    }
    return ExpectedPerformance(
        n=len(people),
        n_incomplete=int(people.prediction.imputed.any(axis=1).sum()),
        estimates=_of_event(estimates, OUTCOME),
        uncorrected={name_of(place): value for place, value in figures.items()},
        events=tuple(
            ExpectedEvent(
                name=event.name,
                label=event.label,
                n=int((~np.isnan(people.bounds[event.name])).sum()),
                estimates=_of_event(estimates, event.name),
                reason=None if _of_event(estimates, event.name) else NO_BASELINE,
            )
            for event in people.events
        ),
        n_refits=len(errors),
        interval_note="" if errors else NO_REFITS,
    )


def has_distribution(sheet: Sheet) -> bool:
    """Whether a sheet says how likely each outcome is: a published one may not."""
    is_own = isinstance(sheet.model, OrdinalModel) or sheet.outcome.kind == "binary"
    return is_own or sheet.distribution is not None


def expected_of_risks(risk: Floats, thresholds: Sequence[float] = ()) -> ExpectedPerformance:
    """The same of risks that stand in a column: what they expect of themselves.

    Parameters
    ----------
    risk : ndarray, shape (n_people,)
    thresholds : sequence of float
    """
    own = Predictive.of_risk(risk)
    figures = expected_figures(own, own, thresholds)
    return ExpectedPerformance(
        n=len(risk),
        n_incomplete=0,
        estimates=tuple(Estimate(name=name, value=value) for (_, name), value in figures.items()),
        uncorrected={name_of(place): value for place, value in figures.items()},
        events=(),
        n_refits=0,
        interval_note="there is no sheet with bootstrap models",
    )


def name_of(place: tuple[str, str]) -> str:
    """Name of a figure: that of an event ends in the event's."""
    event, name = place
    return f"{name}_{event}" if event else name


def _of_event(estimates: dict[tuple[str, str], Estimate], event: str) -> tuple[Estimate, ...]:
    return tuple(one for (of, _), one in estimates.items() if of == event)


def _some_of(people: ScoredPeople) -> ScoredPeople:
    if len(people) <= MOST_ROWS:
        return people
    rng = rng_for(SEED, "expected rows")
    return people.take(np.sort(rng.choice(len(people), MOST_ROWS, replace=False)))


def _estimate(place: tuple[str, str], value: float, errors: Sequence[float]) -> Estimate:
    """A figure less its optimism, and its interval; as it is where there are no refits."""
    name = place[1]
    off = np.array(errors, dtype=np.float64)
    ends = percentile_interval(off) if off.size else None
    if ends is None or name.startswith(FIXED):
        return Estimate(name=name, value=value)
    low, high = value - ends[1], value - ends[0]
    # In few refits the mean error may lie beyond its percentiles.
    center = float(np.clip(value - np.nanmean(off), low, high))
    return Estimate(
        name=name, value=_within(name, center), low=_within(name, low), high=_within(name, high)
    )


def _within(name: str, value: float) -> float:
    """The end of a shifted interval brought inside what its figure can be."""
    if name.startswith(("r2", "net_benefit")):
        return min(value, 1.0)
    if name == "mean_outcome":
        return value
    value = max(value, 0.0)
    return value if name in ("rmse", "mae") else min(value, 1.0)
