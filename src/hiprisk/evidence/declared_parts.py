"""Parts that a config declares, checked against the cohort before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hiprisk.arrays import Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import StudyConfig
from hiprisk.config.sites import SITE
from hiprisk.errors import ConfigError
from hiprisk.inference.association import check_association
from hiprisk.inference.increment import check_minimum_gain
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.sheet.document.ordinal import MAX_VALUES
from hiprisk.validation.subgroups.performance import check_subgroups

BASE_BLOCK = "core"


def check_declared_parts(study: PreparedStudy) -> None:
    """Raise ConfigError where subgroups, association, model type or gain do not fit the cohort.

    The study would end by it, and only after search and bootstrap.
    """
    config, people = study.config, study.selection.development
    check_outcome(config, study.dictionary)
    check_folds(study)
    check_subgroups(
        frame_of_groups(people, np.flatnonzero(~np.isnan(people.outcome))),
        config.subgroups,
        kind=config.outcome.kind,
        dictionary=study.dictionary,
    )
    if compares_blocks(config):
        check_minimum_gain(config, study.design)
    if config.association is not None:
        check_association(config, study.selection)
    if config.families.ordinal is not None:
        check_values(people)


def check_outcome(config: StudyConfig, dictionary: Mapping[str, Variable]) -> None:
    """Raise ConfigError where the dictionary contradicts what is declared of the outcome.

    Raises
    ------
    ConfigError
        If more of the score is worse there and better here, or if its baseline has another unit.
    """
    outcome = config.outcome
    known = dictionary.get(outcome.variable)
    if known is None or outcome.kind != "continuous":
        return
    if known.direction not in (None, f"higher_{outcome.higher_is}"):
        raise ConfigError(
            f"{outcome.higher_is} contradicts the dictionary, where more of {known.name} is "
            f"{known.direction.removeprefix('higher_')}",
            column="outcome.higher_is",
            advice="correct it here; if the score was reversed, say so in a dictionary of your own",
        )
    first = None if outcome.baseline is None else dictionary.get(outcome.baseline)
    if first is not None and first.unit and known.unit and first.unit != known.unit:
        raise ConfigError(
            f"{first.name} is in {first.unit} and the outcome in {known.unit}: a change from one "
            "to the other means nothing",
            column="outcome.baseline",
            advice="name the same score at the first visit, on the same scale",
        )


def check_folds(study: PreparedStudy) -> None:
    """Raise where people cannot be divided into the folds of the tuning.

    Raises
    ------
    ConfigError
        If folds keep sites together and the cohort has none.
    InputError
        If there are fewer people, or sites, than folds.
    """
    tuning = study.config.tuning
    if tuning.group_by == SITE and SITE not in study.selection.development.frame.columns:
        raise ConfigError(
            "folds are to keep sites together, and the cohort has no site",
            column="tuning.group_by",
            advice="map site in the cohort's mapping, or group by person",
        )
    grouped_folds(study.data.fold_groups, n_folds=tuning.folds, rng=np.random.default_rng(0))


def compares_blocks(config: StudyConfig) -> bool:
    """Whether a study says what its further blocks add to the first."""
    return BASE_BLOCK in config.blocks and len(config.blocks) > 1


def check_values(people: Participants) -> None:
    """Raise ConfigError where the outcome has more values than an ordinal model may have."""
    n_values = len(np.unique(people.outcome[~np.isnan(people.outcome)]))
    if n_values > MAX_VALUES:
        raise ConfigError(
            f"the model type ordinal has an intercept for each value of the score, at most "
            f"{MAX_VALUES:,}, and the outcome has {n_values:,} different ones",
            column="families.ordinal",
            advice="round the outcome to the steps of its score, or leave ordinal out",
        )


def frame_of_groups(people: Participants, rows: Integers) -> pd.DataFrame:
    """Some rows of the variables that part people into groups; sites are numbers there."""
    frame = people.frame.iloc[rows]
    if "site" not in frame.columns:
        return frame
    # A hospital's name is not shown, and an unknown one is no site of its own.
    labels = [str(number + 1) if number >= 0 else None for number in people.sites[rows]]
    return frame.assign(site=np.array(labels, dtype=object))
