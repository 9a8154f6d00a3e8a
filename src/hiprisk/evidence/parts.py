"""The parts of the evidence beyond the model's own performance, each from a finished study."""

from __future__ import annotations

from functools import partial

import numpy as np

from hiprisk.errors import ConfigError, InputError
from hiprisk.evidence.declared_parts import compares_blocks, frame_of_groups
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.inference.association import AssociationTable, associate
from hiprisk.inference.increment import AddedValue, added_value
from hiprisk.inference.samplesize import SampleSizeFinding, assess_study, count_parameters
from hiprisk.inference.simulated_truth import SimulatedTruth, simulated_truth
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import metrics_for
from hiprisk.parallel import one_thread
from hiprisk.sheet.answers import evaluate
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.validation.candidates.comparison import compare_candidates
from hiprisk.validation.candidates.results import CandidateComparison
from hiprisk.validation.expected.computing import expected_performance
from hiprisk.validation.expected.results import ExpectedPerformance
from hiprisk.validation.internal.cross_validation import (
    CrossValidation,
    FoldSettings,
    cross_validate,
)
from hiprisk.validation.internal.instability import study_stability
from hiprisk.validation.internal.instability_results import Stability
from hiprisk.validation.internal.internal_external import internal_external
from hiprisk.validation.internal.internal_external_results import InternalExternal
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import OUTCOME, EvaluationSample
from hiprisk.validation.sites.minimum_size import MinimumSiteSize
from hiprisk.validation.subgroups.performance import subgroup_performance
from hiprisk.validation.subgroups.results import Subgroups


def sample_size_part(study: FinishedStudy) -> SampleSizeFinding:
    """Whether the study was large enough, by the people that it got; their rows are no people."""
    config, outcome = study.config, study.data.outcome[study.known]
    persons = np.unique(study.data.groups[study.known], return_inverse=True)[1]
    n_people = int(persons.max()) + 1
    # A person of two hips of which one has the event counts as half an event.
    means = np.bincount(persons, outcome) / np.bincount(persons)
    binary = config.outcome.kind == "binary"
    corrected = study.bootstrap.table.corrected()
    strength = corrected.get("nagelkerke_r2_as_is" if binary else "r2")
    return assess_study(
        config,
        n=n_people,
        n_rows=len(outcome),
        n_parameters=count_parameters(config, study.prepared.design),
        n_events=round(float(means.sum())) if binary else None,
        # The mean explains nothing, and has no R2 of its own.
        strength=0.0 if study.predicts_nothing else strength,
        mean=None if binary else float(outcome.mean()),
        sd=None if binary else float(outcome.std(ddof=1)),
    )


def stability_part(study: FinishedStudy) -> Stability | None:
    """Instability of the model across bootstrap models."""
    if study.predicts_nothing:
        return None
    outcome = study.config.outcome
    thresholds: tuple[float, ...] = outcome.thresholds
    if outcome.kind == "continuous":
        # On a score one acts where a state begins; probabilities of events are evaluated with them.
        thresholds = tuple(e.value for e in outcome.events if e.reference == "fixed")
    return study_stability(
        study.refits,
        study.data.outcome,
        apparent=study.apparent,
        kind=outcome.kind,
        thresholds=thresholds,
    )


def expected_part(study: FinishedStudy) -> ExpectedPerformance:
    """What the sheet expects of everybody at the first visit, whatever becomes of them.

    New cohorts are compared with it before anybody knows whose hip will be replaced.
    """
    frame = study.prepared.selection.first_visit
    usable = evaluate(
        SheetEvaluator(study.sheet), cohort_columns(study.sheet.variables, frame)
    ).usable
    return expected_performance(
        study.sheet,
        frame.loc[usable],
        thresholds=study.config.outcome.thresholds,
    )


def metrics_of(kind: str, family: str) -> tuple[Metric, ...]:
    """Metrics of a kind; those of a constant prediction that can be computed of one."""
    metrics = metrics_for(kind)
    if family != "mean":
        return metrics
    return tuple(metric for metric in metrics if "varying predictions" not in metric.needs)


