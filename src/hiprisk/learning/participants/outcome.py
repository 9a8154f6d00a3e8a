"""The outcome of people under the declared strategy for hip replacement, within its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.config import EventSettings, OutcomeSettings, ReplacementSettings, StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.event_codes import event_levels, levels_of_outcome, read_event
from hiprisk.learning.participants.flow import FlowStep, step, unknown_codes_step
from hiprisk.learning.participants.people import require
from hiprisk.values import one_code

# More scores beyond their bounds are another scale, not cells gone wrong.
MOST_OFF_SCALE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """People under the declared strategy for hip replacement, with their outcome.

    Attributes
    ----------
    frame : DataFrame
        Without those whom the strategy excludes.
    outcome : ndarray, shape (n_rows,)
        NaN where unknown.
    flow : tuple of FlowStep
    """

    frame: pd.DataFrame
    outcome: Floats
    flow: tuple[FlowStep, ...]


def observed_outcome(
    frame: pd.DataFrame, outcome: OutcomeSettings, dictionary: Dictionary | None = None
) -> Outcomes:
    """The outcome of people whom no study of ours selected, as a study would take it.

    Parameters
    ----------
    frame : DataFrame
        A checked cohort.
    outcome : OutcomeSettings

    Raises
    ------
    ConfigError, InputError
        As for `select_participants`.
    """
    flow: list[FlowStep] = []
    frame = _without_few_off_scale(frame, outcome, flow)
    kept, score = handle_replacement(frame, outcome, flow, dictionary or load_dictionary())
    observed = as_outcome(score, kept, outcome)
    return Outcomes(frame=kept, outcome=observed, flow=tuple(flow))


def as_outcome(score: Floats, frame: pd.DataFrame, outcome: OutcomeSettings) -> Floats:
    """A score within its bounds, or the event that is made of it."""
    _check_bounds(score, outcome)
    if outcome.dichotomise is None:
        return score
    return dichotomised(score, frame, outcome, outcome.dichotomise)


def dichotomised(
    score: Floats, frame: pd.DataFrame, outcome: OutcomeSettings, event: EventSettings
) -> Floats:
    """1 where a score crosses the event's bound, 0 where not, NaN where either is unknown."""
    bound = np.full(len(score), event.value)
    if event.reference == "baseline":
        require(frame, str(outcome.baseline), key="outcome.baseline")
        bound = frame[str(outcome.baseline)].to_numpy(dtype=np.float64) + event.value
    crossed = score >= bound if event.direction == "above" else score <= bound
    return np.where(np.isnan(score) | np.isnan(bound), np.nan, crossed.astype(np.float64))


def handle_replacement(
    frame: pd.DataFrame,
    outcome: OutcomeSettings,
    flow: list[FlowStep],
    dictionary: Dictionary,
) -> tuple[pd.DataFrame, Floats]:
    """Those whom the strategy for hip replacement keeps, with their score under it."""
    score = _raw_outcome(frame, outcome, flow, dictionary)
    settings = outcome.hip_replacement
    if settings is None:
        return frame, score
    status = _replacement_status(frame, settings, dictionary)
    replaced, unknown = status == 1.0, np.isnan(status)
    if (unknown & ~np.isnan(score)).any():
        # Nobody knows whether the score is that of the person's own hip.
        n_unknown = int((unknown & ~np.isnan(score)).sum())
        label = f"hip replacement unknown: the outcome of {n_unknown} counts as unknown"
        flow.append(FlowStep(label=label, n_left_out=0, n_remaining=len(frame)))
    score[unknown] = np.nan
    if settings.strategy == "exclude":
        flow.append(step("hip replaced before follow-up (excluded)", ~replaced))
        return frame.loc[~replaced].reset_index(drop=True), score[~replaced]
    # Before bounds and events are looked at, so that a given score is judged like a measured one.
    score[replaced] = _replacement_score(frame, outcome)[replaced]
    words = {"worst": "given the worst score", "last-before": "given their last score before"}
    label = f"hip replaced before follow-up: {int(replaced.sum())} {words[settings.strategy]}"
    flow.append(FlowStep(label=label, n_left_out=0, n_remaining=len(frame)))
    return frame, score


def _replacement_status(
    frame: pd.DataFrame, settings: ReplacementSettings, dictionary: Dictionary
) -> Floats:
    """1 where the hip was replaced, 0 where not, NaN where nobody knows."""
    key = "outcome.hip_replacement.variable"
    require(frame, settings.variable, key=key)
    known = dictionary[settings.variable].levels if settings.variable in dictionary else ()
    levels = event_levels("yes", known=known, key=key)
    return read_event(frame[settings.variable], "yes", levels, variable=settings.variable).event


