"""The verdict of a study in two sentences: how well the model predicts, what the blocks add."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.inference.increment import AddedValue, Addition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.wording.labels import capital, listed
from hiprisk.wording.quantities import number, percent
from hiprisk.wording.verdicts import excludes

# Which figure says best how well a model predicts, by the kind of its outcome.
HEADLINES = {"continuous": "r2", "binary": "c_statistic"}
SLOPE = "calibration_slope"
ADDS, TOO_LITTLE = "adds", "adds less than the minimum important gain"


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
        yield f"{_how_well(evidence, outcome, *headline)}{_calibrated(evidence)}."
    if evidence.added is not None and (said := blocks_sentence(evidence.added)):
        yield said


def _how_well(evidence: Evidence, outcome: str, found: Estimate, how: str) -> str:
    share = f"{percent(found.value, 0)}{_ends(found)}"
    if evidence.kind == "continuous":
        return (
            f"The model explains {share} of how much {outcome} differs between people ({how} "
            f"{label_of(found.name)})"
        )
    return (
        "Of two people, one with and one without the event, the model gives the first the higher "
        f"risk in {share} of pairs ({how} {label_of(found.name)})"
    )


def _ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" (95 % CI {100.0 * estimate.low:.0f} to {100.0 * estimate.high:.0f} %)"


def _calibrated(evidence: Evidence) -> str:
    """What the calibration slope says, as the end of a sentence."""
    found = evaluated(evidence, SLOPE)
    if found is None:
        return ""
    slope, _ = found
    if excludes(slope, 1.0):
        side = "extreme" if slope.value < 1 else "moderate"
        return f"; its predictions are too {side} (calibration slope {number(slope.value, 2)})"
    if slope.low is None:
        return ""
    return "; there is no evidence that its predictions are too extreme or too moderate"


def blocks_sentence(added: AddedValue) -> str:
    """What each block adds to the base, in words; empty where none is compared."""
    single = [one for one in added.additions if len(one.blocks) == 1]
    if not single:
        return ""
    minimum = f"{added.metric_label} {added.smallest_gain:g}"
    groups: dict[str, list[str]] = {}
    for one in single:
        groups.setdefault(_said(one, added), []).append(one.label)
    parts = []
    for said, names in groups.items():
        adds = "add" if len(names) > 1 else "adds"
        parts.append(said.format(blocks=listed(names), adds=adds, minimum=minimum))
    return f"{capital('; '.join(parts))}."


def _said(one: Addition, added: AddedValue) -> str:
    gain = one.gain(added.metric).estimate
    if one.verdict == ADDS:
        return "{blocks} {adds} at least the minimum important gain ({minimum})"
    if one.verdict == TOO_LITTLE:
        return "{blocks} {adds} less than the minimum important gain ({minimum})"
    if gain.low is not None and gain.low > 0.0:
        return (
            "{blocks} {adds} to the prediction, but whether the minimum important gain ({minimum}) "
            "is inconclusive at this sample size"
        )
    return "whether {blocks} {adds} to the prediction is inconclusive at this sample size"
