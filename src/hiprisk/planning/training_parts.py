"""How many people the smallest part of a study has that a candidate of one's own is fitted to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from hiprisk.arrays import Integers
from hiprisk.errors import InputError
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.own.checking import TrialPart
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.seeding import rng_for
from hiprisk.validation.resampling.resamples import draw_resamples


def smallest_training_part(study: PreparedStudy, *, refitted: bool) -> TrialPart:
    """The smallest of the parts that a candidate will really be fitted to.

    Parameters
    ----------
    study : PreparedStudy
    refitted : bool
        Whether the candidate may be chosen, so that resamples are fitted too; a benchmark is
        fitted to the folds alone.
    """
    outcome, binary = study.data.outcome, study.config.outcome.kind == "binary"
    smallest: TrialPart | None = None
    for rows in _training_rows(study, refitted=refitted):
        # Copies of a person in a resample say nothing new.
        observed = outcome[np.unique(rows)]
        observed = observed[~np.isnan(observed)]
        n_events = int(observed.sum()) if binary else None
        part = TrialPart(len(observed), len(study.design.inputs), n_events)
        if smallest is None or part.size < smallest.size:
            smallest = part
    assert smallest is not None
    return smallest


def _training_rows(study: PreparedStudy, *, refitted: bool) -> Iterator[Integers]:
    config, groups = study.config, study.data.fold_groups
    yield from rows_outside_of_folds(study)
    if not refitted:
        return
    resamples = config.validation.resamples
    for resample in draw_resamples(study.data.groups, n_resamples=resamples, seed=config.seed):
        yield resample.rows
        if config.validation.tune_inside:
            # As `StudyProcedure` draws them; a resample with too few sites is refused there.
            with contextlib.suppress(InputError):
                drawn, seed = groups[resample.rows], config.seed + 1 + resample.number
                for rows in _outside_of_folds(drawn, config.tuning.folds, seed):
                    yield resample.rows[rows]


def rows_outside_of_folds(study: PreparedStudy) -> Iterator[Integers]:
    """Rows that are fitted in each fold of the tuning."""
    config = study.config
    yield from _outside_of_folds(study.data.fold_groups, config.tuning.folds, config.seed)


def _outside_of_folds(groups: Integers, n_folds: int, seed: int) -> Iterator[Integers]:
    everybody = np.arange(len(groups))
    for left_out in grouped_folds(groups, n_folds=n_folds, rng=rng_for(seed, "folds")):
        yield np.delete(everybody, left_out)
