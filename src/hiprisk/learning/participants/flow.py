"""The participant flow: how many rows each step leaves out, and how outcomes were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hiprisk.arrays import Bools
from hiprisk.config import OutcomeSettings

_NO_LEVEL = "codes are no declared level, taken as unknown"
# How labels of steps begin that leave nobody out, and say how outcomes were taken.
_OUTCOME_TAKEN = ("outcome: ", "hip replacement unknown: ")
OUTCOME_UNKNOWN = "outcome unknown"
# How labels of steps begin that leave out people for what is known only after the first visit.
_LOST = ("hip replaced before follow-up", OUTCOME_UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step of the participant flow: how many rows left, and why."""

    label: str
    n_left_out: int
    n_remaining: int


def step(label: str, keep: Bools) -> FlowStep:
    """The step of a mask of the rows that stay."""
    return FlowStep(label=label, n_left_out=int((~keep).sum()), n_remaining=int(keep.sum()))


def unknown_codes_step(unknown: Bools | None) -> list[FlowStep]:
    """How many codes of the outcome are no declared level; nothing where there are none."""
    if unknown is None or not unknown.any():
        return []
    n = int(unknown.sum())
    label = f"outcome: {n} {_NO_LEVEL}"
    return [FlowStep(label=label, n_left_out=0, n_remaining=len(unknown))]


def outcome_remarks(flow: Sequence[FlowStep]) -> tuple[str, ...]:
    """The steps of a participant flow that say how outcomes were taken: as unknown, as no event."""
    return tuple(step.label for step in flow if step.label.startswith(_OUTCOME_TAKEN))


def lost_after_first_visit(flow: Sequence[FlowStep]) -> tuple[FlowStep, ...]:
    """The steps that left out people who were eligible at the first visit."""
    return tuple(one for one in flow if one.n_left_out and one.label.startswith(_LOST))


def levels_advice(outcome: OutcomeSettings, flow: Sequence[FlowStep]) -> str:
    """How to say what codes of the outcome mean, where some are no level; else empty."""
    if not any(step.label.endswith(_NO_LEVEL) for step in flow):
        return ""
    levels = outcome.levels
    listed = f"its levels are {', '.join(levels)}; " if levels else ""
    example = ", ".join(f"CODE: {level}" for level in levels or (outcome.event_level,))
    return (
        f"{listed}state which code is which in the mapping: "
        f"{outcome.variable}: {{column: C, levels: {{{example}}}}}"
    )
