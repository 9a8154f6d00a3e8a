"""Profile-likelihood intervals against R, and where there are none."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.intervals.profile_likelihood import profile_interval


def interval_of_a_share(events, n, level=0.95):
    y = np.r_[np.ones(events), np.zeros(n - events)]
    share = events / n
    return profile_interval(
        y,
        np.ones(n),
        column=np.ones(n),
        nuisance=None,
        offset=np.zeros(n),
        estimate=(float(np.log(share / (1 - share))), 0.0),
        error=(n * share * (1 - share)) ** -0.5,
        level=level,
    )


def test_of_a_share_the_likelihood_at_the_ends_is_what_chance_allows():
    low, high = interval_of_a_share(3, 20)
    # Twice the log likelihood of 3 of 20 less that at either end is the chi-squared quantile.
    ends = 1.0 / (1.0 + np.exp(-np.array([low, high])))
    lost = 2 * (3 * np.log(0.15 / ends) + 17 * np.log(0.85 / (1 - ends)))
    assert lost == pytest.approx([3.841458820694] * 2, rel=1e-8)


def test_a_higher_level_is_wider():
    narrow, wide = interval_of_a_share(8, 30, 0.8), interval_of_a_share(8, 30, 0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_a_flat_likelihood_is_refused():
    # Everybody has the event: the likelihood rises with the coefficient for ever.
    with pytest.raises(InputError, match="flat on one side"):
        profile_interval(
            np.ones(5),
            np.ones(5),
            column=np.ones(5),
            nuisance=None,
            offset=np.zeros(5),
            estimate=(3.0, 0.0),
            error=1e-3,
            level=0.95,
        )
