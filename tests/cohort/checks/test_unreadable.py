"""What is told of cells that could not be read."""

import numpy as np
import pytest

from hiprisk.cohort.checks.unreadable import unlabelled_findings, unreadable_findings
from hiprisk.cohort.items.coding import ItemCodes, ItemsSource
from hiprisk.cohort.items.instruments import ITEM_NAMES
from hiprisk.values import Note


@pytest.mark.parametrize(
    ("texts", "advice"), [(("None", "none"), "levels: {None: ...}"), (("None", "x"), "the codes")]
)
def test_an_undecided_none_is_told_with_its_two_ways_out(texts, advice):
    note = Note("UNKNOWN_CATEGORY", "education")
    mask = np.array([True, True, False])
    (finding,) = unreadable_findings({note: mask}, {}, {note: texts})
    assert (finding.code, finding.count) == ("UNKNOWN_CATEGORY", 2)
    assert advice in finding.advice


@pytest.mark.parametrize(
    ("code", "texts", "is_so"),
    [
        ("NOT_A_NUMBER", (".A: Not Expected", ".", "x"), True),
        ("UNKNOWN_CATEGORY", ("1: Male", "2: Female"), True),
        ("NOT_A_NUMBER", ("sixty", ".A"), False),
        ("NOT_A_NUMBER", ("9:30", "x", "y"), False),
        ("NOT_A_DATE", (".A",), False),
    ],
)
def test_codes_with_labels_are_told_with_the_format_that_reads_them(code, texts, is_so):
    note = Note(code, "bmi_kg_m2")
    (finding,) = unreadable_findings({note: np.ones(len(texts), dtype=bool)}, {}, {note: texts})
    assert ("labelled_codes: true" in finding.advice) == is_so


def test_words_without_labels_are_told_of_a_scored_file_too():
    source = ItemsSource(instrument="hoos_qol", columns={f"q{n}": f"c{n}" for n in range(1, 5)})
    unread = {"NOT_A_NUMBER": ("c1", "c2", "c3", "c4")}
    found = {
        "hoos_qol_0_100": ItemCodes(source, {}, 9, unread),
        "odi_0_100": ItemCodes(source, {}, 9, {"OFF_SCALE": ("c1",)}),
    }
    (finding,) = unlabelled_findings(found)
    assert (finding.severity, finding.column) == ("warning", "hoos_qol_0_100")
    assert finding.message.endswith("(columns c1, c2, c3 and 1 more)")
    assert "under labels" in finding.advice


@pytest.mark.parametrize(("instrument", "points"), [("hoos_qol", 0), ("ohs", 4)])
def test_what_none_would_be_among_items_is_told_in_the_points_of_the_instrument(instrument, points):
    columns = {item: item for item in ITEM_NAMES[instrument]}
    codes = ItemCodes(ItemsSource(instrument=instrument, columns=columns))
    note = Note("AMBIGUOUS_CODE", "score")
    (finding,) = unreadable_findings({note: np.array([True])}, {"score": codes}, {})
    assert f"labels: {{None: {points}}}" in finding.advice


@pytest.mark.parametrize(
    ("code", "texts", "is_so"),
    [
        ("NOT_A_NUMBER", ("60,5", " -1,25", "x"), True),
        ("NOT_A_NUMBER", ("60,5", "x", "y"), False),
        ("NOT_A_NUMBER", ("1,234,567",), False),
        ("UNKNOWN_CATEGORY", ("60,5",), False),
    ],
)
def test_decimal_commas_are_told_with_the_key_that_states_them(code, texts, is_so):
    note = Note(code, "bmi_kg_m2")
    (finding,) = unreadable_findings({note: np.ones(len(texts), dtype=bool)}, {}, {note: texts})
    assert ('format: {decimal: ","} in the mapping' in finding.advice) == is_so
