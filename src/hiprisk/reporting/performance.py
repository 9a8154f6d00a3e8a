"""Sections on performance: calibration, events, clinical utility, held-out participants."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.evidence.document import Evidence, HoldoutResult
from hiprisk.evidence.events import EventEvidence
from hiprisk.metrics.clinical_utility.net_benefit import AVOIDED, NET_BENEFIT, STANDARDISED
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.calibration import draw_calibration_curve
from hiprisk.reporting.plots.distribution import (
    draw_coverage,
    draw_pit,
    draw_predicted_observed,
)
from hiprisk.reporting.plots.murphy import draw_murphy_diagram
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.plots.utility import draw_decision_curve
from hiprisk.validation.performance.results import Performance
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import (
    NONE,
    interval,
    number,
    people_or_rows,
    percent,
    share_with_interval,
    with_interval,
)


def calibration_section(evidence: Evidence) -> Section | None:
    """Calibration and the predictive distribution of out-of-fold predictions."""
    out_of_fold = evidence.out_of_fold
    if not out_of_fold.curves:
        return None
    return Section(
        anchor="calibration",
        title="Calibration and prediction intervals (out-of-fold)",
        paragraphs=(
            f"Out-of-fold predictions of {out_of_fold.n} {_unit_of_count(evidence)}: each person "
            "is predicted by a model that was fitted without that person.",
        ),
        tables=_out_of_fold_tables(evidence),
        pictures=(
            *calibration_pictures(
                out_of_fold.curves, unit=_unit(evidence), provenance=evidence.provenance
            ),
            *_distribution_pictures(evidence),
        ),
    )


def _unit_of_count(evidence: Evidence) -> str:
    return people_or_rows(evidence.n_people, evidence.n_analysed)


def _unit(evidence: Evidence) -> str:
    return unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "risk"


def calibration_pictures(
    curves: Sequence[CalibrationCurve], *, unit: str, provenance: str
) -> list[Picture]:
    """A picture of each calibration curve.

    Parameters
    ----------
    curves : sequence of CalibrationCurve
    unit, provenance : str
    """
    return [
        Picture(
            name=f"calibration_{curve.smoother}.png",
            png=as_png(
                draw_calibration_curve(
                    curve,
                    unit=unit,
                    provenance=provenance,
                    title=f"Calibration ({curve.smoother})",
                )
            ),
            alt="Observed outcome as a smooth function of the prediction, with pointwise 95 % CI "
            "and the ideal line.",
            caption=f"Calibration curve ({curve.smoother}): ICI {number(curve.errors.ici, 2)}, E50 "
            f"{number(curve.errors.e50, 2)}, E90 {number(curve.errors.e90, 2)}, Emax "
            f"{number(curve.errors.emax, 2)}.",
        )
        for curve in curves
    ]


def _distribution_pictures(evidence: Evidence) -> list[Picture]:
    """The predictive distribution beside what was observed, as far as there is one."""
    out_of_fold, unit, provenance = evidence.out_of_fold, _unit(evidence), evidence.provenance
    pictures = []
    if out_of_fold.scatter is not None:
        pictures.append(
            Picture(
                name="predicted_observed.png",
                png=as_png(
                    draw_predicted_observed(out_of_fold.scatter, unit=unit, provenance=provenance)
                ),
                alt="Counts of people by predicted and observed outcome, with the mean observed "
                "outcome and the prediction intervals.",
                caption="Observed against predicted outcome (counts of people).",
            )
        )
    if out_of_fold.coverage is not None:
        pictures.append(
            Picture(
                name="coverage.png",
                png=as_png(draw_coverage(out_of_fold.coverage, unit=unit, provenance=provenance)),
                alt="Percentage of people inside their prediction intervals, by predicted level.",
                caption="Coverage of the prediction intervals by predicted level.",
            )
        )
    if out_of_fold.pit is not None:
        pictures.append(
            Picture(
                name="pit.png",
                png=as_png(draw_pit(out_of_fold.pit, provenance=provenance)),
                alt="PIT histogram; it is flat where the predictive distributions are calibrated.",
                caption="PIT histogram; flat if the predictive distributions are calibrated.",
            )
        )
    return pictures


def _out_of_fold_tables(evidence: Evidence) -> tuple[Table, ...]:
    out_of_fold = evidence.out_of_fold
    head = ("metric", "value", "95 % CI")
    tables = [Table(head=head, rows=metric_rows(out_of_fold.predictions), caption="Predictions")]
    if out_of_fold.distribution:
        tables.append(
            Table(
                head=head,
                rows=metric_rows(out_of_fold.forecast),
                caption="Predictive distribution; floor and ceiling proportions",
            )
        )
    return (*tables, *_decomposition_tables(out_of_fold))


def _decomposition_tables(out_of_fold: Performance) -> tuple[Table, ...]:
    """Scores as miscalibration - discrimination + uncertainty."""
    if not out_of_fold.decompositions:
        return ()
    return (
        Table(
            head=("score", "value", "miscalibration", "discrimination", "uncertainty"),
            rows=tuple(
                (label_of(name), *(number(part) for part in found.to_dict().values()))
                for name, found in out_of_fold.decompositions.items()
            ),
            caption="Scores in their parts, by isotonic recalibration of the same people: score = "
            "miscalibration - discrimination + uncertainty. Recalibration follows the noise of "
            "its people: miscalibration above 0 is no evidence of miscalibration",
            folded=True,
        ),
    )


def metric_rows(estimates: Sequence[Estimate]) -> tuple[tuple[str, ...], ...]:
    """Metrics with their intervals, as rows of a table."""
    return tuple((label_of(e.name), number(e.value), interval(e.low, e.high)) for e in estimates)


def events_section(evidence: Evidence) -> Section | None:
    """Each event: performance of its predicted probability, clinical utility, stability."""
    if evidence.events is None:
        return None
    events = evidence.events.events
    evaluated = [one for one in events if one.out_of_fold.reason is None]
    return Section(
        anchor="events",
        title="Events and clinical utility (net benefit)",
        paragraphs=(
            "The predicted probability of an event comes from the same predictive distribution as "
            "the prediction intervals."
            if evidence.kind == "continuous"
            else "The outcome is the event.",
            *(
                f"{capital(event.label)}: {event.n_events:.0f} of {event.n:.0f} "
                f"{_unit_of_count(evidence)}."
                + (f" Not evaluated: {event.reason}." if event.reason else "")
                for event in (one.out_of_fold for one in events)
            ),
            "Net benefit weighs a false positive by the odds of the threshold probability. The "
            f"decision curves are {_how_corrected(evidence)}.",
        ),
        tables=(
            *_event_tables(evaluated),
            *_utility_tables(evaluated),
            *_decision_tables(evaluated),
        ),
        pictures=tuple(
            picture for one in evaluated for picture in _event_pictures(one, evidence.provenance)
        ),
    )


def _how_corrected(evidence: Evidence) -> str:
    """Of which predictions the decision curves are."""
    return (
        "of out-of-fold predictions"
        if "optimism" in evidence.not_available
        else ("optimism-corrected")
    )


def _event_tables(events: list[EventEvidence]) -> tuple[Table, ...]:
    """Every metric of every event, events side by side."""
    if not events:
        return ()
    by_event = [{e.name: e for e in one.out_of_fold.estimates} for one in events]
    return (
        Table(
            head=("metric", *(one.out_of_fold.label for one in events)),
            rows=tuple(
                (
                    label_of(name),
                    *(with_interval(found[name]) if name in found else NONE for found in by_event),
                )
                for name in dict.fromkeys(name for found in by_event for name in found)
            ),
            caption="Predicted probabilities, out-of-fold (95 % CI)",
        ),
        *_corrected_event_tables(events),
    )


def _corrected_event_tables(events: list[EventEvidence]) -> tuple[Table, ...]:
    """Optimism-corrected performance of the model's own probabilities, events side by side."""
    tables = [one.optimism for one in events if one.optimism is not None]
    if not tables:
        return ()
    labels = tuple(one.out_of_fold.label for one in events if one.optimism is not None)
    by_event = [{e.name: e for e in table.estimates()} for table in tables]
    return (
        Table(
            head=("metric", *labels),
            rows=tuple(
                (
                    label_of(name),
                    *(with_interval(found[name]) if name in found else NONE for found in by_event),
                )
                for name in dict.fromkeys(name for found in by_event for name in found)
            ),
            caption="Predicted probabilities, optimism-corrected (95 % CI)",
        ),
    )


