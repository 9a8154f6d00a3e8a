"""Numbers, shares, p-values and estimates with their intervals, as text."""

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import hiprisk
from hiprisk.wording.quantities import (
    NONE,
    contribution_decimals,
    decimals,
    interval,
    measured,
    months_in_words,
    number,
    number_and_interval,
    p_equals,
    p_value,
    people_or_rows,
    percent,
    plural,
    score_decimals,
    share_with_interval,
    signed,
    signed_with_ci,
    signed_with_interval,
    typeset,
    with_ci,
    with_interval,
)
from small_bundle import small_sheet
from tree_sheet import tree_sheet

# No intervals about an estimate (ranges of values, assumptions), or in whole percents and tenths.
DIGITS_OF_THEIR_OWN = {
    # Coefficients differ in size by orders, so that significant digits are needed.
    "reporting/appendix/coefficients.py",
    "cli/samplesize.py",
    "inference/samplesize/criteria.py",
    "inference/samplesize/instability.py",
    "reporting/study/utility.py",
    "serving/clinician_page/answers.py",
    "wording/performance.py",
    "wording/reasons.py",
}

WHOLE = SimpleNamespace(value=0.25, low=0.125, high=0.5)
BARE = SimpleNamespace(value=-0.25, low=None, high=None)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (number(1.23456), "1.235"),
        (number(-0.0001), "0.000"),
        (number(None), NONE),
        (signed(-0.5, 2), "-0.50"),
        (percent(0.1234), "12.3 %"),
        (percent(None), NONE),
        (p_value(0.0009), "< 0.001"),
        (p_value(0.0456), "0.046"),
        (p_equals(0.0009), "p < 0.001"),
        (p_equals(0.5), "p = 0.500"),
        (interval(1.0, None), NONE),
        (interval(1.0, 2.0, 1), "1.0 to 2.0"),
        (with_interval(WHOLE, 2), "0.25 (0.12 to 0.50)"),
        (with_interval(BARE, 1), "-0.2"),
        (signed_with_interval(WHOLE, 1), "+0.2 (+0.1 to +0.5)"),
        (signed_with_interval(BARE, 2), "-0.25"),
        (share_with_interval(WHOLE, 1), "25.0 % (12.5 to 50.0)"),
        (share_with_interval(BARE, 0), "-25 %"),
        (with_ci(WHOLE, 2, unit="points"), "0.25 points (95 % CI 0.12 to 0.50)"),
        (with_ci(BARE, 2), "-0.25"),
        (signed_with_ci(WHOLE, 2), "+0.25 (95 % CI +0.12 to +0.50)"),
        (signed_with_ci(BARE, 2, unit="points"), "-0.25 points"),
        (people_or_rows(3, 3), "people"),
        (people_or_rows(3, 6), "rows"),
        (plural(1, "row"), "1 row"),
        (plural(2, "row"), "2 rows"),
    ],
)
def test_quantities_are_written_in_one_way(got, expected):
    assert got == expected


@pytest.mark.parametrize(
    ("spread", "digits"),
    [(15.0, 1), (1.0, 1), (0.99, 2), (0.4, 2), (0.04, 3), (1e-12, 7), (0.0, 1), (None, 1)],
)
def test_an_outcome_that_scatters_little_has_more_digits(spread, digits):
    assert decimals(spread, 1) == digits


def test_contributions_to_a_risk_itself_have_a_digit_more():
    logistic = tree_sheet(kind="binary")
    itself = dataclasses.replace(
        logistic, model=dataclasses.replace(logistic.model, link="identity")
    )
    assert contribution_decimals(logistic, 2) == 2
    assert contribution_decimals(itself, 2) == 3
    assert contribution_decimals(small_sheet(), 2) == score_decimals(small_sheet(), 2)


def test_digits_follow_from_the_interval():
    score = SimpleNamespace(value=16.7634, low=15.887, high=17.688)
    share = SimpleNamespace(value=0.2478, low=0.1812, high=0.3094)
    assert with_interval(score) == "16.76 (15.89 to 17.69)"
    assert number_and_interval(share) == ("0.248", "0.181 to 0.309")
    assert with_interval(SimpleNamespace(value=0.2478, low=None, high=None)) == "0.248"


def test_a_page_has_true_minus_signs_where_plain_text_has_hyphens():
    plain = "R² -0.2 (-0.31 to -.05), scale 0-4, 2026-11-28, n-1, (2)-3"
    expected = plain.replace("-0.", "\N{MINUS SIGN}0.").replace("-.", "\N{MINUS SIGN}.")
    assert typeset(plain) == expected


def test_digits_of_what_is_shown_with_an_interval_are_stated_nowhere():
    """Each place takes them from the interval, so that the same figure reads alike everywhere."""
    stated = re.compile(
        r"(with_interval|with_ci|number_and_interval)\([^()]*, \d|\.(low|high):[+z]?\.\d[fg]"
    )
    root = Path(hiprisk.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if stated.search(path.read_text("utf-8"))
    }
    assert found == DIGITS_OF_THEIR_OWN


def test_a_length_of_time_is_said_in_months():
    assert [months_in_words(one) for one in (1, 36.0, 1.5)] == [
        "1 month",
        "36 months",
        "1.5 months",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1.0, "conditions", "1 condition"),
        (2.0, "grade 0-4", "grade 2 (0 to 4)"),
        (34.7, "points 0-100", "34.7 points (0 to 100)"),
        (1.0, "points 0-100", "1 point (0 to 100)"),
        (3.0, "level 1-3", "level 3 (1 to 3)"),
        (0.0, "conditions", "0 conditions"),
        (1.0, "years", "1 year"),
        (1.5, "years", "1.5 years"),
        (1.0, "s", "1 s"),
        (1.0, "", "1"),
    ],
)
def test_one_of_what_is_counted_is_singular(value, unit, said):
    assert measured(value, unit) == said
