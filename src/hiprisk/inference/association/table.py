"""The adjusted effect of an exposure: the table of a cohort paper, pooled over imputations."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.findings import Finding, copied_row_counts
from hiprisk.config import StudyConfig
from hiprisk.errors import InputError
from hiprisk.inference.association.estimation import (
    constant_predictor_notes,
    estimate_table,
)
from hiprisk.inference.association.imputation import check_enough_imputations, impute
from hiprisk.inference.association.negative_control import (
    check_negative_control,
    find_negative_control,
)
from hiprisk.inference.association.participants import (
    analysed_people,
    in_strata,
    incomplete_data,
    n_unknown_exposure,
)
from hiprisk.inference.association.plan import AssociationPlan, build_basis, plan_association
from hiprisk.inference.association.result import AssociationTable
from hiprisk.inference.association.sentences import notes_of, sentences_of
from hiprisk.inference.effects.clustered import Link
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.participants.selection import Selection
from hiprisk.learning.study_cohort import select_study_imputations, study_warnings, with_source
from hiprisk.parallel import one_thread
from hiprisk.wording.disclaimers import copied_rows_caution


def run_associate(
    config: StudyConfig,
    *,
    source: CohortPath | None = None,
    on_finding: Callable[[Finding], None] | None = None,
) -> AssociationTable:
    """Load the cohort of a config, select its participants, and make the table.

    Parameters
    ----------
    config : StudyConfig
    source : path-like, several, or DataFrame, optional
        The cohort in place of the config's.
    on_finding : callable, optional
        Told what looks wrong in the file and is used as it is.

    Raises
    ------
    ConfigError, InputError, StoreError
        With what to do next.
    """
    config = with_source(config, source)
    cohort, selection = select_study_imputations(config, source)
    if on_finding is not None:
        for finding in study_warnings(cohort, config):
            on_finding(finding)
    table = associate(config, selection, provenance=cohort.provenance)
    cautions = map(copied_rows_caution, copied_row_counts(cohort.findings))
    return replace(
        table,
        sentences=(*cautions, *table.sentences),
        cohort_fingerprint=cohort.fingerprint,
    )


def associate(config: StudyConfig, selection: Selection, *, provenance: str) -> AssociationTable:
    """The association table of a study's participants.

    Parameters
    ----------
    config : StudyConfig
        With an ``association`` section.
    selection : Selection
        Held-out people take no part.
    provenance : str
        ``simulated``, ``real`` or ``unknown``.

    Returns
    -------
    AssociationTable

    Raises
    ------
    ConfigError
        If the section is absent or contradicts the rest of the config.
    InputError
        If the cohort lacks a variable, or a stratum is too small.

    Notes
    -----
    Each model is fitted without a penalty in each completed data set and pooled by Rubin's rules
    with Barnard and Rubin's degrees of freedom. A stratum has a model of its own, which is the
    same as one model in which everything interacts with the strata; rows of everybody have the
    strata as a confounder. Differences between strata use the covariance of their estimates, which
    is not zero where a cluster has rows in both.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys.
    .. [2] Barnard, Rubin (1999). Biometrika 86(4), 948-955. doi:10.1093/biomet/86.4.948
    """
    people, flow = in_strata(config, selection)
    # A level can occur in some imputations alone.
    everything = people.frame
    if people.imputations:
        everything = pd.concat([one.frame for one in people.imputations], ignore_index=True)
    plan = plan_association(config, selection.dictionary, everything)
    # Sums in another order differ in their last digits; a table must not depend on the machine.
    with one_thread():
        return _table(config, plan, people, flow, provenance)


def check_association(config: StudyConfig, selection: Selection) -> None:
    """Raise ConfigError if the section names what the cohort lacks, before anything is fitted.

    People that cannot give a table, as all of one stratum, are no fault of the config: see
    `association_refusal`.
    """
    with contextlib.suppress(InputError):
        _plan_table(config, selection)


def association_refusal(config: StudyConfig, selection: Selection) -> InputError | None:
    """Why these people can give no table, where that is known before anything is fitted.

    Raises
    ------
    ConfigError
        As `check_association`.
    """
    if config.association is None:
        return None
    try:
        _plan_table(config, selection)
    except InputError as refusal:
        return refusal
    return None


def _plan_table(config: StudyConfig, selection: Selection) -> None:
    people, _ = in_strata(config, selection)
    plan = plan_association(config, selection.dictionary, people.frame)
    data = incomplete_data(config, plan, people)
    check_enough_imputations(data, config.imputation.imputations)
    known = analysed_people(plan, people, data, link=_link(config))
    check_negative_control(plan, people, known)


def _link(config: StudyConfig) -> Link:
    return "logit" if config.outcome.kind == "binary" else "identity"


def _table(
    config: StudyConfig,
    plan: AssociationPlan,
    people: Participants,
    flow: tuple[FlowStep, ...],
    provenance: str,
) -> AssociationTable:
    data = incomplete_data(config, plan, people)
    known = analysed_people(plan, people, data, link=_link(config))
    check_negative_control(plan, people, known)
    completed = impute(
        data,
        n_imputations=config.imputation.imputations,
        method=config.imputation.method,
        seed=config.seed,
    )
    basis = build_basis(plan, completed)
    found = estimate_table(plan, basis, known)
    outcome = config.outcome
    table = AssociationTable(
        title=config.title,
        provenance=provenance,
        exposure=plan.exposure,
        outcome=outcome.label,
        unit=outcome.unit,
        higher_is=outcome.higher_is,
        kind=outcome.kind,
        confounders=plan.confounders,
        baseline=plan.settings.baseline,
        strata=plan.settings.strata,
        covariance=known.kind,
        n_imputations=len(completed),
        rows=found.rows,
        differences=found.differences,
        not_available=found.not_available,
        negative_control=find_negative_control(config, plan, people, found),
        flow=flow,
        notes=(),
        sentences=(),
    )
    return replace(
        table,
        notes=notes_of(
            table,
            config,
            plan.dictionary,
            n_unknown_exposure=n_unknown_exposure(plan, data),
            n_people=len(set(data.persons[data.known].tolist())),
            constant=constant_predictor_notes(plan, basis, known),
            from_file=bool(people.imputations),
        ),
        sentences=sentences_of(table, config, plan.dictionary),
    )
