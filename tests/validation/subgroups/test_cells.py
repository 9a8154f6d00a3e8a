"""What is counted in a cell."""

import numpy as np

from hiprisk.config import SubgroupSettings
from people_by_sex import evaluated, people


def test_events_count_in_a_cell_of_a_binary_outcome():
    y, p, frame = people(n=200)
    risk = 1 / (1 + np.exp(-(p - 40) / 5))
    event = (y > 40).astype(float)
    event[(frame["sex"] == "male").to_numpy()] = 0.0
    result = evaluated(
        event, risk, frame, SubgroupSettings(by=("sex",), resamples=50), kind="binary"
    )
    assert all(group.suppressed for group in result.groups)
