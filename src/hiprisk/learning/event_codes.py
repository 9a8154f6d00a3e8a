"""Which codes of a category are the event, which are none, and which say nothing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import OutcomeSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.values import one_code

# What a category without declared levels is taken to have, by its event.
CONVENTIONS = (("no", "yes"), ("0", "1"), ("false", "true"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCodes:
    """An event read from a category.

    Attributes
    ----------
    event : ndarray, shape (n_rows,)
        1 where the code is the event, 0 where it is another declared level, NaN where it is missing
        or says nothing.
    unknown : ndarray of bool, shape (n_rows,)
        Rows with a code that is neither the event nor a declared level.
    """

    event: Floats
    unknown: Bools


def event_levels(
    event_level: str, *, declared: Sequence[str] = (), known: Sequence[str] = (), key: str
) -> tuple[str, ...]:
    """Levels of the category that an event is read from.

    Parameters
    ----------
    event_level : str
    declared : sequence of str
        By the config or the sheet.
    known : sequence of str
        By the dictionary.
    key : str
        The config's key of the event, for a refusal.

    Returns
    -------
    tuple of str
        Declared ones, else the dictionary's, else by convention (no and yes, 0 and 1, false and
        true); empty where nobody says.

    Raises
    ------
    ConfigError
        If the event is not among them.
    """
    by_convention = [pair for pair in CONVENTIONS if one_code(event_level) in pair]
    levels = tuple(declared) or tuple(known) or (by_convention[0] if by_convention else ())
    if levels and one_code(event_level) not in {one_code(level) for level in levels}:
        raise ConfigError(
            f"the level '{event_level}' is not one of {', '.join(levels)}",
            column=key,
            advice="levels are matched exactly",
        )
    return levels


def read_event(
    values: pd.Series, event_level: str, levels: Sequence[str], *, variable: str
) -> EventCodes:
    """Read an event from the codes of a category.

    Parameters
    ----------
    values : Series
        Texts, missing as None or NaN.
    event_level : str
    levels : sequence of str
        As `event_levels` gives them. Where nobody says what they are, the one other code that
        occurs is no event.
    variable : str
        For a refusal.

    Raises
    ------
    InputError
        If nobody says what the levels are, and several other codes occur.
    """
    event_code = one_code(event_level)
    codes = values.map(lambda value: one_code(str(value)), na_action="ignore")
    others = {one_code(level) for level in levels} or _only_other(codes, event_code, variable)
    is_event = (codes == event_code).to_numpy(dtype=bool, na_value=False)
    is_none = codes.isin(others - {event_code}).to_numpy(dtype=bool)
    event = np.where(is_event, 1.0, np.where(is_none, 0.0, np.nan))
    return EventCodes(event=event, unknown=np.isnan(event) & codes.notna().to_numpy(dtype=bool))


def _only_other(codes: pd.Series, event_code: str, variable: str) -> set[str]:
    """The one code beside the event; another spelling of the event is none."""
    others = {code for code in codes.dropna().unique() if code.lower() != event_code.lower()}
    if len(others) > 1:
        raise InputError(
            f"{len(others)} codes come beside the event, and no levels are declared that say which "
            "of them mean no event",
            code="OUTCOME",
            column=variable,
            advice="state the levels: outcome.levels in the config, or levels of the variable in a "
            "dictionary or a mapping; other codes are then unknown",
        )
    return others


def levels_of_outcome(
    outcome: OutcomeSettings, dictionary: Mapping[str, Variable]
) -> tuple[str, ...]:
    """Levels of a binary outcome that is a category; empty where nobody says.

    Raises
    ------
    ConfigError
        If the event is not among them.
    """
    known = dictionary[outcome.variable].levels if outcome.variable in dictionary else ()
    return event_levels(
        str(outcome.event_level),
        declared=outcome.levels,
        known=known,
        key="outcome.event_level",
    )


def with_levels(outcome: OutcomeSettings, dictionary: Mapping[str, Variable]) -> OutcomeSettings:
    """The same with the levels of its category stated, where anybody says what they are."""
    if outcome.event_level is None or outcome.levels:
        return outcome
    return replace(outcome, levels=levels_of_outcome(outcome, dictionary))
