"""A first draft of mapping, dictionary and study config for an unknown file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hiprisk.cohort.drafts.columns import sampled_columns
from hiprisk.cohort.drafts.item_blocks import item_blocks
from hiprisk.cohort.drafts.matching import matches, packaged_proposal
from hiprisk.cohort.drafts.own_variables import own_proposal
from hiprisk.cohort.drafts.proposals import ItemBlock, Proposal
from hiprisk.cohort.files.opening import open_cohort_file

SAMPLE_ROWS = 20_000


def propose(path: Path | str) -> tuple[Proposal, ...]:
    """Propose a variable for every column of a file, by name and by distribution.

    Parameters
    ----------
    path : path-like
        Any cohort file.

    Returns
    -------
    tuple of Proposal
        One a column, in the file's order; no variable is proposed twice.
    """
    file = open_cohort_file(path)
    table = next(file.blocks()).table.slice(0, SAMPLE_ROWS)
    columns = sampled_columns(table, decimal=file.dialect.decimal)
    found = matches(columns.values())
    blocks, not_scored = item_blocks(columns, {name for name, _ in found.values()})
    items = _item_proposals(blocks)
    proposals = []
    taken: set[str] = set()
    for name, column in columns.items():
        if name in items:
            proposals.append(items[name])
        elif name in not_scored:
            proposals.append(Proposal(column=name, left_out=not_scored[name]))
        elif name in found:
            proposals.append(packaged_proposal(column, *found[name]))
        else:
            proposals.append(own_proposal(column, taken))
            taken.add(proposals[-1].variable or "")
    return tuple(proposals)


def _item_proposals(blocks: Sequence[ItemBlock]) -> dict[str, Proposal]:
    """A proposal for each item's column; the first of a block carries it."""
    found = {}
    for block in blocks:
        first, *others = block.columns.values()
        found[first] = Proposal(
            column=first, variable=block.variable, items=block, doubts=block.coding.doubts
        )
        for column in others:
            found[column] = Proposal(column=column, part_of=block.variable)
    return found
