"""Events of a continuous outcome, evaluated from the same forecasts as the outcome itself.

One chain: the forecast gives the probability of an event, the outcome says whether it happened, and
every metric of a risk, the calibration curve and the net benefit follow from the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.inputs import as_forecast_outcome
from hiprisk.sheet.format import Event

# Next to 0 and to 1, where the digits of a double end.
NEAREST_CHANCES = (float(np.finfo(np.float64).tiny), float(np.nextafter(1.0, 0.0)))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventOutcome:
    """An event as it happened and as it was predicted.

    Attributes
    ----------
    name, label : str
    happened : ndarray, shape (n_people,)
        1 or 0; NaN where the bound is the baseline's and the baseline is missing.
    chance : ndarray, shape (n_people,)
        Predicted probability of the event; NaN likewise.
    """

    name: str
    label: str = ""
    happened: Floats
    chance: Floats

    @property
    def known(self) -> Bools:
        """Rows with both."""
        return np.asarray(~(np.isnan(self.happened) | np.isnan(self.chance)))

    def take(self, rows: Integers | Bools) -> EventOutcome:
        """The event in some of the rows."""
        return replace(self, happened=self.happened[rows], chance=self.chance[rows])


def event_outcomes(
    observed: ArrayLike,
    forecast: Forecast,
    events: Sequence[Event],
    *,
    baseline: ArrayLike | None = None,
    chances: Mapping[str, Floats] | None = None,
) -> tuple[EventOutcome, ...]:
    """What happened and what was predicted of each event.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
    forecast : Forecast
        Of the same people.
    events : sequence of Event
        As the sheet declares them.
    baseline : array-like of float, shape (n_people,), optional
        NaN where missing; needed where an event's bound starts from it.
    chances : mapping of str to ndarray, optional
        Chance by name of the event, to be taken instead of the forecast's: a sheet draws a missing
        baseline and the prediction together, and only the sheet can.

    Raises
    ------
    InputError
        If a baseline is needed and not given, or lengths differ.
    """
    y, _ = as_forecast_outcome(observed, len(forecast), None)
    found = []
    for event in events:
        bound = _bound(event, baseline, len(y))
        happened = event_happened(y, event, baseline=baseline)
        given = None if chances is None else chances.get(event.name)
        chance = forecast.chance(event, bound) if given is None else np.asarray(given)
        if len(chance) != len(y):
            raise InputError(
                f"the probabilities of '{event.name}' have {len(chance)} entries, 'observed' has "
                f"{len(y)}"
            )
        # Residuals cannot tell a chance from 0 or 1 any closer: it is no claim of certainty, as a
        # stated risk of 0 is, and such people count in metrics of the log odds.
        chance = np.clip(chance, *NEAREST_CHANCES)
        chance = np.where(np.isnan(bound), np.nan, chance)
        found.append(
            EventOutcome(name=event.name, label=event.label, happened=happened, chance=chance)
        )
    return tuple(found)


class EventRule(Protocol):
    """What says whether an event came: of a sheet, or of a study's config."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def direction(self) -> str:
        """``above`` or ``below`` the bound."""

    @property
    def reference(self) -> str:
        """``fixed`` or ``baseline``: where the bound starts."""

    @property
    def value(self) -> float:
        """The bound, or its distance from the baseline."""


def event_happened(y: Floats, event: EventRule, *, baseline: ArrayLike | None = None) -> Floats:
    """Who had an event: 1 or 0, NaN where the baseline that it starts from is missing."""
    bound = _bound(event, baseline, len(y))
    over = y >= bound if event.direction == "above" else y <= bound
    return np.where(np.isnan(bound), np.nan, over.astype(np.float64))


def _bound(event: EventRule, baseline: ArrayLike | None, n_people: int) -> Floats:
    if event.reference == "fixed":
        return np.full(n_people, event.value)
    if baseline is None:
        raise InputError(
            f"the event '{event.name}' is counted from the baseline, and none was given",
            advice="give the baseline of the same people",
        )
    start = np.asarray(baseline, dtype=np.float64)
    if start.shape != (n_people,):
        raise InputError(f"'baseline' has {start.size} entries, 'observed' has {n_people}")
    return start + event.value
