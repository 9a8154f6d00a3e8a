"""The picture of what blocks add reads the result and changes nothing."""

import dataclasses

import pytest

from hiprisk.reporting.plots.increment import draw_added_value
from hiprisk.reporting.plots.style import as_png, new_axes
from report_words import names_in, words_on


@pytest.fixture
def result(study):
    return study.evidence.added


def test_every_gain_has_a_row_and_every_block_its_verdict(result):
    ax = draw_added_value(result)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert [label for label in labels if not label.startswith("what if")] == [
        "low back pain", "hip motion", "low back pain + hip motion",
    ]  # fmt: skip
    assert len(labels) == 3 + 2 * 3
    assert [text.get_text() for text in ax.texts] == [one.verdict for one in result.additions]


def test_the_picture_names_simulated_data_and_what_was_declared(result):
    ax = draw_added_value(result)
    assert "(simulated data)" in ax.get_title()
    assert "minimum important gain, 0.01" in ax.get_xlabel()
    assert names_in(" ".join(words_on(ax))) == []
    assert as_png(ax).startswith(b"\x89PNG")


def test_it_draws_on_given_axes(result):
    ax = new_axes()
    assert draw_added_value(result, ax=ax) is ax


def test_rows_and_people_are_two_numbers_in_the_title(result):
    hips = dataclasses.replace(result, n_analysed=160, n_people=80)
    assert "160 rows of 80 people" in draw_added_value(hips).get_title()
