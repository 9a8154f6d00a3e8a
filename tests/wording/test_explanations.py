"""Which parts of an explanation are worth a reader's time."""

import pytest

from hiprisk.sheet.explanation.exposure import LevelPrediction, PredictionsByExposure
from hiprisk.wording.explanations import (
    NOTHING_ELSE,
    changed_in_words,
    differences_in_words,
    has_effect,
    is_noticeable,
    level_in_words,
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


def by_exposure(difference, changed):
    levels = tuple(
        LevelPrediction(level=level, changed=own, values={}, difference=one)
        for level, one, own in (("no", 0.0, {}), ("yes", difference, changed))
    )
    return PredictionsByExposure(variable="lbp_any", reference="no", given="yes", levels=levels)


def test_levels_of_the_exposure_are_told_with_their_difference_and_its_unit():
    found = by_exposure(-7.04, {"womac_function_0_100": None, "age_years": 60.0, "sex": "male"})
    sheet = small_sheet()
    assert [level_in_words(found, one) for one in found.levels] == ["no", "yes (this patient)"]
    assert differences_in_words(sheet, found) == [("yes vs no", "-7.0 points")]
    assert changed_in_words(sheet, found) == [
        "For 'yes', WOMAC function is taken as not known.",
        "For 'yes', age is taken as 60.",
        "For 'yes', sex is taken as male.",
    ]
    risk = by_exposure(0.0714, {})
    binary = small_sheet(kind="binary")
    assert differences_in_words(binary, risk) == [("yes vs no", "+7.1 percentage points")]
    assert differences_in_words(sheet, by_exposure(None, {})) == []
