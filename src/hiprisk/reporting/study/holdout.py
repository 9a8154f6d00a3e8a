"""The section on participants who were held out."""

from __future__ import annotations

from hiprisk.evidence.document import Evidence, HoldoutResult
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import Picture, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.murphy import draw_murphy_diagram
from hiprisk.reporting.study.characteristics import characteristics_table
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import with_interval


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
            *_characteristics(held),
        ),
        pictures=_murphy_pictures(evidence, held),
    )


def _characteristics(held: HoldoutResult) -> tuple[Table, ...]:
    if held.characteristics is None:
        return ()
    caption = "Characteristics in development and held out, where the outcome is known"
    return (characteristics_table(held.characteristics, caption=caption, missing=False),)


def _murphy_pictures(evidence: Evidence, held: HoldoutResult) -> tuple[Picture, ...]:
    """The model and the reference prediction by every score at once."""
    if held.reference_comparison is None:
        return ()
    diagram = held.reference_comparison.murphy_diagram
    unit = unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "risk"
    diagram_axes = draw_murphy_diagram(diagram, unit=unit, provenance=evidence.provenance)
    return (
        drawn(
            name="murphy_diagram.png",
            ax=diagram_axes,
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
