"""What the people of a study were like: all of them, by outcome and by site."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools
from hiprisk.cohort.dictionary import Variable
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.evidence.participants.baseline_characteristics import TableOne, table_one
from hiprisk.learning.participants.people import Participants

# Fewer people than this could be recognised in a table.
SMALLEST_CELL = 5
# More sites make no table that anybody reads; a smaller one says little of its people.
MOST_SITES = 12
SMALLEST_SITE = 20
# Column of the event of a score that was dichotomised.
EVENT = "outcome_event"


def all_characteristics(study: FinishedStudy) -> TableOne:
    """Everybody, and those whose outcome is known and unknown."""
    known = study.known
    groups = {
        "all": np.ones(len(known), dtype=bool),
        "outcome known": known,
        "outcome unknown": ~known,
    }
    own = () if study.config.outcome.dichotomise is not None else (study.config.outcome.variable,)
    return _table(study, groups, own=own)


def characteristics_by_outcome(study: FinishedStudy) -> TableOne | None:
    """Thirds of a score, or people with and without the event; None where they are too few."""
    known, outcome = study.known, study.data.outcome
    if study.config.outcome.kind == "binary":
        groups = {"event": known & (outcome == 1.0), "no event": known & (outcome == 0.0)}
    else:
        low, high = np.quantile(outcome[known], (1 / 3, 2 / 3))
        groups = {
            f"lowest third (up to {low:.4g})": known & (outcome <= low),
            "middle third": known & (outcome > low) & (outcome <= high),
            f"highest third (above {high:.4g})": known & (outcome > high),
        }
    return _table(study, groups, partition=True) if _large_enough(groups) else None


def characteristics_by_site(study: FinishedStudy) -> TableOne | None:
    """Each site, numbered as elsewhere; None for one site, many, or one of a few people."""
    sites = study.prepared.selection.development.sites
    numbers = np.unique(sites[sites >= 0])
    if not 1 < len(numbers) <= MOST_SITES:
        return None
    groups = {f"site {number + 1}": sites == number for number in numbers}
    return _table(study, groups, partition=True) if _large_enough(groups) else None


def characteristics_of_held_out(study: FinishedStudy, people: Participants) -> TableOne:
    """The people held out beside those of development, of both those with a known outcome.

    Parameters
    ----------
    study : FinishedStudy
    people : Participants
        Those held out.
    """
    development = study.prepared.selection.development
    frames = [_with_outcome(study, one) for one in (development, people)]
    together = pd.concat(frames, ignore_index=True)
    held_out = np.arange(len(together)) >= len(frames[0])
    outcome, dictionary = study.config.outcome, dict(study.prepared.dictionary)
    own = outcome.variable
    if outcome.dichotomise is not None:
        own, label = EVENT, f"outcome: {outcome.dichotomise.label}"
        dictionary[EVENT] = Variable(
            name=EVENT, label=label, kind="category", source="the study", levels=("no", "yes")
        )
    return table_one(
        together,
        list(dict.fromkeys((*study.sheet_variables(), *study.config.imputation.auxiliary, own))),
        dictionary=dictionary,
        groups={"development": ~held_out, "held out": held_out},
        smallest_cell=SMALLEST_CELL,
    )


def _with_outcome(study: FinishedStudy, people: Participants) -> pd.DataFrame:
    """Those with a known outcome, with the event where a score was dichotomised."""
    known = ~np.isnan(people.outcome)
    frame = people.frame.loc[known]
    if study.config.outcome.dichotomise is None:
        return frame
    return frame.assign(**{EVENT: np.where(people.outcome[known] == 1.0, "yes", "no")})


def _large_enough(groups: dict[str, Bools]) -> bool:
    return min(int(mask.sum()) for mask in groups.values()) >= SMALLEST_SITE


def _table(
    study: FinishedStudy,
    groups: dict[str, Bools],
    *,
    own: tuple[str, ...] = (),
    partition: bool = False,
) -> TableOne:
    auxiliary = study.config.imputation.auxiliary
    return table_one(
        study.prepared.selection.development.frame,
        list(dict.fromkeys((*study.sheet_variables(), *auxiliary, *own))),
        dictionary=study.prepared.dictionary,
        groups=groups,
        smallest_cell=SMALLEST_CELL,
        partition=partition,
    )
