"""The picture of what blocks add reads the result and changes nothing."""

import dataclasses

import pytest

from hiprisk.reporting.plots.increment import draw_added_value
from hiprisk.reporting.plots.style import as_png, new_axes
from hiprisk.wording.quantities import signed_with_interval
from report_words import names_in, words_on


@pytest.fixture
def result(study):
    return study.evidence.added


def test_every_gain_has_a_row_and_every_block_its_verdict(result):
    ax = draw_added_value(result)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    heads = [one.label for one in result.additions]
    assert [label for label in labels if label in heads] == heads
    # Beside the marks: before the name of several blocks it was cut at the figure's edge.
    beside = [" ".join(text.get_text().split()) for text in ax.texts]
    verdicts = [one.verdict for one in result.additions]
    assert [text for text in beside if text in verdicts] == verdicts
    assert labels.count("as used") == 3
    assert len([label for label in labels if label.startswith("what if")]) == 2 * 3


def test_the_numbers_beside_are_those_of_the_result(result):
    beside = [text.get_text() for text in draw_added_value(result).texts]
    for one in result.additions:
        numbers = signed_with_interval(one.gain(result.metric).estimate, 3)
        assert numbers.replace("-", "\N{MINUS SIGN}") in beside


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