def cross_validation_part(study: FinishedStudy) -> CrossValidation | None:
    """The whole procedure evaluated by repeated cross-validation."""
    repeats = study.config.validation.repeats
    if not repeats:
        return None
    return cross_validate(
        study.refit_procedure(),
        study.data.outcome,
        groups=study.data.fold_groups,
        metrics=metrics_of(study.config.outcome.kind, study.chosen.name),
        folding=FoldSettings(
            folds=study.config.tuning.folds, repeats=repeats, seed=study.config.seed
        ),
        workers=study.prepared.workers,
        progress=partial(study.prepared.progress, "cross-validation"),
    )


def sites_part(study: FinishedStudy) -> InternalExternal | None:
    """Each site evaluated by a fit without it; None where fewer than two sites are large enough."""
    settings = study.config.validation
    numbers = study.prepared.selection.development.sites
    # Of people held out, and of an unknown site, there is no site here.
    there = np.unique(numbers[numbers >= 0])
    if not settings.internal_external or len(there) < 2 or study.predicts_nothing:
        return None
    try:
        return internal_external(
            study.refit_procedure(),
            study.data.outcome,
            sites=np.where(numbers >= 0, np.searchsorted(there, numbers), -1),
            labels=[_site_label(number) for number in there],
            groups=study.data.groups,
            metrics=metrics_of(study.config.outcome.kind, study.chosen.name),
            smallest=MinimumSiteSize(people=settings.smallest_site),
            smallest_cell=study.config.subgroups.smallest_cell,
            workers=study.prepared.workers,
            progress=partial(study.prepared.progress, "site by site"),
        )
    except InputError as refusal:
        if refusal.code != "FEW_SITES":
            raise
        return None


def _site_label(number: int) -> str:
    # A hospital's name is not shown; the number is its place in order of first appearance.
    return f"site {number + 1}"


def subgroups_part(
    study: FinishedStudy, sample: EvaluationSample, performance: Performance
) -> Subgroups | None:
    """Out-of-fold performance by group; everybody's estimates are those of `performance`."""
    if study.predicts_nothing:
        return None
    return subgroup_performance(
        sample,
        frame_of_groups(study.prepared.selection.development, study.out_of_fold.rows),
        settings=study.config.subgroups,
        seed=study.config.seed,
        dictionary=study.prepared.dictionary,
        known=_by_event(performance),
        workers=study.prepared.workers,
        progress=partial(study.prepared.progress, "group by group"),
    )


def _by_event(performance: Performance) -> dict[tuple[str, str], Estimate]:
    """One number has one interval: estimates by event (empty for the outcome) and metric."""
    found = {("", one.name): one for one in performance.of_outcome()}
    # A binary outcome is its own event.
    found |= {(OUTCOME, name): one for (_, name), one in found.items()}
    for event in performance.events:
        found |= {(event.name, one.name): one for one in performance.of_event(event)}
    return found


def added_part(study: FinishedStudy) -> AddedValue | None:
    """What each block adds to the first."""
    if not compares_blocks(study.config):
        return None
    try:
        return added_value(
            study.config,
            study.prepared.dictionary,
            study.data,
            study.prepared.design,
            provenance=study.sheet.provenance,
            workers=study.prepared.workers,
            progress=study.prepared.progress,
            # The evidence goes out with the bundle.
            smallest_cell=study.config.subgroups.smallest_cell,
        )
    except ConfigError as refusal:
        # Said at the start (BLOCKS_NOT_COMPARED); the study has its model all the same.
        raise InputError(refusal.reason, code=refusal.code, advice=refusal.advice) from refusal


def truth_part(study: FinishedStudy) -> SimulatedTruth | None:
    """What the simulation knows of a study on simulated people."""
    try:
        with one_thread():
            return simulated_truth(study.config, study.prepared.dictionary)
    except ConfigError as refusal:
        raise InputError(refusal.reason, code=refusal.code, advice=refusal.advice) from refusal


def comparisons_part(study: FinishedStudy) -> tuple[CandidateComparison, ...]:
    """Each other candidate beside the model, in a study with candidates of its own."""
    return compare_candidates(
        study.prepared, study.chosen, study.estimator, study.folds, study.out_of_fold
    )


def association_part(study: FinishedStudy) -> AssociationTable | None:
    """The adjusted effect of the declared exposure."""
    if study.config.association is None:
        return None
    with one_thread():
        return associate(study.config, study.prepared.selection, provenance=study.sheet.provenance)
