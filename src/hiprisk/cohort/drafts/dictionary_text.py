"""The drafted definitions of own variables as YAML, in the packaged dictionary's schema."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.yaml_lines import doubtful, head, quoted, quoted_list


def dictionary_text(proposals: Sequence[Proposal], *, source: str) -> str:
    """The draft dictionary; empty where every column is a packaged variable."""
    own = [(item, item.own) for item in proposals if item.own is not None]
    if not own:
        return ""
    lines = head(source)
    for item, variable in own:
        lines += _entry_lines(item, variable)
    return "\n".join(lines) + "\n"


def _entry_lines(item: Proposal, variable: Variable) -> list[str]:
    lines = [
        doubtful(f"{variable.name}:", item.own_doubts),
        f"  label: {quoted(variable.label)}",
        f"  kind: {variable.kind}",
    ]
    if variable.levels:
        lines.append(f"  levels: {quoted_list(variable.levels)}")
    if variable.unit is not None:
        lines.append(f"  unit: {quoted(variable.unit)}")
    for key in ("hard", "soft"):
        ends = getattr(variable, key)
        if ends is not None:
            lines.append(f"  {key}: [{ends[0]:.12g}, {ends[1]:.12g}]")
    if variable.integer:
        lines.append("  integer: true")
    if variable.direction is not None:
        lines.append(f"  direction: {variable.direction}")
    lines.append(f"  source: {quoted(variable.source)}")
    return lines
