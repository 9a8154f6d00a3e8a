"""Sections on events and clinical utility: decision curves, and every figure of each event."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.evidence.events import EventEvidence
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.metrics.clinical_utility.net_benefit import AVOIDED, NET_BENEFIT, STANDARDISED
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.calibration import draw_calibration_curve
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.utility import draw_decision_curve
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    number,
    people_or_rows,
    percent,
    share_with_interval,
    with_interval,
)


def utility_section(evidence: Evidence) -> Section | None:
    """A decision curve of each event, and net benefit at the declared thresholds."""
    if evidence.events is None:
        return None
    events = evidence.events.events
    evaluated = [one for one in events if one.out_of_fold.reason is None]
    return Section(
        anchor="utility",
        title="Clinical utility",
        paragraphs=(
            *(
                f"{capital(event.label)}: {event.n_events:.0f} of {event.n:.0f} "
                f"{_unit_of_count(evidence)}."
                + (f" Not evaluated: {event.reason}." if event.reason else "")
                for event in (one.out_of_fold for one in events)
            ),
            *_without_baseline(evidence),
            "Net benefit: true positives minus false positives, which are weighted by the odds of "
            "the threshold probability, per person. At a threshold the model is of use where its "
            "net benefit is above those of treat all and of treat none (0). The "
            f"decision curves are {_how_corrected(evidence)}.",
        ),
        tables=_net_benefit_tables(evaluated),
        pictures=tuple(
            picture for one in evaluated for picture in _decision_curve(one, evidence.provenance)
        ),
    )


def _without_baseline(evidence: Evidence) -> Iterator[str]:
    """Why an event has fewer people than the study."""
    if evidence.events is None or evidence.kind != "continuous":
        return
    events = evidence.events.events
    fewest = min((one.out_of_fold.n for one in events), default=evidence.n_analysed)
    if fewest < evidence.n_analysed:
        n_without = evidence.n_analysed - fewest
        yield (
            f"{n_without:.0f} people have no score at the first visit, so that their change is not "
            "known."
        )


def events_section(evidence: Evidence) -> Section | None:
    """Each event in full: performance of its predicted probability, utility, instability."""
    if evidence.events is None:
        return None
    evaluated = [one for one in evidence.events.events if one.out_of_fold.reason is None]
    return Section(
        anchor="events",
        title="Events in full",
        paragraphs=(
            "The predicted probability of an event comes from the same predictive distribution as "
            "the prediction intervals."
            if evidence.kind == "continuous"
            else "The outcome is the event.",
        ),
        tables=(
            *_event_tables(evaluated),
            *_utility_tables(evaluated),
            *_decision_tables(evaluated),
        ),
        pictures=tuple(
            picture for one in evaluated for picture in _event_calibration(one, evidence.provenance)
        ),
        part=APPENDIX,
    )


def _unit_of_count(evidence: Evidence) -> str:
    return people_or_rows(evidence.n_people, evidence.n_analysed)


def _net_benefit_tables(events: list[EventEvidence]) -> tuple[Table, ...]:
    """Net benefit at the declared thresholds beside treating everybody."""
    rows = []
    for one in events:
        curve = one.decision or one.out_of_fold.decision
        found = {e.name: e for e in one.utility(corrected=one.decision is not None)}
        for threshold in one.thresholds:
            benefit = found.get(NET_BENEFIT.at(threshold).name)
            avoided = found.get(AVOIDED.at(threshold).name)
            if curve is None or benefit is None:
                continue
            rows.append(
                (
                    one.out_of_fold.label,
                    percent(threshold, 0),
                    with_interval(benefit),
                    number(_treat_all(curve, threshold)),
                    NONE if avoided is None else with_interval(avoided, 1),
                )
            )
    if not rows:
        return ()
    return (
        Table(
            head=("event", "threshold probability", "net benefit (95 % CI)",
                  "net benefit of treat all",
                  "interventions avoided per 100 people, relative to treat all (95 % CI)"),
            rows=tuple(rows),
            caption="Net benefit at the declared thresholds",
        ),
    )  # fmt: skip


def _treat_all(curve: DecisionCurve, threshold: float) -> float:
    """Net benefit of treating everybody at a declared threshold, which every curve has."""
    return dict(zip(curve.thresholds, curve.act_on_all, strict=True))[threshold]


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


def _event_calibration(one: EventEvidence, provenance: str) -> tuple[Picture, ...]:
    if one.out_of_fold.calibration is None:
        return ()
    return (
        drawn(
            name=f"calibration_{one.out_of_fold.name}.png",
            ax=draw_calibration_curve(
                one.out_of_fold.calibration,
                provenance=provenance,
                title=f"Calibration: {one.out_of_fold.label}",
                estimates=one.out_of_fold.estimates,
            ),
            alt=f"Calibration curve, predicted probability of: {one.out_of_fold.label}.",
            caption=f"Calibration of the predicted probability of: {one.out_of_fold.label}.",
        ),
    )


def _decision_curve(one: EventEvidence, provenance: str) -> tuple[Picture, ...]:
    # Out of fold where too many refits were refused for a corrected one.
    curve = one.decision or one.out_of_fold.decision
    if curve is None:
        return ()
    how = "optimism-corrected" if one.decision is not None else "out-of-fold"
    return (
        drawn(
            name=f"net_benefit_{one.out_of_fold.name}.png",
            ax=draw_decision_curve(curve, provenance=provenance, declared=one.thresholds),
            alt=f"Net benefit by threshold probability: {one.out_of_fold.label}.",
            caption=f"Decision curve, {how}, with pointwise 95 % CI: {one.out_of_fold.label}. "
            "Marks: the declared thresholds.",
        ),
    )
