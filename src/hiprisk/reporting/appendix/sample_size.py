"""The section on sample size: development, external validation, expected instability."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.inference.samplesize import Instability, SampleSize
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.samplesize import draw_samplesize
from hiprisk.validation.internal.instability_results import Stability
from hiprisk.wording.quantities import NONE, interval, number


def sample_size_section(evidence: Evidence) -> Section:
    """Sample size of this study, of an external validation, and the instability to expect."""
    finding = evidence.sample_size
    pictures: tuple[Picture, ...] = ()
    if finding.size is not None:
        pictures = (
            drawn(
                name="samplesize.png",
                ax=draw_samplesize(finding.size, provenance=evidence.provenance),
                alt="Line: people needed by the expected R² of the model; a mark: this study.",
                caption="People needed by the expected R² of the model.",
            ),
        )
    parts = (finding.size, finding.external, finding.instability)
    return Section(
        anchor="samplesize",
        part=APPENDIX,
        title="Sample size",
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
        head=("criterion", "requirement", "people needed", "met"),
        rows=tuple(
            (row.name, row.what, f"{row.n}", "yes" if row.satisfied else "NO")
            for row in size.criteria
        ),
        strong=tuple(i for i, row in enumerate(size.criteria) if row.binding),
        caption="Criteria for model development; the most demanding is highlighted",
    )


def _external(size: SampleSize) -> Table:
    return Table(
        head=("criterion", "requirement", "people needed"),
        rows=tuple(
            (row.name if row.counted else f"{row.name} (not counted)", row.what, f"{row.n}")
            for row in size.criteria
        ),
        strong=tuple(i for i, row in enumerate(size.criteria) if row.binding),
        caption="Criteria for an external validation in which the model performs as assumed above",
    )


def _instability(expected: Instability, found: Stability | None) -> Table:
    """Medians over people on either side; the slope over studies and over bootstrap models."""
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
        (expected.mape, f"MAPE of a person, median ({expected.unit})"),
        (
            expected.width,
            f"width of a person's central 95 % of predictions, median ({expected.unit})",
        ),
        (expected.slope, "calibration slope"),
    )
    return Table(
        head=("instability", "expected at this sample size (central 95 %)", "bootstrap models"),
        rows=tuple(
            (
                label,
                f"{number(one.median, digits)} ({interval(one.low, one.high, digits)})",
                seen.get(one.name, NONE),
            )
            for one, label in rows
        ),
        caption=f"Expected: unpenalised models of {expected.n_simulations} simulated studies of "
        f"{expected.n} people ({expected.source}), compared with the truth; slope in new people. "
        "Bootstrap models: this model, which may be penalised, fitted on resamples and compared "
        "with itself; slope in the development cohort",
    )
