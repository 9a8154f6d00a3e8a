"""The development cohort of a study and those held out, with the participant flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.config import HoldoutSettings, OutcomeSettings, StudyConfig
from hiprisk.errors import InputError
from hiprisk.learning.event_codes import with_levels
from hiprisk.learning.participants.flow import (
    FlowStep,
    levels_advice,
    outcome_remarks,
    step,
    unknown_codes_step,
)
from hiprisk.learning.participants.outcome import as_outcome, handle_replacement, resolve_off_scale
from hiprisk.learning.participants.people import Participants, levels_mask, numbered, require

HOLDOUT = "validation.holdout"


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
        keep = levels_mask(frame, variable, levels, key="cohort.where")
        frame = frame.loc[keep].reset_index(drop=True)
        unknown_codes = None if unknown_codes is None else unknown_codes[keep]
        flow.append(step(f"{dictionary.label(variable)} not {' or '.join(levels)}", keep))
    flow += unknown_codes_step(unknown_codes)
    first_visit = frame
    if config.validation.holdout is not None:
        first_visit = frame.loc[_to_develop(frame, config.validation.holdout)]
    frame, score = handle_replacement(frame, config.outcome, flow, dictionary)
    frame, score = resolve_off_scale(frame, score, config, flow)
    outcome = as_outcome(score, frame, config.outcome)
    people = Participants(
        frame=frame,
        outcome=outcome,
        groups=numbered(frame, "person_id"),
        sites=numbered(frame, "site", shared=True),
    )
    development, holdout = _split(people, config, flow, dictionary)
    unknown = np.isnan(development.outcome)
    flow.append(step("outcome unknown (informs imputation only)", ~unknown))
    _check_enough(development, with_levels(config.outcome, dictionary), config, flow)
    return Selection(
        first_visit=first_visit,
        development=development,
        holdout=holdout,
        flow=tuple(flow),
        dictionary=dictionary,
    )


def _split(
    people: Participants, config: StudyConfig, flow: list[FlowStep], dictionary: Dictionary
) -> tuple[Participants, Participants | None]:
    settings, reference = config.validation.holdout, config.validation.reference_prediction
    if settings is None:
        return people, None
    if reference is not None:
        # Nothing needs it before everything is fitted, and then it would be too late.
        require(people.frame, reference, key="validation.reference_prediction")
    test = levels_mask(people.frame, settings.variable, settings.test, key=HOLDOUT)
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
    flow.append(step(f"held out or not used ({dictionary.label(settings.variable)})", develop))
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
        return levels_mask(frame, settings.variable, settings.develop, key=HOLDOUT)
    return ~levels_mask(frame, settings.variable, settings.test, key=HOLDOUT)


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
