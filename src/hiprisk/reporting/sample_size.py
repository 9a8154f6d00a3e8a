"""The section of a report on sample size: for development, for others, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.inference.samplesize import Instability, SampleSize
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.samplesize import draw_samplesize
from hiprisk.reporting.plots.style import as_png
from hiprisk.validation.internal.instability_results import Stability
from hiprisk.wording.quantities import NONE, interval, number


def sample_size_section(evidence: Evidence) -> Section:
    """Whether the study is large enough, what a validation needs, how unstable the model is."""
    finding = evidence.sample_size
    pictures: tuple[Picture, ...] = ()
    if finding.size is not None:
        pictures = (
            Picture(
                name="samplesize.png",
                png=as_png(draw_samplesize(finding.size)),
                alt="Line: people needed by expected strength of the model; a mark: the study.",
                caption="People needed, by how much the predictors explain.",
            ),
        )
    parts = (finding.size, finding.external, finding.instability)
    return Section(
        anchor="samplesize",
        title="Is the study large enough?",
        paragraphs=(finding.sentence,),
        tables=tuple(_tables(evidence)),
        pictures=pictures,
        notes=tuple(line for part in parts if part is not None for line in part.sentences()),
    )


def _tables(evidence: Evidence) -> Iterator[Table]:
    finding = evidence.sample_size
    if finding.size is not None:
        yield _development(finding.size)
    if finding.external is not None:
        yield _external(finding.external)
    if finding.instability is not None:
        yield _instability(finding.instability, evidence.stability)


def _development(size: SampleSize) -> Table:
    return Table(
        head=("criterion", "asks for", "people needed", "met"),
        rows=tuple(
            (row.name, row.what, f"{row.n}", "yes" if row.satisfied else "NO")
            for row in size.criteria
        ),
        strong=tuple(i for i, row in enumerate(size.criteria) if row.binding),
        caption="Criteria for development; the one that asks for most is set off",
    )


def _external(size: SampleSize) -> Table:
    return Table(
        head=("criterion", "asks for", "people needed"),
        rows=tuple(
            (row.name if row.counted else f"{row.name} (beside)", row.what, f"{row.n}")
            for row in size.criteria
        ),
        strong=tuple(i for i, row in enumerate(size.criteria) if row.binding),
        caption="What a validation of this model in other people would need, if it were as strong "
        "there as assumed above",
    )


def _instability(expected: Instability, found: Stability | None) -> Table:
    """Medians over people on either side; the slope over studies and over refits."""
    digits = 2 if expected.kind == "continuous" else 3
    seen: dict[str, str] = {}
    if found is not None:
        people = found.predictions.to_dict()
        seen = {
            expected.mape.name: number(people["mape_median"], digits),
            expected.width.name: number(people["interval_width_median"], digits),
        }
        for one in found.calibration.spread:
            seen[one.name] = f"{number(one.value)} ({interval(one.low, one.high)})"
    rows = (
        (expected.mape, f"typical person's mean absolute difference ({expected.unit})"),
        (expected.width, f"typical person's central 95 % of predictions, width ({expected.unit})"),
        (expected.slope, "calibration slope"),
    )
    return Table(
        head=("instability", "expected at this size (central 95 %)", "found by the bootstrap"),
        rows=tuple(
            (
                label,
                f"{number(one.median, digits)} ({interval(one.low, one.high, digits)})",
                seen.get(one.name, NONE),
            )
            for one, label in rows
        ),
        caption=f"Expected: {expected.n_simulations} simulated studies of {expected.n} people, "
        f"{expected.source}, no penalty, against what is true, the slope in new people. Found: "
        "refits of this model, which may be penalised, against the model itself, the slope on the "
        "people of the study",
    )
