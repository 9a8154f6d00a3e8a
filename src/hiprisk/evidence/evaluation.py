"""A finished study evaluated: from fit, resamples and people held out to one frozen evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.findings import Finding, by_severity
from hiprisk.config import StudyConfig
from hiprisk.errors import InputError
from hiprisk.evidence.attempts import ONE_COMPARISON, Attempts
from hiprisk.evidence.corrected import corrected_calibration, full_optimism
from hiprisk.evidence.document import Evidence, HoldoutResult
from hiprisk.evidence.early_findings import early_findings
from hiprisk.evidence.events import events_evidence
from hiprisk.evidence.finished import FinishedStudy, has_refits
from hiprisk.evidence.out_of_fold import out_of_fold_performance, out_of_fold_sample
from hiprisk.evidence.participants.characteristics import (
    all_characteristics,
    characteristics_by_outcome,
    characteristics_by_site,
    characteristics_of_held_out,
)
from hiprisk.evidence.parts import (
    added_part,
    association_part,
    comparisons_part,
    cross_validation_part,
    expected_part,
    metrics_of,
    sample_size_part,
    sites_part,
    stability_part,
    subgroups_part,
    truth_part,
)
from hiprisk.evidence.predictors.parts import (
    example_patient_part,
    importance_part,
    partial_effects_part,
)
from hiprisk.evidence.summary import summary_sentences
from hiprisk.inference.samplesize import SampleSizeFinding
from hiprisk.learning.foreign.converted_fit import ConvertedFit
from hiprisk.learning.model_choice import tuned_candidates
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.parallel import current_cluster
from hiprisk.sheet.document.ordinal import MAX_REFITTED
from hiprisk.sheet.format import OrdinalModel
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.reference import compare_with_reference
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import EvaluationSample

# The evidence is hashed, and the same study must have the same hash tomorrow.
DEPENDS_ON_TODAY = {"FUTURE_DATE"}
# People of a study up to which it is sent to other processes for single parts.
_MOST_SENT = 20_000
_OPTIMISM = "optimism of all metrics"


def evaluate(study: FinishedStudy) -> Evidence:
    """Gather the evidence of a finished study; its summary says the most important first.

    A part that cannot be computed of these people is None, and the evidence says why: the study has
    its model all the same.
    """
    tried = Attempts()
    for name, reason in study.chosen.left_out.items():
        tried.not_available[f"{ONE_COMPARISON}{name}"] = reason
    config = study.config
    tried.part("optimism", lambda: study.refits)
    if has_refits(study.estimator):
        tried.part("refits", lambda: study.refits)
    metrics = metrics_of(config.outcome.kind, study.chosen.name)
    sample = out_of_fold_sample(study)
    out_of_fold = out_of_fold_performance(study, sample)
    _compute_ahead(tried, study, sample, out_of_fold)
    evidence = _gathered(
        study,
        tried,
        sample_size=sample_size_part(study),
        metrics=metrics,
        sample=sample,
        out_of_fold=out_of_fold,
    )
    summary = summary_sentences(
        evidence,
        config.outcome.smallest_gain_worth_having,
        tuned=tuned_candidates(config),
        sheet=study.sheet,
    )
    return dataclasses.replace(evidence, summary=summary)


def _gathered(
    study: FinishedStudy,
    tried: Attempts,
    *,
    sample_size: SampleSizeFinding,
    metrics: tuple[Metric, ...],
    sample: EvaluationSample,
    out_of_fold: Performance,
) -> Evidence:
    """All parts but the summary, which is of them."""
    config = study.config
    return Evidence(
        **_described(study),
        summary=(),
        flow=study.prepared.selection.flow,
        table_one=all_characteristics(study),
        findings=_findings(
            study,
            sample_size,
            (*early_findings(study.prepared, published=True), *_refits_left_out(study)),
        ),
        families=study.chosen.candidates,
        apparent=_apparent(study, metrics),
        optimism=tried.needed(_OPTIMISM),
        calibration_corrected=tried.computed("calibration_corrected"),
        holdout=tried.part(
            "holdout", partial(_described_holdout, study, study.prepared.selection.holdout, metrics)
        ),
        cross_validation=tried.part("cross_validation", partial(cross_validation_part, study)),
        out_of_fold=out_of_fold,
        events=tried.computed("events"),
        sites=tried.part("sites", partial(sites_part, study)),
        subgroups=tried.part("subgroups", partial(subgroups_part, study, sample, out_of_fold)),
        sample_size=sample_size,
        stability=tried.part("stability", partial(stability_part, study)),
        added=tried.part("added", partial(added_part, study)),
        expected=tried.computed("expected"),
        association=tried.part("association", partial(association_part, study)),
        not_repeated=_not_repeated(config),
        labels=_labels(study.prepared.dictionary),
        tuning_loss=config.tuning.loss,
        comparisons=tried.part("comparisons", partial(comparisons_part, study)) or (),
        by_outcome=characteristics_by_outcome(study),
        by_site=characteristics_by_site(study),
        partial_effects=tried.part("partial_effects", partial(partial_effects_part, study)),
        importance=tried.part("importance", partial(importance_part, study)),
        example_patient=tried.part("example_patient", partial(example_patient_part, study)),
        simulated_truth=tried.computed("simulated_truth"),
        # Last: the parts above have left their reasons by now.
        not_available=tried.not_available,
    )


def _described(study: FinishedStudy) -> dict[str, Any]:
    """Names and sizes of a study."""
    config, data = study.config, study.data
    return {
        "name": config.name,
        "title": config.title,
        "kind": config.outcome.kind,
        "provenance": study.sheet.provenance,
        "outcome_unit": config.outcome.unit,
        "family": study.chosen.name,
        "n_analysed": int((~np.isnan(data.outcome)).sum()),
        "n_people": len(np.unique(data.groups[study.known])),
        "n_predictors": len(study.sheet.variables),
        "n_coefficients": _size(study.estimator),
    }


def _compute_ahead(
    tried: Attempts,
    study: FinishedStudy,
    sample: EvaluationSample,
    out_of_fold: Performance,
) -> None:
    """Spread the parts that have no pieces of their own over the study's processes."""
    prepared = study.prepared
    # Whoever computes a part is one process; what tells of progress stays here.
    alone = dataclasses.replace(
        study, prepared=dataclasses.replace(prepared, workers=1, progress=_tell_nobody)
    )
    # Sending many people, or anybody to another machine, takes longer than the parts.
    few = len(study.data.outcome) <= _MOST_SENT and current_cluster() is None
    tried.ahead(
        {
            "expected": partial(expected_part, alone),
            "events": partial(events_evidence, alone, sample, out_of_fold),
            _OPTIMISM: partial(full_optimism, alone),
            "calibration_corrected": partial(corrected_calibration, alone),
            "simulated_truth": partial(truth_part, alone),
        },
        workers=prepared.workers if few else 1,
    )


