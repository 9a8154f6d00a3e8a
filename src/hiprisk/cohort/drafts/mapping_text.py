"""The drafted mapping as YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiprisk.cohort.checks.structure import IMPUTATION_NAME
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.yaml_lines import (
    doubtful,
    head,
    printable,
    quoted,
    quoted_list,
    undecided,
)
from hiprisk.yaml_settings import UNDECIDED


def mapping_text(
    proposals: Sequence[Proposal], *, source: str, dictionary: str | None = None
) -> str:
    """The draft mapping; every doubt is a comment that starts with DECIDE.

    Parameters
    ----------
    proposals : sequence of Proposal
    source : str
        Name of the file.
    dictionary : str, optional
        Name of the file with the drafted definitions.
    """
    lines = [
        *head(source),
        doubtful("grain: person", ["person, or hip where a row is a hip"]),
        doubtful("provenance: unknown", ["real or simulated"]),
    ]
    if dictionary is not None:
        lines.append(f"dictionary: {quoted(dictionary)}")
    lines += _imputation_lines(proposals)
    used = [item for item in proposals if item.variable is not None]
    nothing = doubtful("variables: {}", ["nothing was recognised"])
    lines.append("variables:" if used else nothing)
    for item in used:
        lines += _variable_lines(item)
    left_out = [item for item in proposals if item.variable is None]
    if left_out:
        lines.append("# These columns are ignored:")
        lines += [
            f"#   {quoted(item.column)}"
            + (f": {printable(item.left_out)}" if item.left_out else "")
            for item in left_out
        ]
    return "\n".join(lines) + "\n"


def _imputation_lines(proposals: Sequence[Proposal]) -> Iterator[str]:
    for item in proposals:
        if IMPUTATION_NAME.fullmatch(item.column.lower()):
            column = quoted(item.column)
            yield f"# imputation_column: {column}  # {UNDECIDED}: stacked imputations?"
            yield f'# imputations: ["1"]  # {UNDECIDED}: then which of them is read'


def _variable_lines(item: Proposal) -> list[str]:
    """One variable: in one line where only its column is to be said."""
    column = quoted(item.column)
    open_codes = UNDECIDED in item.levels.values()
    # The lines of the codes ask already.
    doubts = [doubt for doubt in item.doubts if not (open_codes and "what each code" in doubt)]
    parts = []
    if item.levels:
        parts.append("    levels:")
        parts += [f"      {line}" for line in _level_lines(item)]
    if item.missing:
        parts.append(f"    missing: {quoted_list(item.missing)}")
    if item.unit is not None:
        parts.append(f"    unit: {item.unit}")
    if item.from_range is not None:
        parts.append(f"    from_range: [{item.from_range[0]:g}, {item.from_range[1]:g}]")
    if not parts:
        return [doubtful(f"  {item.variable}: {column}", doubts)]
    return [doubtful(f"  {item.variable}:", doubts), f"    column: {column}", *parts]


def _level_lines(item: Proposal) -> Iterator[str]:
    answers = _variable(item).levels
    for code, level in item.levels.items():
        if level == UNDECIDED:
            yield undecided(quoted(code), answers)
        else:
            yield f"{quoted(code)}: {quoted(level)}"


def _variable(item: Proposal) -> Variable:
    return item.own or load_dictionary()[str(item.variable)]
