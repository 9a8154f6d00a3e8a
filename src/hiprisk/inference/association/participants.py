"""Who is in the association table: strata, clusters, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.config import StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import auxiliary_columns
from hiprisk.inference.association.imputation import IncompleteData
from hiprisk.inference.association.plan import AssociationPlan
from hiprisk.inference.association.result import ALL
from hiprisk.inference.effects.clustered import CovarianceKind, Link
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.participants.selection import Selection


@dataclass(frozen=True, kw_only=True)
class AnalysedPeople:
    """Rows whose outcome is known, with what every fit of them needs.

    Attributes
    ----------
    y : ndarray, shape (n_rows,)
    link : str
    kind : str
        Of the covariance.
    clusters, strata : ndarray of int, shape (n_rows,)
    levels : tuple of str
        Of the strata, in the order of their numbers; empty where there are none.
    exposed : ndarray or None
        1, 0 or NaN; None where the exposure is a number.
    firth : bool
        Whether Firth's penalty is asked for.
    y_of_each : tuple of ndarray, each of shape (n_rows,)
        The outcome in every imputation of a stacked file, of which `y` is the first; else empty.
    """

    y: Floats
    link: Link
    kind: CovarianceKind
    clusters: Integers
    strata: Integers
    levels: tuple[str, ...]
    exposed: Floats | None
    firth: bool = False
    y_of_each: tuple[Floats, ...] = ()

    def groups(self) -> dict[str, Bools]:
        """Everybody, then each stratum."""
        everybody = {ALL: np.ones(len(self.y), dtype=bool)}
        if not self.levels:
            return everybody
        return everybody | {level: self.strata == i for i, level in enumerate(self.levels)}


def in_strata(
    config: StudyConfig, selection: Selection
) -> tuple[Participants, tuple[FlowStep, ...]]:
    """People whose stratum is known, and the flow with those who were left out."""
    settings, people = config.association, selection.development
    if settings is None or settings.strata is None:
        return people, selection.flow
    if settings.strata not in people.frame.columns:
        raise ConfigError(
            f"the cohort has no '{settings.strata}'",
            column="association.strata",
            advice="map it in the cohort's mapping, or set association.strata to none",
        )
    keep = people.frame[settings.strata].notna().to_numpy()
    if keep.all():
        return people, selection.flow
    people = people.take(keep)
    before = selection.flow[-1].n_remaining
    step = FlowStep(
        label=f"{settings.strata} unknown (in no stratum)",
        n_left_out=before - people.n_analysed,
        n_remaining=people.n_analysed,
    )
    return people, (*selection.flow, step)


def _levels(plan: AssociationPlan, frame: pd.DataFrame) -> tuple[str, ...]:
    strata = plan.settings.strata
    if strata is None:
        return ()
    variable = plan.dictionary[strata]
    if variable.kind != "category":
        raise ConfigError(f"{strata} is no category", column="association.strata")
    occurring = set(frame[strata])
    found = tuple(v for v in variable.levels or sorted(occurring) if v in occurring)
    if len(found) < 2:
        raise InputError(
            f"all people have the same {strata}",
            code="CONSTANT",
            column=strata,
            advice="set association.strata to none",
        )
    return found


def _strata_codes(plan: AssociationPlan, frame: pd.DataFrame) -> Integers:
    codes = np.zeros(len(frame), np.intp)
    for number, level in enumerate(_levels(plan, frame)):
        codes[(frame[str(plan.settings.strata)] == level).to_numpy()] = number
    return codes


def incomplete_data(
    config: StudyConfig, plan: AssociationPlan, people: Participants
) -> IncompleteData:
    """What the table needs of every person, with its gaps."""
    names = dict.fromkeys((*config.imputation.auxiliary, *plan.settings.auxiliary))
    extra = [name for name in names if name not in plan.design.variables]
    return IncompleteData(
        columns=plan.design.numeric(people.frame),
        names=tuple(column.name for column in plan.design.columns),
        outcome=people.outcome,
        auxiliary=auxiliary_columns(extra, plan.dictionary, people.frame),
        persons=people.groups,
        strata=_strata_codes(plan, people.frame),
        completed=tuple(plan.design.numeric(one.frame) for one in people.imputations),
        outcomes=tuple(one.outcome for one in people.imputations),
    )


def analysed_people(
    plan: AssociationPlan, people: Participants, data: IncompleteData, *, link: Link
) -> AnalysedPeople:
    """The rows of `data` whose outcome is known."""
    known = data.known
    kind, clusters = _clusters(plan, people, known)
    firth = plan.settings.estimator == "firth" and link == "logit"
    if firth and kind == "CR1":
        raise ConfigError(
            "Firth's penalised likelihood counts rows as independent, and these share clusters",
            column="association.estimator",
            advice="set association.cluster to none, or association.estimator to "
            "maximum_likelihood",
        )
    return AnalysedPeople(
        y=data.outcome[known],
        y_of_each=tuple(outcome[known] for outcome in data.outcomes),
        link=link,
        kind="model" if firth else kind,
        firth=firth,
        clusters=clusters,
        strata=data.strata[known],
        levels=_levels(plan, people.frame),
        exposed=_exposed(plan, people)[known] if plan.settings.level else None,
    )


def _exposed(plan: AssociationPlan, people: Participants) -> Floats:
    """1 or 0; NaN where missing, or where the imputations of a stacked file differ."""
    exposures = [one.frame[plan.settings.exposure] for one in people.imputations or (people,)]
    exposed = np.array([(one == plan.settings.level).to_numpy(np.float64) for one in exposures])
    unknown = exposures[0].isna().to_numpy() | (np.ptp(exposed, axis=0) > 0.0)
    return np.where(unknown, np.nan, exposed[0])


def _clusters(
    plan: AssociationPlan, people: Participants, known: Bools
) -> tuple[CovarianceKind, Integers]:
    """The kind of covariance, and the cluster of each row."""
    cluster = plan.settings.cluster
    alone: CovarianceKind = "HC3" if plan.settings.standard_errors == "robust" else "model"
    persons = people.groups[known]
    if cluster == "site":
        if "site" not in people.frame.columns:
            raise ConfigError(
                "the cohort has no site", column="association.cluster", advice="map site"
            )
        return "CR1", people.sites[known]
    # Where everybody has one row CR1 would be HC1, which is too narrow in small samples.
    if cluster == "person" and len(np.unique(persons)) < len(persons):
        return "CR1", persons
    return alone, np.arange(len(persons))


def n_unknown_exposure(plan: AssociationPlan, data: IncompleteData) -> int:
    """Analysed rows whose exposure is imputed, as far as it can be seen."""
    own = [
        position
        for position, column in enumerate(plan.design.columns)
        if column.variable == plan.settings.exposure
    ]
    if not own:
        return 0
    if data.completed:
        parts = np.array([part[data.known][:, own] for part in data.completed])
        return int((np.ptp(parts, axis=0) > 0.0).any(axis=1).sum())
    return int(np.isnan(data.columns[data.known][:, own]).any(axis=1).sum())
