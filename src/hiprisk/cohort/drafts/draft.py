"""A first draft of mapping, dictionary and study config for an unknown file."""

from __future__ import annotations

from pathlib import Path

from hiprisk.cohort.drafts.columns import sampled_columns
from hiprisk.cohort.drafts.matching import matches, packaged_proposal
from hiprisk.cohort.drafts.own_variables import own_proposal
from hiprisk.cohort.drafts.proposals import Proposal
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
    proposals = []
    taken: set[str] = set()
    for name, column in columns.items():
        if name in found:
            proposals.append(packaged_proposal(column, *found[name]))
            continue
        proposals.append(own_proposal(column, taken))
        taken.add(proposals[-1].variable or "")
    return tuple(proposals)
