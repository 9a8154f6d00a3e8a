"""Parts that a config declares, checked against the cohort before anything is fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hiprisk.arrays import Integers
from hiprisk.inference.association import check_association
from hiprisk.learning.participants import Participants
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.validation.subgroups.performance import check_subgroups


def check_declared_parts(study: PreparedStudy) -> None:
    """Raise ConfigError where subgroups or association are declared of what the cohort lacks.

    The study would end by it, and only after search and bootstrap.
    """
    config, people = study.config, study.selection.development
    check_subgroups(
        frame_of_groups(people, np.flatnonzero(~np.isnan(people.outcome))),
        config.subgroups,
        kind=config.outcome.kind,
        dictionary=study.dictionary,
    )
    if config.association is not None:
        check_association(config, study.selection)


def frame_of_groups(people: Participants, rows: Integers) -> pd.DataFrame:
    """Some rows of the variables that part people into groups; sites are numbers there."""
    frame = people.frame.iloc[rows]
    if "site" not in frame.columns:
        return frame
    # A hospital's name is not shown.
    labels = pd.Series([str(number + 1) for number in people.sites[rows]])
    return frame.assign(site=labels.to_numpy())
