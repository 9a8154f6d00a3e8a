"""Lines and tables of a given width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cli.show.layout import said_once, table_lines, wrapped


def lines(head, rows, width):
    return [line for line, _ in table_lines(head, rows, width)]


def test_a_line_is_broken_at_spaces_and_keeps_its_indentation():
    assert wrapped("  rows count as independent", 16) == ["  rows count as", "  independent"]
    assert wrapped("- one two", 7, hanging=2) == ["- one", "  two"]


def test_a_figure_stays_with_its_sign_and_the_name_of_its_interval():
    assert wrapped("here n = 40", 10) == ["here", "n = 40"]
    assert wrapped("about 95 % CI of it", 12) == ["about", "95 % CI of", "it"]


def test_a_word_that_is_too_long_is_not_broken():
    assert wrapped("see models/stupar/1/report.html", 10) == ["see", "models/stupar/1/report.html"]


def test_what_fits_is_left_as_it_is():
    assert wrapped("  a   b", 7) == ["  a   b"]
    assert wrapped("", 7) == [""]


def test_a_wide_table_breaks_its_headings_first():
    assert lines(["difference in SD", "n"], [["+0.1", "12"]], 14) == [
        "difference   n",
        "     in SD",
        "----------  --",
        "      +0.1  12",
    ]


def test_then_its_cells_and_an_interval_stays_whole():
    assert lines(["name", "gain (95 % CI)"], [["a", "+0.10 (-0.02 to +0.21)"]], 24) == [
        "name  gain (95 % CI)",
        "----  ------------------",
        "a     +0.10",
        "      (-0.02 to +0.21)",
    ]


def test_further_lines_of_a_first_cell_do_not_look_like_rows():
    rows = [["root mean squared error", "1"], ["low back pain at first", "2"]]
    assert lines(["metric", "n"], rows, 20)[2:] == [
        "root mean squared  1",
        "  error",
        "low back pain at   2",
        "  first",
    ]  # fmt: skip


def test_a_table_that_does_not_fit_is_turned():
    head = ["variable", "mean", "unit"]
    assert lines(head, [["hip_internal_rotation_left_deg", "18.4", "degrees"]], 31) == [
        "hip_internal_rotation_left_deg",
        "  mean: 18.4",
        "  unit: degrees",
    ]


WORDS = st.text("abcdefgh", min_size=1, max_size=9)
CELLS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4),
    width=st.integers(40, 90),
)
def test_no_line_is_wider_and_no_word_is_lost(rows, width):
    shown = lines(["one", "two", "three"], rows, width)
    assert max(map(len, shown)) <= width
    words = " ".join(shown).split()
    assert all(word in words for row in rows for cell in row for word in cell.split())


@given(text=st.lists(WORDS, min_size=1, max_size=30).map(" ".join), width=st.integers(12, 40))
def test_a_broken_line_has_the_same_words(text, width):
    broken = wrapped(text, width)
    assert " ".join(broken) == text
    assert max(map(len, broken)) <= width


def test_what_several_sentences_repeat_stands_once_below_them():
    near = "Another seed may give another verdict."
    said = said_once([f"Back adds. {near}", "Hips add little.", f"Both add. {near}"])
    assert said == ["Back adds. *", "Hips add little.", "Both add. *", f"* {near}"]


@pytest.mark.parametrize("said", [["One. Two.", "One. Three."], ["One."], []])
def test_what_is_said_once_stays(said):
    assert said_once(said) == said
