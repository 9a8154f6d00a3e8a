"""The negative control: the same effect where the exposure cannot have one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.config import StudyConfig
from hiprisk.config.association import NegativeControlSettings
from hiprisk.errors import ConfigError
from hiprisk.inference.association.estimation import (
    RATIOS,
    EstimatedEffects,
    fit_group,
    rows_of,
)
from hiprisk.inference.association.imputation import impute
from hiprisk.inference.association.participants import (
    AnalysedPeople,
    analysed_people,
    incomplete_data,
)
from hiprisk.inference.association.plan import AssociationPlan, build_basis
from hiprisk.inference.association.result import ALL, AssociationRow, NegativeControl
from hiprisk.inference.effects.clustered import Link
from hiprisk.learning.event_codes import event_levels, read_event
from hiprisk.learning.participants.people import Participants
from hiprisk.values import one_code


def find_negative_control(
    config: StudyConfig,
    plan: AssociationPlan,
    people: Participants,
    found: EstimatedEffects,
) -> NegativeControl | None:
    """The effect where the config declares that there is none."""
    settings = plan.settings.negative_control
    if settings is None:
        return None
    model = list(plan.models)[-1]
    if settings.stratum is not None:
        wanted = (one_code(settings.stratum), model)
        inside = [row for row in found.rows if (one_code(row.stratum), row.model) == wanted]
        lacking = [(one_code(one.stratum), one.model) for one in found.not_available]
        if wanted in lacking:
            # The table says why there is no effect in this stratum.
            return None
        if not inside:
            raise _no_such_stratum()
        return _control("stratum", settings.stratum, settings.reason, inside[0])
    row = _other_outcome(config, plan, people, settings, model)
    return _control("outcome", str(settings.outcome), settings.reason, row)


def check_negative_control(
    plan: AssociationPlan, people: Participants, known: AnalysedPeople
) -> None:
    """Raise ConfigError if the cohort lacks the outcome or the stratum that is declared."""
    settings = plan.settings.negative_control
    if settings is None:
        return
    if settings.stratum is None:
        _outcome_values(plan, people.frame, settings)
    elif one_code(settings.stratum) not in {one_code(group) for group in known.groups()}:
        raise _no_such_stratum()


def _no_such_stratum() -> ConfigError:
    return ConfigError("no stratum has this name", column="association.negative_control.stratum")


def _control(kind: str, where: str, reason: str, row: AssociationRow) -> NegativeControl:
    none = 1.0 if row.measure in RATIOS else 0.0
    low, high = row.estimate.low, row.estimate.high
    assert low is not None
    assert high is not None
    return NegativeControl(
        kind=kind, where=where, reason=reason, row=row, as_expected=low <= none <= high
    )


def _other_outcome(
    config: StudyConfig,
    plan: AssociationPlan,
    people: Participants,
    settings: NegativeControlSettings,
    model: str,
) -> AssociationRow:
    """The fullest model for an outcome that the exposure cannot change, in everybody."""
    # Where the study's own outcome is unknown, people were not analysed.
    outcome = np.where(
        np.isnan(people.outcome), np.nan, _outcome_values(plan, people.frame, settings)
    )
    data = replace(
        incomplete_data(config, plan, people),
        outcome=outcome,
        outcomes=tuple(
            np.where(np.isnan(outcome), np.nan, _outcome_values(plan, one.frame, settings))
            for one in people.imputations
        ),
    )
    # Its own imputations: those of the table had the study's outcome in them.
    completed = impute(
        data,
        n_imputations=config.imputation.imputations,
        method=config.imputation.method,
        seed=config.seed,
    )
    link: Link = "identity" if settings.level is None else "logit"
    known = analysed_people(plan, people, data, link=link)
    everybody = known.groups()[ALL]
    basis = build_basis(plan, completed)
    fits = fit_group(plan, basis, known, everybody, model, group=ALL)
    return rows_of(known, everybody, fits, model=model, stratum=ALL)[0]


def _outcome_values(
    plan: AssociationPlan, frame: pd.DataFrame, settings: NegativeControlSettings
) -> Floats:
    name = str(settings.outcome)
    if name not in frame.columns or name in plan.design.variables:
        raise ConfigError(
            "the negative-control outcome is not in the cohort, or is a predictor of the table",
            column="association.negative_control.outcome",
        )
    values = frame[name]
    if (plan.dictionary[name].kind == "category") != (settings.level is not None):
        raise ConfigError(
            "a category needs the level that counts as the event, a number has none",
            column="association.negative_control.level",
        )
    if settings.level is None:
        return values.to_numpy(dtype=np.float64)
    levels = event_levels(
        settings.level,
        known=plan.dictionary[name].levels,
        key="association.negative_control.level",
    )
    return read_event(values, settings.level, levels, variable=name).event
