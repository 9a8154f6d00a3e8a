"""A study's result in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable

from hiprisk.bootstrap import FEW_RESAMPLES, few_resamples
from hiprisk.config import SmallestGain
from hiprisk.evidence.document import Evidence
from hiprisk.inference.association.sentences import MEASURE_LABELS, MODEL_LABELS
from hiprisk.metrics.registry import label_of, moves_with_prevalence
from hiprisk.wording.disclaimers import model_warnings


def summary_sentences(evidence: Evidence, smallest_gain: SmallestGain) -> tuple[str, ...]:
    """The most important first; simulated data and an honest null are said plainly."""
    return tuple(_sentences(evidence, smallest_gain))


def _sentences(evidence: Evidence, smallest_gain: SmallestGain) -> Iterable[str]:
    yield from model_warnings(evidence.provenance)
    yield from _copies(evidence)
    yield from _few_resamples(evidence)
    if evidence.family == "mean":
        yield (
            "No candidate predicted better than giving everybody the mean: the predictors add "
            "nothing here."
        )
        return
    yield _gain(evidence, smallest_gain)
    corrected = evidence.optimism.corrected()
    if evidence.kind == "continuous":
        yield (
            f"Predictions are off by {corrected['mae']:.1f} {evidence.outcome_unit} on average "
            f"(root mean square {corrected['rmse']:.1f})."
        )
    slope = corrected["calibration_slope"]
    if not 0.9 <= slope <= 1.1:
        spread = "spread too wide" if slope < 1 else "are drawn too much to the middle"
        yield f"The calibration slope is {slope:.2f}: predictions {spread}."
    yield f"Sample size: {evidence.sample_size.sentence}"
    if evidence.added is not None:
        yield from (one.sentence for one in evidence.added.additions)
    yield from _association(evidence)
    yield from _stability(evidence)
    yield from _groups(evidence)


def _copies(evidence: Evidence) -> Iterable[str]:
    for found in evidence.findings:
        if found["code"] == "COPIED_ROWS":
            count = "some" if found["count"] is None else f"{found['count']:,}"
            yield (
                f"CAUTION: {count} rows of the file repeat an earlier row in everything. Unless "
                "they are different people, every interval here is too narrow: remove the copies."
            )


def _few_resamples(evidence: Evidence) -> Iterable[str]:
    n = evidence.optimism.n_resamples
    if few_resamples(n):
        yield (
            f"CAUTION: only {n} resamples. The ends of their intervals are about the extremes of "
            f"so few, and verdicts may change: set validation.resamples to {FEW_RESAMPLES} or more."
        )


def _association(evidence: Evidence) -> Iterable[str]:
    table = evidence.association
    if table is None:
        return
    row = table.rows[-1] if table.strata is None else table.row(table.rows[-1].model)
    effect = row.estimate
    yield (
        f"{table.exposure}, {MODEL_LABELS[row.model]}: {MEASURE_LABELS[row.measure]} "
        f"{effect.value:.2f} (95 % interval {effect.low:.2f} to {effect.high:.2f}); an "
        "association, not proof of an effect."
    )


def _stability(evidence: Evidence) -> Iterable[str]:
    if evidence.stability is None:
        return
    unit = evidence.outcome_unit if evidence.kind == "continuous" else "of risk"
    digits = 1 if evidence.kind == "continuous" else 3
    mape = evidence.stability.predictions.mape
    yield (
        "Had other people been in the study, a person's prediction would differ by "
        f"{mape:.{digits}f} {unit} on average."
    )


def _groups(evidence: Evidence) -> Iterable[str]:
    groups = evidence.subgroups
    if groups is None:
        return
    differing = [row for row in groups.heterogeneity if row.p_adjusted < 1.0 - groups.level]
    for row in differing:
        # How often an event comes moves its other figures without any fault of the model.
        if row.event and moves_with_prevalence(row.metric):
            continue
        metric = label_of(row.metric, event=row.event.replace("_", " "))
        by = groups.label_of_grouping(row.grouping)
        yield f"Performance differs between groups: {metric} by {by}; see groups of people."


def _gain(evidence: Evidence, smallest_gain: SmallestGain) -> str:
    main = "r2" if evidence.kind == "continuous" else "scaled_brier"
    word = f"the {label_of(main)}"
    value = evidence.optimism.corrected()[main]
    if smallest_gain.metric == main and value < smallest_gain.value:
        return (
            f"The model adds nothing worth having: corrected for optimism {word} is {value:.3f}, "
            f"and the study declared {smallest_gain.value:g} the smallest gain worth having."
        )
    saved = next(family.gain_over_mean for family in evidence.families if family.chosen)
    return (
        f"Chosen: {evidence.family}. Corrected for optimism {word} is {value:.3f}; cross-validated "
        f"loss is {100 * saved:.1f} % below that of the mean."
    )
