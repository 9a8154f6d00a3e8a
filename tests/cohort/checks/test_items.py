"""Item sets whose codes do not run as they are read."""

import pytest

from hiprisk.cohort.checks.items import item_findings
from hiprisk.cohort.items.coding import ItemCodes, ItemsSource
from hiprisk.cohort.items.instruments import ITEM_NAMES


def found(counts, *, n_people=50, **stated):
    columns = {item: item for item in ITEM_NAMES["hoos_adl"]}
    source = ItemsSource(instrument="hoos_adl", columns=columns, **stated)
    codes = ItemCodes(source, counts, n_people)
    return [(f.code, f.severity, f.advice) for f in item_findings({"hoos_adl_0_100": codes})]


@pytest.mark.parametrize(
    ("counts", "options", "severity", "advice"),
    [
        # A mild cohort: nobody gave the highest answer.
        ({1: 90, 2: 10}, {}, "warning", "coded: [1, 5]"),
        ({1: 90, 5: 10}, {}, "error", "coded: [1, 5]"),
        ({1: 9, 5: 1}, {"n_people": 1}, "warning", "coded: [1, 5]"),
        ({2: 90, 4: 10}, {"coded": (1, 5)}, "note", "coded: [2, 6]"),
        ({0: 50, 1: 90}, {"coded": (1, 5)}, "error", "coded: [0, 4]"),
    ],
)
def test_codes_that_run_otherwise_are_a_finding(counts, options, severity, advice):
    ((code, got, told),) = found(counts, **options)
    assert (code, got) == ("ITEM_CODING", severity)
    assert f"if so, state {advice} under items in the mapping" in told


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ({0: 1, 1: 99}, {}),
        # A typed 5 beside zeros is a typing error, and the reason of its row.
        ({0: 80, 5: 3}, {}),
        ({1: 99}, {}),
        ({1: 200}, {"n_people": 19}),
        # -1 is a code for missing, and nobody gave the highest answer.
        ({-1: 10, 0: 80, 3: 9}, {}),
        ({}, {}),
    ],
)
def test_codes_that_may_be_so_are_none(counts, options):
    assert found(counts, **options) == []


def test_a_missing_rule_other_than_the_published_one_is_a_note():
    assert found({0: 9}, max_missing=8) == []
    assert found({0: 9}, max_missing=3) == [
        ("MISSING_RULE", "note", "say so where the score is reported")
    ]
