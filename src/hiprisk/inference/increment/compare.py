"""What a block of predictors adds (low back pain, hip motion), and whether that is worth having.

Unpenalised regressions with the study's declared splines, nested and fitted together on common
resamples of persons with common imputations: the difference between two models is then a difference
between the same people, and its interval is paired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from hiprisk.arrays import Integers
from hiprisk.bootstrap import too_many_refused
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.findings import Finding, copied_row_counts
from hiprisk.config import StudyConfig
from hiprisk.errors import InputError
from hiprisk.features.design import Design, plan_design
from hiprisk.features.rare_levels import RareLevel, rare_levels
from hiprisk.inference.increment.block_tests import fit_unpenalised, function_names
from hiprisk.inference.increment.comparison import Comparison, resolved_comparison
from hiprisk.inference.increment.conclusion import FittedComparison, addition_of, counts_of
from hiprisk.inference.increment.losses import declared_measure
from hiprisk.inference.increment.nested_models import NestedFit
from hiprisk.inference.increment.preparation import prepare_comparison
from hiprisk.inference.increment.resampled import (
    ComparisonProcedure,
    Evaluated,
    ImputedData,
    ModelValues,
)
from hiprisk.inference.increment.results import AddedValue
from hiprisk.inference.increment.sentences import (
    early_notes,
    models_in_words,
    not_estimable_in_words,
    notes_in_words,
)
from hiprisk.learning.candidates import DevelopmentData, development_data
from hiprisk.learning.logistic.separation import SeparationError, what_separates
from hiprisk.learning.participants.flow import outcome_remarks
from hiprisk.learning.study_cohort import select_study_participants, study_warnings, with_source
from hiprisk.parallel import StageProgress, one_thread, run_parallel
from hiprisk.validation.resampling.refits import refusals_in_words
from hiprisk.validation.resampling.resamples import draw_resamples
from hiprisk.wording.disclaimers import copied_rows_caution
from hiprisk.wording.labels import blocks_in_words, capital, column_label


def _say_nothing(sentence: str) -> None:
    del sentence


def run_compare(
    config: StudyConfig,
    *,
    source: CohortPath | None = None,
    comparison: Comparison | None = None,
    workers: int = 1,
    progress: StageProgress | None = None,
    announce: Callable[[str], None] = _say_nothing,
    on_finding: Callable[[Finding], None] | None = None,
) -> AddedValue:
    """Load a study's participants and say what blocks add.

    Parameters
    ----------
    config : StudyConfig
    source : path-like, several, or DataFrame, optional
        The cohort in place of the config's.
    comparison : Comparison, optional
        By default all blocks are added to ``core``.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told stage, done and total.
    announce : callable, optional
        Told what is known before anything is resampled: redundant blocks and rare levels.
    on_finding : callable, optional
        Told what looks wrong in the file and is used as it is.

    Raises
    ------
    ConfigError, InputError, StoreError
        With what to do next.
    """
    config = with_source(config, source)
    chosen = resolved_comparison(config, comparison)
    cohort, selection = select_study_participants(config, source)
    if on_finding is not None:
        for finding in study_warnings(cohort, config):
            on_finding(finding)
    people, dictionary = selection.development, selection.dictionary
    design = plan_design(config.predictors, dictionary, people.frame)
    found = added_value(
        config,
        dictionary,
        development_data(people, design, config, dictionary),
        design,
        comparison=chosen,
        provenance=cohort.provenance,
        workers=workers,
        progress=progress,
        announce=announce,
    )
    remarks = (f"{capital(remark)}." for remark in outcome_remarks(selection.flow))
    cautions = map(copied_rows_caution, copied_row_counts(cohort.findings))
    return replace(
        found,
        notes=(*cautions, *remarks, *found.notes),
        cohort_fingerprint=cohort.fingerprint,
    )


def added_value(
    config: StudyConfig,
    dictionary: Dictionary,
    data: DevelopmentData,
    design: Design,
    *,
    comparison: Comparison | None = None,
    provenance: str = "real",
    workers: int = 1,
    progress: StageProgress | None = None,
    announce: Callable[[str], None] = _say_nothing,
    smallest_cell: int = 1,
) -> AddedValue:
    """What blocks of predictors add to a base.

    Parameters
    ----------
    config : StudyConfig
        Its blocks, its minimum important gain and its measurement errors are used.
    dictionary : Dictionary
    data : LearningData
        Of all predictors of the config.
    design : Design
        Likewise: what is not compared still informs the imputation.
    comparison : Comparison, optional
        By default all blocks are added to ``core``.
    provenance : str
        ``simulated`` where people are simulated.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told stage, done and total.
    announce : callable, optional
        Told what is known before anything is resampled: redundant blocks and rare levels.
    smallest_cell : int
        Counts of people below are not shown, in notes and refusals: what is published needs it.

    Returns
    -------
    AddedValue

    Raises
    ------
    ConfigError
        If a block is unknown or adds nothing new, or the declared gain cannot be measured.
    InputError
        If the models cannot be fitted, or not on too many of the resamples.
    """
    chosen = resolved_comparison(config, comparison)
    with one_thread():
        procedure, imputed, added = prepare_comparison(config, dictionary, data, design, chosen)
        labels = design.labels(dictionary)
        rare = _rare_levels(config, dictionary, data, design)
        early = early_notes(
            procedure.models,
            [blocks_in_words(blocks, config.block_labels) for blocks in added],
            rare,
            labels,
            smallest_cell=smallest_cell,
        )
        for sentence in early:
            announce(sentence)
        fit, apparent = _whole_sample(procedure, imputed, labels, smallest_cell)
        # Refits begin at the answer of the whole sample; few steps of Newton are left.
        procedure = replace(procedure, start=fit.coefficients)
        unpenalised = fit_unpenalised(
            procedure.models, imputed.bases, procedure.evaluation.observed
        )
        error_free = None if procedure.error_free is None else procedure.error_free.apparent()
    usable = _on_resamples(
        procedure,
        data.groups,
        _n_resamples(config, chosen),
        seed=config.seed,
        workers=workers,
        progress=progress,
    )
    results = FittedComparison(procedure, unpenalised, fit, apparent, error_free, usable)
    return _concluded(
        config,
        chosen,
        results,
        added,
        labels=labels,
        early=early,
        n_imputations=len(imputed.bases),
        provenance=provenance,
    )


def _n_resamples(config: StudyConfig, chosen: Comparison) -> int:
    return chosen.n_resamples or config.validation.resamples


def _concluded(
    config: StudyConfig,
    chosen: Comparison,
    results: FittedComparison,
    added: Sequence[tuple[str, ...]],
    *,
    labels: Mapping[str, str],
    early: Sequence[str],
    n_imputations: int,
    provenance: str,
) -> AddedValue:
    """What each addition gains, with how it was found."""
    procedure, n_usable = results.procedure, len(results.evaluated)
    not_estimable = _not_estimable(procedure, results.evaluated)
    metric = config.outcome.smallest_gain_worth_having
    return AddedValue(
        study=config.name,
        kind=config.outcome.kind,
        provenance=provenance,
        outcome_label=config.outcome.label,
        outcome_unit=config.outcome.unit,
        n_analysed=len(procedure.evaluation.observed),
        n_people=counts_of(procedure)[0],
        base=chosen.base,
        base_label=blocks_in_words(chosen.base, config.block_labels),
        metric=metric.metric,
        metric_label=declared_measure(procedure.evaluation.measures, metric.metric).label,
        smallest_gain=metric.value,
        models=models_in_words(procedure.models, labels),
        method=chosen.method,
        n_imputations=n_imputations,
        n_resamples=n_usable,
        n_refused=_n_resamples(config, chosen) - n_usable,
        additions=tuple(
            addition_of(config, results, blocks, number)
            for number, blocks in enumerate(added, start=1)
        ),
        notes=(
            *notes_in_words(config, procedure, chosen.method, n_imputations, labels),
            *early,
            *not_estimable_in_words(not_estimable, n_usable, labels),
        ),
        not_estimable=not_estimable,
    )


def _on_resamples(
    procedure: ComparisonProcedure,
    groups: Integers,
    n_resamples: int,
    *,
    seed: int,
    workers: int,
    progress: StageProgress | None,
) -> list[Evaluated]:
    """The comparison on each resample of persons that allows one."""
    evaluated = run_parallel(
        procedure,
        draw_resamples(groups, n_resamples=n_resamples, seed=seed),
        workers=workers,
        progress=None if progress is None else partial(progress, "what blocks add"),
    )
    # Refused resamples are counted and said; too many of them are no interval at all.
    _check_refused([one for one in evaluated if isinstance(one, str)], n_resamples)
    return [one for one in evaluated if isinstance(one, Evaluated)]


def _whole_sample(
    procedure: ComparisonProcedure,
    imputed: ImputedData,
    labels: Mapping[str, str],
    smallest_cell: int,
) -> tuple[NestedFit, ModelValues]:
    """The fit to the whole sample; a refusal for separation names what separates."""
    try:
        return procedure.apparent(imputed)
    except SeparationError as refusal:
        readable = [column_label(name, labels) for name in function_names(procedure.models)]
        # Numbered within its model, so that columns are named by level or not at all.
        what = what_separates(
            imputed.bases[0],
            procedure.evaluation.observed,
            readable,
            (),
            smallest_cell=smallest_cell,
        )
        raise SeparationError(what, columns=refusal.columns) from refusal


def _rare_levels(
    config: StudyConfig, dictionary: Dictionary, data: DevelopmentData, design: Design
) -> tuple[RareLevel, ...]:
    known = ~np.isnan(data.outcome)
    events = data.outcome[known] if config.outcome.kind == "binary" else None
    columns, persons = data.columns[known], data.groups[known]
    return rare_levels(design, dictionary, columns, persons, events=events)


def _not_estimable(
    procedure: ComparisonProcedure, usable: Sequence[Evaluated]
) -> tuple[tuple[str, int], ...]:
    """Functions left out of some resamples, with the number of these."""
    counted = Counter(place for one in usable for place in one.left_out)
    names = function_names(procedure.models)
    return tuple((names[place], counted[place]) for place in sorted(counted))


def _check_refused(reasons: Sequence[str], n_resamples: int) -> None:
    if too_many_refused(len(reasons), n_resamples):
        raise InputError(
            f"the models could not be fitted on {len(reasons)} of {n_resamples} resamples"
            f"{refusals_in_words(reasons)}",
            code="DEGENERATE",
            advice="add fewer predictors, or take out a level that few people have",
        )
