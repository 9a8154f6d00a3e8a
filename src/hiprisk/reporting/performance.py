"""The sections of a report that say how good the model is."""

from __future__ import annotations

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.study import draw_calibration
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.wording import NONE, interval, number, with_interval


def performance_section(evidence: Evidence) -> Section:
    """Apparent values, optimism, and what is left."""
    apparent = {estimate.name: estimate for estimate in evidence.apparent}
    rows = []
    for row in evidence.optimism.rows:
        estimate = apparent.get(row.metric)
        rows.append(
            (
                row.metric,
                number(row.apparent),
                interval(estimate.low, estimate.high) if estimate else NONE,
                f"{row.optimism:+.3f}",
                number(row.corrected),
            )
        )
    return Section(
        anchor="performance",
        title="How good the model is",
        paragraphs=(
            f"The whole procedure was repeated on {evidence.optimism.n_resamples} bootstrap "
            "resamples of people; its optimism is taken off the apparent value.",
        ),
        tables=(
            Table(
                head=("metric", "apparent", "95 % interval", "optimism", "corrected"),
                rows=tuple(rows),
            ),
        ),
        pictures=(
            Picture(
                name="calibration.png",
                png=as_png(draw_calibration(evidence)),
                alt="Observed against predicted means by tenth of the prediction.",
                caption="Calibration among people whom the fit had not seen.",
            ),
        ),
        notes=(f"Not repeated in the resamples: {'; '.join(evidence.not_repeated)}.",),
    )


def holdout_section(evidence: Evidence) -> Section | None:
    """People held out, beside a reference prediction where the config names one."""
    held = evidence.holdout
    if held is None:
        return None
    reference = {estimate.name: estimate for estimate in held.reference}
    head: tuple[str, ...] = ("metric", "model (95 % interval)")
    if reference:
        head = (*head, f"{held.reference_name} (95 % interval)")
    return Section(
        anchor="holdout",
        title="People held out",
        paragraphs=(f"{held.label}; n = {held.n}. They took no part in fitting or tuning.",),
        tables=(
            Table(
                head=head,
                rows=tuple(_held_row(estimate, reference) for estimate in held.model),
            ),
        ),
    )


def _held_row(estimate: Estimate, reference: dict[str, Estimate]) -> tuple[str, ...]:
    cells = (estimate.name, with_interval(estimate))
    return (*cells, with_interval(reference[estimate.name])) if reference else cells
