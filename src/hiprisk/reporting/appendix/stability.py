"""Section on the instability of predictions, calibration, classification and net benefit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.evidence.events import EventEvidence
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.stability import (
    draw_calibration_stability,
    draw_decision_curve_stability,
    draw_decision_stability,
    draw_mape,
    draw_prediction_stability,
)
from hiprisk.validation.internal.instability_results import DecisionStability, Stability
from hiprisk.wording.labels import unit_of_amount
from hiprisk.wording.quantities import number, percent, share_with_interval, with_interval

INSTABILITY = {
    "mape": "MAPE, mean over people",
    "mape_median": "MAPE, median over people",
    "mape_90th_percentile": "MAPE, 90th percentile over people",
    "mape_largest": "MAPE, largest",
    "interval_width_median": "width of the central 95 %, median over people",
    "interval_width_largest": "width of the central 95 %, largest",
}


def stability_section(evidence: Evidence) -> Section | None:
    """How far bootstrap models differ from the model."""
    if evidence.stability is None:
        return None
    return section_of_stability(
        evidence.stability,
        unit=unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "risk",
        provenance=evidence.provenance,
        # A binary outcome is an event itself: its decisions are those of the result.
        events=evidence.events.events
        if evidence.kind == "continuous" and evidence.events is not None
        else (),
    )


def section_of_stability(
    stability: Stability, *, unit: str, provenance: str, events: Sequence[EventEvidence] = ()
) -> Section:
    """The same of one result.

    Parameters
    ----------
    stability : Stability
    unit, provenance : str
    events : sequence of EventEvidence
        Whose decisions at threshold probabilities are drawn too.
    """
    return Section(
        anchor="stability",
        part=APPENDIX,
        title="Prediction instability",
        paragraphs=(
            f"The model was refitted on {stability.n_refits} bootstrap resamples of people. Each "
            "bootstrap model was evaluated on the development cohort.",
        ),
        tables=_stability_tables(stability),
        pictures=(
            *_stability_pictures(stability, unit=unit, provenance=provenance),
            *_decision_pictures(stability, unit=unit, provenance=provenance),
            *(
                picture
                for one in events
                for picture in _classification(
                    one.decisions,
                    unit="risk",
                    provenance=provenance,
                    name=one.out_of_fold.name,
                    label=one.out_of_fold.label,
                )
            ),
        ),
    )


def _stability_tables(stability: Stability) -> tuple[Table, ...]:
    figures = stability.predictions.to_dict()
    predictions = Table(
        head=("measure", "value"),
        rows=tuple((INSTABILITY[name], number(value)) for name, value in figures.items()),
        caption="Predictions: mean absolute difference between bootstrap models and model (MAPE), "
        "and width of the central 95 % of the bootstrap models' predictions",
    )
    calibration = Table(
        head=("index", "model (central 95 % of the bootstrap models)"),
        rows=tuple(
            (label_of(one.name), with_interval(one)) for one in stability.calibration.spread
        ),
        caption="Calibration of the bootstrap models in the development cohort",
    )
    decisions = (_decision_table(stability.decisions),) if stability.decisions else ()
    return (predictions, calibration, *decisions)


def _decision_table(decisions: Sequence[DecisionStability]) -> Table:
    return Table(
        head=("threshold prediction", "at or above the threshold",
              "reclassified by a bootstrap model", "reclassified by any",
              "reclassified by 10 % or more"),
        rows=tuple(
            (f"{one.threshold:g}", percent(one.share_acted_on),
             share_with_interval(one.share_flipped), percent(one.share_ever_flipped),
             percent(one.share_often_flipped))
            for one in decisions
        ),
        caption="Decisions: percentage of people (central 95 % of the bootstrap models)",
    )  # fmt: skip


def _stability_pictures(stability: Stability, *, unit: str, provenance: str) -> tuple[Picture, ...]:
    predictions, calibration = stability.predictions, stability.calibration
    figures = (
        (
            "stability.png",
            draw_prediction_stability(predictions, unit=unit, provenance=provenance),
            "Each prediction with the central 95 % of the bootstrap models' predictions",
        ),
        (
            "mape.png",
            draw_mape(predictions, unit=unit, provenance=provenance),
            "MAPE of each person by predicted level",
        ),
        (
            "calibration_stability.png",
            draw_calibration_stability(calibration, unit=unit, provenance=provenance),
            "Calibration curves of the bootstrap models and of the model",
        ),
    )
    return tuple(
        drawn(name=name, ax=ax, alt=f"{words}.", caption=f"{words}.") for name, ax, words in figures
    )


def _decision_pictures(stability: Stability, *, unit: str, provenance: str) -> Iterator[Picture]:
    """Who is classified otherwise by the bootstrap models, and what deciding by them is worth."""
    yield from _classification(stability.decisions, unit=unit, provenance=provenance)
    if stability.decision_curves is not None:
        words = "Net benefit of the bootstrap models and of the model, by threshold probability."
        yield drawn(
            name="decision_curve_stability.png",
            ax=draw_decision_curve_stability(stability.decision_curves, provenance=provenance),
            alt=words,
            caption=words,
        )


def _classification(
    decisions: tuple[DecisionStability, ...], *, unit: str, provenance: str,
    name: str = "", label: str = "",
) -> Iterator[Picture]:  # fmt: skip
    """Classification instability at declared thresholds; nothing where none is declared."""
    if not decisions:
        return
    of = f": {label}" if label else ""
    words = (
        "Percentage of the bootstrap models that put each person on the other side of a "
        f"threshold (dashed lines) than the model does, by predicted level{of}."
    )
    yield drawn(
        name=f"decision_stability{'_' * bool(name)}{name}.png",
        ax=draw_decision_stability(
            decisions, unit=unit, provenance=provenance, title=f"Classification instability{of}"
        ),
        alt=words,
        caption=words,
    )
