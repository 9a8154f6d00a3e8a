"""Who is who: numbers of people, rows at a level of a category, variables that must be there."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError
from hiprisk.learning.participants.people import at_levels, levels_mask, numbered, require


def test_rows_without_a_person_stand_alone_or_together():
    frame = pd.DataFrame({"person_id": ["a", None, "a", None]})
    alone = numbered(frame, "person_id")
    assert alone[0] == alone[2]
    assert len(set(alone.tolist())) == 3
    together = numbered(frame, "person_id", shared=True)
    assert len(set(together.tolist())) == 2
    assert numbered(frame, "absent").tolist() == [0, 1, 2, 3]
    assert numbered(frame, "absent", shared=True).tolist() == [0, 0, 0, 0]


def test_a_level_that_is_a_number_is_found_however_it_is_written():
    values = pd.Series(["1", "1.0", "2", None])
    np.testing.assert_array_equal(at_levels(values, ["1"]), [True, True, False, False])


def test_a_level_that_does_not_occur_and_a_variable_that_is_not_there_are_refused():
    frame = pd.DataFrame({"site": ["a", "b"]})
    with pytest.raises(ConfigError, match="no row has site 'c'"):
        levels_mask(frame, "site", ["c"], key="cohort.where")
    with pytest.raises(ConfigError, match=r"the cohort has no 'sites'.*did you mean site"):
        require(frame, "sites", key="cohort.where")