# With digits after the point.
UTILITY = ((NET_BENEFIT, 3), (STANDARDISED, 2), (AVOIDED, 1))


def _utility_tables(events: list[EventEvidence]) -> tuple[Table, ...]:
    """Clinical utility at the declared thresholds, out-of-fold and optimism-corrected."""
    rows = []
    for one in events:
        out_of_fold, corrected = (
            {e.name: e for e in one.utility(corrected=which)} for which in (False, True)
        )
        for threshold in one.thresholds:
            for metric, digits in UTILITY:
                name = metric.at(threshold).name
                if name in out_of_fold:
                    cells = (
                        with_interval(found[name], digits) if name in found else NONE
                        for found in (out_of_fold, corrected)
                    )  # fmt: skip
                    rows.append(
                        (one.out_of_fold.label, percent(threshold, 0), metric.label, *cells)
                    )
    if not rows:
        return ()
    return (
        Table(
            head=("event", "threshold probability", "measure",
                  "out-of-fold (95 % CI)", "optimism-corrected (95 % CI)"),
            rows=tuple(rows),
            caption="Clinical utility at the declared thresholds; interventions avoided are "
            "relative to treat all",
        ),
    )  # fmt: skip


def _decision_tables(events: list[EventEvidence]) -> tuple[Table, ...]:
    rows = tuple(
        (
            one.out_of_fold.label,
            percent(decision.threshold, 0),
            percent(decision.share_acted_on),
            share_with_interval(decision.share_flipped),
            percent(decision.share_ever_flipped),
            percent(decision.share_often_flipped),
        )
        for one in events
        for decision in one.decisions
    )
    if not rows:
        return ()
    return (
        Table(
            head=("event", "threshold probability", "at or above the threshold",
                  "reclassified by a bootstrap model", "reclassified by any",
                  "reclassified by 10 % or more"),
            rows=rows,
            caption="Decision instability at the declared thresholds: percentage of people "
            "(central 95 % of the bootstrap models)",
        ),
    )  # fmt: skip


