"""The section on the truth of a simulation: what the study found beside what was put in."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.inference.simulated_truth import HEADLINES, SimulatedTruth
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import (
    NONE,
    WithInterval,
    number,
    signed,
    signed_with_interval,
    with_interval,
)
from hiprisk.wording.verdicts import excludes

UNKNOWN = "not known"


def truth_section(evidence: Evidence) -> Section | None:
    """Each estimate whose truth is known beside it; None for real people."""
    truth = evidence.simulated_truth
    if truth is None:
        return None
    rows = tuple(_rows(evidence, truth))
    if not rows:
        return None
    return Section(
        anchor="truth",
        title="Truth of the simulation",
        paragraphs=(_method(truth),) if truth.n_people else (),
        tables=(
            Table(
                head=("quantity", "this study (95 % CI)", "truth"),
                rows=rows,
                caption="Estimates beside the truth of the simulation",
            ),
        ),
        notes=(
            "Of 100 studies about 95 have an interval that holds the truth, and 5 do not, though "
            "nothing went wrong in them. An effect is that of the "
            "preset, in points before floor and ceiling of the score.",
        ),
        part=APPENDIX,
    )


def _method(truth: SimulatedTruth) -> str:
    return (
        f"Gains and best performance were computed in {truth.n_people:,} people of the same preset "
        "without missing values, by the regressions that compare blocks, against the true mean or "
        "risk of each person. They are right to about 0.001."
    )


def _rows(evidence: Evidence, truth: SimulatedTruth) -> Iterator[tuple[str, ...]]:
    name = HEADLINES[evidence.kind]
    found = next((one for one in evidence.optimism.estimates() if one.name == name), None)
    if truth.best is not None:
        yield (
            f"{capital(label_of(name))} of the model; truth: of a regression on all blocks",
            NONE if found is None else with_interval(found),
            _true(number(truth.best, 3), truth.best, found),
        )
    added = evidence.added
    for one in added.additions if added is not None else ():
        gain = one.gain(added.metric) if added is not None else None
        if gain is None or (len(one.blocks) > 1 and one.name not in truth.gains):
            continue
        known = truth.gains.get(one.name)
        yield (
            f"Gain in {gain.label} by {one.label}",
            signed_with_interval(gain.estimate),
            UNKNOWN if known is None else _true(signed(known), known, gain.estimate),
        )
    table = evidence.association
    if table is not None and table.kind == "continuous":
        row = table.row(table.rows[-1].model)
        effect = truth.exposure_effect
        yield (
            f"{capital(table.exposure)}, difference in means, {unit_of_amount(table.unit)}",
            signed_with_interval(row.estimate, table.digits),
            UNKNOWN if effect is None else _true(f"{effect:+g}", effect, row.estimate),
        )


def _true(shown: str, truth: float, estimate: WithInterval | None) -> str:
    """The truth, and whether the study's interval misses it."""
    if estimate is None or not excludes(estimate, truth):
        return shown
    return f"{shown} (outside the interval)"