def _replacement_score(frame: pd.DataFrame, outcome: OutcomeSettings) -> Floats:
    """Score of people whose hip was replaced, under the declared strategy."""
    settings = outcome.hip_replacement
    assert settings is not None
    if settings.strategy == "worst":
        if outcome.bounds is None:
            raise ConfigError("the worst score needs outcome.bounds", column="outcome.bounds")
        worst = outcome.bounds[1] if outcome.higher_is == "worse" else outcome.bounds[0]
        return np.full(len(frame), worst)
    if outcome.baseline is None:
        raise ConfigError(
            "last-before needs outcome.baseline", column="outcome.hip_replacement.strategy"
        )
    require(frame, outcome.baseline, key="outcome.baseline")
    last = frame[outcome.baseline].to_numpy(dtype=np.float64).copy()
    if settings.interim is not None:
        require(frame, settings.interim, key="outcome.hip_replacement.interim")
        interim = frame[settings.interim].to_numpy(dtype=np.float64)
        last = np.where(np.isnan(interim), last, interim)
    return last


def _raw_outcome(
    frame: pd.DataFrame, outcome: OutcomeSettings, flow: list[FlowStep], dictionary: Dictionary
) -> Floats:
    require(frame, outcome.variable, key="outcome.variable")
    values = frame[outcome.variable]
    if outcome.event_level is None:
        return values.to_numpy(dtype=np.float64).copy()
    levels = levels_of_outcome(outcome, dictionary)
    found = read_event(values, outcome.event_level, levels, variable=outcome.variable)
    flow += unknown_codes_step(found.unknown)
    flow += _several_levels_step(outcome.event_level, levels, n_rows=len(frame))
    return found.event


def _several_levels_step(event: str, levels: Sequence[str], *, n_rows: int) -> list[FlowStep]:
    """Which levels count as no event, where they are several: "died" may be meant as neither."""
    others = [level for level in levels if one_code(level) != one_code(event)]
    if len(others) < 2:
        return []
    label = f"outcome: the event is {event}; no event: {', '.join(others)}"
    return [FlowStep(label=label, n_left_out=0, n_remaining=n_rows)]


def _without_few_off_scale(
    frame: pd.DataFrame, outcome: OutcomeSettings, flow: list[FlowStep]
) -> pd.DataFrame:
    """Scores beyond the bounds set to missing, where so few are that the scale is not another."""
    if outcome.bounds is None or outcome.variable not in frame.columns:
        return frame
    off = _off_scale(frame[outcome.variable].to_numpy(), outcome)
    if not off.any() or off.mean() > MOST_OFF_SCALE:
        return frame
    return _off_scale_unknown(frame, off, outcome, flow)


def resolve_off_scale(
    frame: pd.DataFrame, score: Floats, config: StudyConfig, flow: list[FlowStep]
) -> tuple[pd.DataFrame, Floats]:
    """Scores beyond the bounds after ``cohort.on_invalid``, as values beyond a hard range.

    Raises
    ------
    InputError
        If there are any and it says ``refuse``.
    """
    outcome = config.outcome
    if config.cohort.on_invalid == "refuse":
        _check_bounds(score, outcome, otherwise="; or set cohort.on_invalid")
    off = _off_scale(score, outcome)
    if not off.any():
        return frame, score
    if config.cohort.on_invalid == "exclude":
        flow.append(step(f"outcome outside {_bounds_in_words(outcome)} (excluded)", ~off))
        return frame.loc[~off].reset_index(drop=True), score[~off]
    return _off_scale_unknown(frame, off, outcome, flow), np.where(off, np.nan, score)


def _off_scale_unknown(
    frame: pd.DataFrame, off: Bools, outcome: OutcomeSettings, flow: list[FlowStep]
) -> pd.DataFrame:
    bounds = _bounds_in_words(outcome)
    label = f"outcome: {int(off.sum())} values outside {bounds}, taken as unknown"
    flow.append(FlowStep(label=label, n_left_out=0, n_remaining=len(frame)))
    return frame.assign(**{outcome.variable: frame[outcome.variable].mask(off)})


def _off_scale(score: Floats, outcome: OutcomeSettings) -> Bools:
    if outcome.bounds is None:
        return np.zeros(len(score), dtype=bool)
    low, high = outcome.bounds
    return (score < low) | (score > high)


def _bounds_in_words(outcome: OutcomeSettings) -> str:
    assert outcome.bounds is not None
    low, high = outcome.bounds
    return f"{low:g} to {high:g}"


def _check_bounds(score: Floats, outcome: OutcomeSettings, *, otherwise: str = "") -> None:
    off = np.flatnonzero(_off_scale(score, outcome))
    if off.size:
        assert outcome.bounds is not None
        low, high = outcome.bounds
        raise InputError(
            f"the outcome must lie in [{low:g}, {high:g}]; {off.size} of {len(score)} rows do not",
            code="OUTCOME",
            column=outcome.variable,
            advice=f"check the scale in the mapping, or outcome.bounds in the config{otherwise}",
        )
