"""Who takes part, and what their outcome is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.config import (
    EventSettings,
    HoldoutSettings,
    OutcomeSettings,
    ReplacementSettings,
    StudyConfig,
)
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.event_codes import (
    event_levels,
    levels_of_outcome,
    read_event,
    with_levels,
)
from hiprisk.spelling import did_you_mean
from hiprisk.values import one_code

HOLDOUT = "validation.holdout"
# More scores beyond their bounds are another scale, not cells gone wrong.
MOST_OFF_SCALE = 0.05
_NO_LEVEL = "codes are no declared level, taken as unknown"
# How labels of steps begin that leave nobody out, and say how outcomes were taken.
_OUTCOME_TAKEN = ("outcome: ", "hip replacement unknown: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step of the participant flow: how many rows left, and why."""

    label: str
    n_left_out: int
    n_remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """One set of people with their outcome.

    Attributes
    ----------
    frame : DataFrame
        Dictionary variables.
    outcome : ndarray, shape (n_rows,)
        NaN where unknown.
    groups : ndarray of int, shape (n_rows,)
        Number of the person that each row belongs to.
    sites : ndarray of int, shape (n_rows,)
        Number of the site; all zero where the cohort has none.
    imputations : tuple of Participants
        The same rows in every imputation of a stacked file, of which these are the first; empty
        where a file is not stacked.
    """

    frame: pd.DataFrame
    outcome: Floats
    groups: Integers
    sites: Integers
    imputations: tuple[Participants, ...] = ()

    @property
    def n_analysed(self) -> int:
        """Rows whose outcome is known."""
        return int((~np.isnan(self.outcome)).sum())

    def take(self, rows: Bools) -> Participants:
        """The rows of a mask, in order."""
        return Participants(
            frame=self.frame.loc[rows].reset_index(drop=True),
            outcome=self.outcome[rows],
            groups=self.groups[rows],
            sites=self.sites[rows],
            imputations=tuple(one.take(rows) for one in self.imputations),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The development cohort, who is held out, and the participant flow.

    Attributes
    ----------
    first_visit : DataFrame
        All participants of the first visit but those held out: also those whom the strategy for hip
        replacement leaves out, which nobody can know at that visit.
    dictionary : Dictionary
        What their variables mean, with the features that the study declares.
    """

    first_visit: pd.DataFrame
    development: Participants
    holdout: Participants | None
    flow: tuple[FlowStep, ...]
    dictionary: Dictionary = field(default_factory=load_dictionary, repr=False)


def select_participants(
    frame: pd.DataFrame,
    config: StudyConfig,
    dictionary: Dictionary | None = None,
    *,
    unknown_codes: Bools | None = None,
) -> Selection:
    """Apply the config's selection, hip-replacement strategy and hold-out, counting every step.

    Parameters
    ----------
    frame : DataFrame
        A checked cohort.
    config : StudyConfig
    dictionary : Dictionary, optional
        The packaged one by default.
    unknown_codes : ndarray of bool, optional
        Rows whose code of the outcome is no declared level, and was set to missing while reading.

    Raises
    ------
    ConfigError
        If the config names a variable or level that the cohort lacks.
    InputError
        If too few people are left, or the outcome does not vary.
    """
    dictionary = dictionary or load_dictionary()
    if not len(frame):
        raise InputError(
            "the cohort has no rows", code="NO_ROWS", advice="give a file with one row a person"
        )
    flow = [FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=len(frame))]
    for variable, levels in config.cohort.where.items():
        keep = _levels_mask(frame, variable, levels, key="cohort.where")
        frame = frame.loc[keep].reset_index(drop=True)
        unknown_codes = None if unknown_codes is None else unknown_codes[keep]
        flow.append(_step(f"{dictionary.label(variable)} not {' or '.join(levels)}", keep))
    flow += unknown_codes_step(unknown_codes)
    first_visit = frame
    if config.validation.holdout is not None:
        first_visit = frame.loc[_to_develop(frame, config.validation.holdout)]
    frame, score = _handle_replacement(frame, config.outcome, flow, dictionary)
    frame, score = _resolve_off_scale(frame, score, config, flow)
    outcome = _as_outcome(score, frame, config.outcome)
    people = Participants(
        frame=frame,
        outcome=outcome,
        groups=numbered(frame, "person_id"),
        sites=numbered(frame, "site", shared=True),
    )
    development, holdout = _split(people, config, flow, dictionary)
    unknown = np.isnan(development.outcome)
    flow.append(_step("outcome unknown (informs imputation only)", ~unknown))
    _check_enough(development, with_levels(config.outcome, dictionary), config, flow)
    return Selection(
        first_visit=first_visit,
        development=development,
        holdout=holdout,
        flow=tuple(flow),
        dictionary=dictionary,
    )


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
    kept, score = _handle_replacement(frame, outcome, flow, dictionary or load_dictionary())
    observed = _as_outcome(score, kept, outcome)
    return Outcomes(frame=kept, outcome=observed, flow=tuple(flow))


def numbered(frame: pd.DataFrame, column: str, *, shared: bool = False) -> Integers:
    """Whole numbers for the values of an identifier.

    A row without the identifier stands alone, or, if `shared`, together with all others without.
    """
    if column not in frame.columns:
        return np.zeros(len(frame), np.intp) if shared else np.arange(len(frame))
    codes = pd.factorize(frame[column])[0].astype(np.intp)
    if not shared:
        unknown = codes < 0
        # Beyond every known code, one each: people without a number must not become one person.
        codes[unknown] = len(frame) + np.flatnonzero(unknown)
    return codes


def _step(label: str, keep: Bools) -> FlowStep:
    return FlowStep(label=label, n_left_out=int((~keep).sum()), n_remaining=int(keep.sum()))


def _levels_mask(frame: pd.DataFrame, variable: str, levels: Sequence[str], *, key: str) -> Bools:
    _require(frame, variable, key=key)
    occurring = set(_codes(frame[variable]).dropna())
    absent = [level for level in levels if one_code(level) not in occurring]
    if absent:
        raise ConfigError(
            f"no row has {variable} '{absent[0]}'",
            column=key,
            advice=f"it occurs with {len(occurring)} other level(s)",
        )
    return at_levels(frame[variable], levels)


def at_levels(values: pd.Series, levels: Sequence[str]) -> Bools:
    """Which cells of a category have one of these levels, ``1.0`` read as ``1``."""
    return np.asarray(_codes(values).isin([one_code(level) for level in levels]))


def _codes(values: pd.Series) -> pd.Series:
    return values.map(lambda value: one_code(str(value)), na_action="ignore")


def _require(frame: pd.DataFrame, variable: str, *, key: str) -> None:
    if variable not in frame.columns:
        raise ConfigError(
            f"the cohort has no '{variable}'",
            column=key,
            advice=did_you_mean(
                variable,
                map(str, frame.columns),
                otherwise="map it in the cohort's mapping, or name another variable",
            ),
        )


def _handle_replacement(
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
        flow.append(_step("hip replaced before follow-up (excluded)", ~replaced))
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
    _require(frame, settings.variable, key=key)
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
    _require(frame, outcome.baseline, key="outcome.baseline")
    last = frame[outcome.baseline].to_numpy(dtype=np.float64).copy()
    if settings.interim is not None:
        _require(frame, settings.interim, key="outcome.hip_replacement.interim")
        interim = frame[settings.interim].to_numpy(dtype=np.float64)
        last = np.where(np.isnan(interim), last, interim)
    return last


def _raw_outcome(
    frame: pd.DataFrame, outcome: OutcomeSettings, flow: list[FlowStep], dictionary: Dictionary
) -> Floats:
    _require(frame, outcome.variable, key="outcome.variable")
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


def unknown_codes_step(unknown: Bools | None) -> list[FlowStep]:
    """How many codes of the outcome are no declared level; nothing where there are none."""
    if unknown is None or not unknown.any():
        return []
    n = int(unknown.sum())
    label = f"outcome: {n} {_NO_LEVEL}"
    return [FlowStep(label=label, n_left_out=0, n_remaining=len(unknown))]


def outcome_remarks(flow: Sequence[FlowStep]) -> tuple[str, ...]:
    """The steps of a participant flow that say how outcomes were taken: as unknown, as no event."""
    return tuple(step.label for step in flow if step.label.startswith(_OUTCOME_TAKEN))


def levels_advice(outcome: OutcomeSettings, flow: Sequence[FlowStep]) -> str:
    """How to say what codes of the outcome mean, where some are no level; else empty."""
    if not any(step.label.endswith(_NO_LEVEL) for step in flow):
        return ""
    levels = outcome.levels
    listed = f"its levels are {', '.join(levels)}; " if levels else ""
    example = ", ".join(f"CODE: {level}" for level in levels or (outcome.event_level,))
    return (
        f"{listed}state which code is which in the mapping: "
        f"{outcome.variable}: {{column: C, levels: {{{example}}}}}"
    )


def _as_outcome(score: Floats, frame: pd.DataFrame, outcome: OutcomeSettings) -> Floats:
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
        _require(frame, str(outcome.baseline), key="outcome.baseline")
        bound = frame[str(outcome.baseline)].to_numpy(dtype=np.float64) + event.value
    crossed = score >= bound if event.direction == "above" else score <= bound
    return np.where(np.isnan(score) | np.isnan(bound), np.nan, crossed.astype(np.float64))


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


def _resolve_off_scale(
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
        flow.append(_step(f"outcome outside {_bounds_in_words(outcome)} (excluded)", ~off))
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


def _split(
    people: Participants, config: StudyConfig, flow: list[FlowStep], dictionary: Dictionary
) -> tuple[Participants, Participants | None]:
    settings, reference = config.validation.holdout, config.validation.reference_prediction
    if settings is None:
        return people, None
    if reference is not None:
        # Nothing needs it before everything is fitted, and then it would be too late.
        _require(people.frame, reference, key="validation.reference_prediction")
    test = _levels_mask(people.frame, settings.variable, settings.test, key=HOLDOUT)
    develop = _to_develop(people.frame, settings)
    shared = np.isin(people.groups[develop], people.groups[test])
    if shared.any():
        raise InputError(
            f"{int(shared.sum())} row(s) of the development cohort belong to people who are also "
            "held out",
            code="LEAKAGE",
            column=settings.variable,
            advice="hold out by a variable that is the same for all rows of a person",
        )
    held = people.take(test)
    if reference is not None and config.outcome.kind == "binary":
        _check_risks(held.frame[reference], reference)
    flow.append(_step(f"held out or not used ({dictionary.label(settings.variable)})", develop))
    return people.take(develop), held.take(~np.isnan(held.outcome))


def _check_risks(given: pd.Series, name: str) -> None:
    """Raise InputError where another model's predictions of a risk are no risks."""
    values = given.to_numpy(dtype=np.float64)
    off = int(((values < 0.0) | (values > 1.0)).sum())
    if off:
        raise InputError(
            f"predictions of a binary outcome must lie in [0, 1]; {off} of {len(values)} of those "
            "held out do not",
            code="OUT_OF_RANGE",
            column=name,
            advice="give risks, as 0.2 and not 20, or name another validation.reference_prediction",
        )


def _to_develop(frame: pd.DataFrame, settings: HoldoutSettings) -> Bools:
    if settings.develop is not None:
        return _levels_mask(frame, settings.variable, settings.develop, key=HOLDOUT)
    return ~_levels_mask(frame, settings.variable, settings.test, key=HOLDOUT)


def _nobody_left(config: StudyConfig) -> InputError:
    settings = config.validation.holdout
    if settings is None:
        return InputError(
            "nobody of the cohort takes part",
            code="OUTCOME",
            advice="the participant flow says where they leave: see cohort.where and "
            "outcome.hip_replacement",
        )
    return InputError(
        "everybody is held out, and nobody is left to develop the model on",
        code="OUTCOME",
        column=settings.variable,
        advice="name fewer levels under validation.holdout.test",
    )


def _check_enough(
    people: Participants, outcome: OutcomeSettings, config: StudyConfig, flow: Sequence[FlowStep]
) -> None:
    if not len(people.frame):
        raise _nobody_left(config)
    known = people.outcome[~np.isnan(people.outcome)]
    n_folds = config.tuning.folds
    why = "".join(f"; {remark}" for remark in outcome_remarks(flow))
    if len(known) < 10 * n_folds:
        raise InputError(
            f"{len(known)} people with a known outcome are too few for {n_folds} folds{why}",
            code="OUTCOME",
            column=outcome.variable,
            advice=levels_advice(outcome, flow)
            or f"at least {10 * n_folds} are needed, and many more for a useful model",
        )
    if len(np.unique(known)) < 2:
        raise InputError(
            f"the outcome does not vary{why}",
            code="OUTCOME",
            column=outcome.variable,
            advice=levels_advice(outcome, flow) or None,
        )
