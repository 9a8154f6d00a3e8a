"""Which parts of an explanation are worth a reader's time."""

import pytest

from hiprisk.wording.explanations import (
    NOTHING_ELSE,
    has_effect,
    is_noticeable,
    others_in_words,
    others_that_narrow,
)
from small_bundle import small_sheet


@pytest.mark.parametrize(
    ("narrows", "width", "expected"),
    [
        (0.5, 46.0, True),
        (0.4, 46.0, False),  # below 1 % of the width
        (0.04, 1.0, False),  # shown as 0.0
        (0.46, 46.0, True),
    ],
)
def test_what_narrows_by_less_than_digits_or_a_hundredth_is_negligible(narrows, width, expected):
    assert is_noticeable(small_sheet(), narrows, width_80=width) is expected


def test_a_risk_is_judged_in_percentage_points():
    assert is_noticeable(small_sheet(kind="binary"), 0.001, width_80=0.05)
    assert not is_noticeable(small_sheet(kind="binary"), 0.0004, width_80=0.01)


def test_what_is_said_below_the_measurements_agrees_with_them():
    assert others_that_narrow(8, 20, shown=5) == "3 others would narrow it too."
    assert others_that_narrow(6, 6, shown=5) == "1 other would narrow it too."
    assert others_that_narrow(5, 6, shown=5) == NOTHING_ELSE
    assert others_that_narrow(5, 5, shown=5) == ""


def test_parts_that_are_shown_as_nothing_share_a_line():
    assert has_effect(-0.005001, 2)
    assert not has_effect(-0.0049, 2)
    assert others_in_words([0.001, -0.002, 0.0, 0.0], 2) == "4 others: no effect"
    assert others_in_words([0.004], 2) == "1 other: no effect"
    assert others_in_words([0.004, 0.004], 2) == "2 others together"