def _event_pictures(one: EventEvidence, provenance: str) -> list[Picture]:
    pictures = []
    name = one.out_of_fold.name
    if one.out_of_fold.calibration is not None:
        pictures.append(
            Picture(
                name=f"calibration_{name}.png",
                png=as_png(
                    draw_calibration_curve(
                        one.out_of_fold.calibration,
                        provenance=provenance,
                        title=f"Calibration: {one.out_of_fold.label}",
                    )
                ),
                alt=f"Calibration curve, predicted probability of: {one.out_of_fold.label}.",
                caption=f"Calibration of the predicted probability of: {one.out_of_fold.label}.",
            )
        )
    # Out of fold where too many refits were refused for a corrected one.
    curve = one.decision or one.out_of_fold.decision
    if curve is not None:
        how = "optimism-corrected" if one.decision is not None else "out-of-fold"
        pictures.append(
            Picture(
                name=f"net_benefit_{name}.png",
                png=as_png(draw_decision_curve(curve, provenance=provenance)),
                alt=f"Net benefit by threshold probability: {one.out_of_fold.label}.",
                caption=f"Decision curve, {how}, with pointwise 95 % CI: {one.out_of_fold.label}.",
            )
        )
    return pictures


def holdout_section(evidence: Evidence) -> Section | None:
    """Held-out participants, beside a reference prediction where the config names one."""
    held = evidence.holdout
    if held is None:
        return None
    head, others = ["metric", "model (95 % CI)"], []
    reference_label = evidence.label(held.reference_name or "")
    if held.model_compared is not None:
        head.append(f"model, n = {held.model_compared.n} (95 % CI)")
        others.append({one.name: one for one in held.model_compared.metrics})
    if held.reference is not None:
        head.append(f"{reference_label} (95 % CI)")
        others.append({one.name: one for one in held.reference.metrics})
    compared = held.comparison(reference_label)
    return Section(
        anchor="holdout",
        title="Held-out participants",
        paragraphs=(
            f"{capital(held.label)}; n = {held.model.n}. They were not used for fitting or tuning.",
            *([compared] if compared else []),
            *([held.reference_comparison.sentence()] if held.reference_comparison else []),
        ),
        tables=(
            Table(
                head=tuple(head),
                rows=tuple(_held_row(estimate, others) for estimate in held.model.metrics),
            ),
        ),
        pictures=_murphy_pictures(evidence, held),
    )


def _murphy_pictures(evidence: Evidence, held: HoldoutResult) -> tuple[Picture, ...]:
    """The model and the reference prediction by every score at once."""
    if held.reference_comparison is None:
        return ()
    diagram = held.reference_comparison.murphy_diagram
    drawn = draw_murphy_diagram(diagram, unit=_unit(evidence), provenance=evidence.provenance)
    return (
        Picture(
            name="murphy_diagram.png",
            png=as_png(drawn),
            alt="Mean elementary scores of the model and of the reference prediction by threshold, "
            "and their difference with its pointwise 95 % CI.",
            caption="Murphy diagram. Every score that is consistent for the mean is a mixture of "
            "elementary scores: a model that is lower everywhere is better by all of them.",
        ),
    )


def _held_row(estimate: Estimate, others: list[dict[str, Estimate]]) -> tuple[str, ...]:
    beside = (other.get(estimate.name) for other in others)
    cells = ("" if one is None else with_interval(one) for one in beside)
    return (label_of(estimate.name), with_interval(estimate), *cells)
