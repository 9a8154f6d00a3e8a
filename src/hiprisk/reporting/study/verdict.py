"""The verdict of a study in two sentences: how well the model predicts, what the blocks add."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.inference.increment import AddedValue, Addition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.wording.performance import (
    HEADLINES,
    SLOPE,
    BlockGain,
    blocks_added,
    calibration_clause,
    how_well,
)


def evaluated(evidence: Evidence, metric: str) -> tuple[Estimate, str] | None:
    """A metric of the model by the best evaluation that there is, and what that is called."""
    crossing = evidence.cross_validation
    found = (
        ("optimism-corrected", evidence.optimism.estimates()),
        ("cross-validated", () if crossing is None else crossing.estimates()),
        ("out-of-fold", evidence.out_of_fold.predictions),
    )
    for how, estimates in found:
        for one in estimates:
            if one.name == metric:
                return one, how
    return None


def verdict_of(evidence: Evidence, outcome: str) -> tuple[str, ...]:
    """How well the model predicts and whether it is calibrated; what the declared blocks add.

    Parameters
    ----------
    evidence : Evidence
    outcome : str
        Its label.
    """
    return tuple(_sentences(evidence, outcome))


def _sentences(evidence: Evidence, outcome: str) -> Iterator[str]:
    headline = evaluated(evidence, HEADLINES[evidence.kind])
    if evidence.family == "mean":
        yield "No candidate predicts better than the mean-only model."
    elif headline is not None:
        found, how = headline
        said = how_well(evidence.kind, found, outcome=outcome, how=how, label=label_of(found.name))
        slope = evaluated(evidence, SLOPE)
        yield f"{said}{'' if slope is None else calibration_clause(slope[0])}."
    if evidence.added is not None and (said := blocks_sentence(evidence.added)):
        yield said


def blocks_sentence(added: AddedValue) -> str:
    """What each block adds to the base, in words; empty where none is compared."""
    gains = [block_gain(one, added) for one in added.additions if len(one.blocks) == 1]
    return blocks_added(gains, f"{added.metric_label} {added.smallest_gain:g}")


def block_gain(one: Addition, added: AddedValue) -> BlockGain:
    """What a block adds in the declared measure, as far as words need it."""
    low = one.gain(added.metric).estimate.low
    return BlockGain(label=one.label, verdict=one.verdict, low=low)
