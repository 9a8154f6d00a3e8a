"""A study planned: checked as when it is run, then counted, sized and timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.findings import Finding
from hiprisk.config import StudyConfig
from hiprisk.evidence.declared_parts import compares_blocks
from hiprisk.evidence.early_findings import declared_events
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.parallel import StageProgress
from hiprisk.planning.checking import check_study
from hiprisk.planning.results import PlannedEvent, PlannedPart, StudyPlan
from hiprisk.planning.sample_size import (
    n_candidate_parameters,
    n_people_with_outcome,
    planned_size,
)
from hiprisk.planning.timing import Costs, measured_costs, seconds_of
from hiprisk.planning.work import Work, planned_work
from hiprisk.wording.quantities import people_counted, plural


def plan_study(
    config: StudyConfig,
    *,
    source: CohortPath | None = None,
    out: Path | str = "models",
    workers: int = 1,
    timed: bool = True,
    tracked: bool = True,
    progress: StageProgress | None = None,
) -> StudyPlan:
    """Say what a study will do before anything is fitted, by the checks that it begins with.

    Parameters
    ----------
    config : StudyConfig
    source : path-like, several, or DataFrame, optional
        The cohort in place of the config's.
    out : path-like
        Folder of all models, where the study would write.
    workers : int
        Processes that the study will have; its time depends on them, its result does not.
    timed : bool
        Measure how long a fit takes here, which costs a few seconds; without it parts are counted.
    tracked : bool
        False leaves out what concerns MLflow.
    progress : callable, optional
        Told stage, done and total.

    Returns
    -------
    StudyPlan
        People, events and parameters, sample size, what will be fitted how often and how long it
        will take, and all that can be found before.

    Raises
    ------
    ConfigError, InputError, StoreError
        As `run_study` before its first fit: with what to do next.

    Examples
    --------
    >>> import dataclasses, hiprisk
    >>> config = hiprisk.load_config("configs/stupar.yaml")  # doctest: +SKIP
    >>> plan = hiprisk.plan_study(config, workers=2)  # doctest: +SKIP
    >>> plan.n_people, plan.n_parameters  # doctest: +SKIP
    (674, 18)
    """
    began = time.process_time()
    checked = check_study(
        config, source=source, out=Path(out), workers=workers, tracked=tracked,
        progress=progress or (lambda stage, done, total: None),
    )  # fmt: skip
    reading = time.process_time() - began
    study, findings = checked.prepared, checked.findings
    work = planned_work(
        study,
        blocks_compared=_blocks_compared(study, findings),
        tracked=checked.tracking.enabled,
    )
    costs = measured_costs(study, work, reading=reading) if timed else {}
    n_rows = int((~np.isnan(study.data.outcome)).sum())
    n_people = n_people_with_outcome(study)
    holdout = study.selection.holdout
    return StudyPlan(
        name=config.name,
        title=config.title,
        kind=config.outcome.kind,
        summary=_summary(study, n_people, n_rows),
        provenance=study.cohort.provenance,
        flow=study.selection.flow,
        n_rows=n_rows,
        n_people=n_people,
        n_holdout=None if holdout is None else holdout.n_analysed,
        n_predictors=len(config.predictors),
        n_parameters=n_candidate_parameters(study),
        share_missing=float(np.isnan(study.data.columns).mean()),
        events=tuple(_events(study)),
        sample_size=planned_size(study),
        parts=tuple(_timed(one, costs, workers) for one in work),
        workers=workers,
        findings=findings,
    )


def _blocks_compared(study: PreparedStudy, findings: tuple[Finding, ...]) -> bool:
    refused = any(finding.code == "BLOCKS_NOT_COMPARED" for finding in findings)
    return compares_blocks(study.config) and not refused


def _timed(work: Work, costs: Costs, workers: int) -> PlannedPart:
    cost = seconds_of(work, costs, workers=workers)
    return PlannedPart(
        name=work.name,
        what=work.what,
        n_fits=work.n_fits,
        seconds_low=None if cost is None else cost.low,
        seconds_high=None if cost is None else cost.high,
    )


def _events(study: PreparedStudy) -> Iterator[PlannedEvent]:
    known = ~np.isnan(study.data.outcome)
    persons = study.data.groups[known]
    for label, happened in declared_events(study):
        n_with, n_without = (len(np.unique(persons[happened == side])) for side in (1.0, 0.0))
        yield PlannedEvent(label=label, n_with=n_with, n_without=n_without)


def _summary(study: PreparedStudy, n_people: int, n_rows: int) -> tuple[str, ...]:
    """The study in five lines."""
    config, outcome = study.config, study.config.outcome
    people = people_counted(n_people, n_rows)
    source = "simulated" if study.cohort.provenance == "simulated" else study.cohort.source_name
    return (
        config.title,
        f"Outcome: {outcome.label} ({outcome.kind}, {outcome.unit}) at "
        f"{outcome.horizon_months:g} months, in {outcome.population}.",
        f"Cohort: {people} with a known outcome ({source}).",
        f"Predictors: {len(config.predictors)} in {plural(len(config.blocks), 'block')} "
        f"({', '.join(config.blocks)}); confounders: {', '.join(config.confounders)}.",
        f"Model types: {', '.join(config.families.named())}; seed {config.seed}.",
    )