def _tell_nobody(stage: str, done: int, total: int) -> None:
    del stage, done, total


def _labels(dictionary: Dictionary) -> dict[str, str]:
    return {name: variable.label for name, variable in dictionary.stated.items()}


def _findings(
    study: FinishedStudy, size: SampleSizeFinding, early: Sequence[Finding] = ()
) -> tuple[Mapping[str, Any], ...]:
    """What the cohort's check and the start found, and whether the study is too small."""
    found = [one for one in study.prepared.cohort.findings if one.code not in DEPENDS_ON_TODAY]
    found += early
    too_small = size.finding()
    if too_small is not None:
        found.append(too_small)
    return tuple(one.summarised() for one in by_severity(found))


def _refits_left_out(study: FinishedStudy) -> Iterator[Finding]:
    """Said where a sheet holds fewer refits than were fitted: an ordinal model's are long."""
    model, fitted = study.sheet.model, study.bootstrap.coefficients
    if not isinstance(model, OrdinalModel) or fitted is None:
        return
    held = len(model.refits or ())
    if held < len(fitted):
        yield Finding(
            code="REFITS_LEFT_OUT",
            severity="note",
            column=study.config.outcome.variable,
            message=f"the sheet holds {held} of {len(fitted)} bootstrap models, as many as have "
            f"{MAX_REFITTED:,} coefficients together; intervals of the fit that the sheet gives "
            "are from these",
            advice="nothing is needed where 200 or more are held; else group rare values of the "
            "score",
        )


