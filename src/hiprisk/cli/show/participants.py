"""Who takes part: from the rows of a cohort to those that are evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hiprisk.cli.show.output import print_lines, print_table
from hiprisk.wording.quantities import plural

if TYPE_CHECKING:
    from hiprisk.learning.participants.flow import FlowStep


def show_flow(flow: Sequence[FlowStep]) -> None:
    """From the rows of a cohort to those that are evaluated."""
    print_table(
        ["people", "left out", "remaining"],
        [[step.label, str(step.n_left_out), str(step.n_remaining)] for step in flow],
    )


def flow_in_words(flow: Sequence[FlowStep], n: int) -> str:
    """From the rows of a cohort to those evaluated, in a sentence."""
    from hiprisk.learning.participants.flow import outcome_remarks

    first, *steps = flow
    lost = [f"{step.n_left_out} {step.label}" for step in steps if step.n_left_out]
    said = [f"{n} of {plural(first.n_remaining, 'row')} evaluated"]
    said += [f"left out: {', '.join(lost)}"] if lost else []
    return f"{'; '.join([*said, *outcome_remarks(flow)])}."


def show_reasons(reasons: Mapping[str, int]) -> None:
    """Rows without a prediction, by reason."""
    if reasons:
        print_lines("")
        rows = [[code, str(n)] for code, n in sorted(reasons.items())]
        print_table(["no prediction because", "rows"], rows)
