"""How large a site must be, and what it lacks."""

import numpy as np
import pytest

from hiprisk.validation.sites.minimum_size import MinimumSiteSize, is_binary

RULE = MinimumSiteSize(people=6, events=2)


@pytest.mark.parametrize(
    ("outcomes", "binary", "expected"),
    [
        ([1, 0, 1, 0, 1, 0], True, None),
        ([1, 0, 1, 0, 1], True, (5, "people with a known outcome, fewer than 6")),
        ([1, 0, 0, 0, 0, 0], True, (1, "people in the smaller class, fewer than 2")),
        ([1, 1, 1, 1, 1, 0], True, (1, "people in the smaller class, fewer than 2")),
        ([1, 0, 0, 0, 0, 0], False, None),
    ],
)
def test_shortfall(outcomes, binary, expected):
    assert RULE.shortfall(np.array(outcomes, float), binary=binary) == expected


def test_rule_in_words():
    assert RULE.in_words(binary=False) == "at least 6 people with a known outcome"
    assert RULE.in_words(binary=True).endswith("and 2 with and without the event")


def test_binary_outcomes():
    assert is_binary(np.array([0.0, 1.0, 1.0]))
    assert not is_binary(np.array([0.0, 0.5]))