def _apparent(study: FinishedStudy, metrics: Sequence[Metric]) -> tuple[Estimate, ...]:
    known = study.known
    observed, groups = study.data.outcome[known], study.data.groups[known]
    return _metrics_alone(
        study.config, observed, study.apparent[known], groups, metrics=metrics, stream="apparent"
    ).metrics


def _metrics_alone(
    config: StudyConfig,
    observed: Floats,
    predicted: Floats,
    groups: Integers,
    *,
    metrics: Sequence[Metric],
    stream: str,
) -> Performance:
    """Metrics of predictions with percentile intervals, and nothing else."""
    return performance_of(
        EvaluationSample(
            kind=config.outcome.kind, observed=observed, predicted=predicted, groups=groups
        ),
        PerformanceSettings(
            n_resamples=config.validation.interval_resamples,
            seed=config.seed,
            stream=stream,
            percentiles=True,
            metrics=tuple(metrics),
        ),
    )


def _size(estimator: StudyEstimator) -> int:
    coefficients = getattr(estimator.fit_, "coefficients", None)
    if coefficients is not None:
        return len(coefficients)
    if isinstance(estimator.fit_, ConvertedFit):
        return estimator.fit_.n_leaves
    params = estimator.params
    return round(params["n_trees"]) * round(params["max_leaves"])


def _not_repeated(config: StudyConfig) -> tuple[str, ...]:
    said = ["the choice of the model type", "the positions of the spline knots"]
    if not config.validation.tune_inside:
        said.insert(0, "tuning (set `validation.tune_inside: true` to repeat it)")
    return tuple(said)


def _described_holdout(
    study: FinishedStudy, people: Participants | None, metrics: Sequence[Metric]
) -> HoldoutResult | None:
    found = _holdout(study, people, metrics)
    if found is None or people is None:
        return None
    return dataclasses.replace(found, characteristics=characteristics_of_held_out(study, people))


def _holdout(
    study: FinishedStudy, people: Participants | None, metrics: Sequence[Metric]
) -> HoldoutResult | None:
    config, settings = study.config, study.config.validation.holdout
    if people is None or settings is None:
        return None
    if not people.n_analysed:
        raise InputError("nobody who is held out has a known outcome", code="OUTCOME")
    predicted = study.estimator.predict(people.frame)
    evaluated = partial(_metrics_alone, config, metrics=metrics, stream="holdout")
    alone = HoldoutResult(
        label=f"{study.prepared.dictionary.label(settings.variable)}: {', '.join(settings.test)}",
        model=evaluated(people.outcome, predicted, people.groups),
        reference_name=config.validation.reference_prediction,
    )
    if alone.reference_name is None:
        return alone
    given = people.frame[alone.reference_name].to_numpy(dtype=np.float64)
    # Model and reference are compared on the same people, so only where both say something.
    both = ~np.isnan(given)
    if not both.any():
        return alone
    observed, groups = people.outcome[both], people.groups[both]
    return dataclasses.replace(
        alone,
        reference=evaluated(observed, given[both], groups),
        model_compared=None if both.all() else evaluated(observed, predicted[both], groups),
        reference_comparison=compare_with_reference(
            people.outcome,
            predicted,
            given,
            kind=config.outcome.kind,
            groups=people.groups,
            names=("model", study.prepared.dictionary.label(alone.reference_name)),
            n_resamples=config.validation.interval_resamples,
            seed=config.seed,
        ),
    )
