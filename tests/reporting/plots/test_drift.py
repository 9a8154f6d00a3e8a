"""Drift as pictures: variables by their labels, and the calibration CUSUM."""

from hiprisk.reporting.plots.drift import draw_cusum, draw_drift
from report_words import names_in, words_on


def test_variables_are_named_by_their_labels(drift):
    ax = draw_drift(drift)
    labels = {label.get_text() for label in ax.get_yticklabels()}
    assert labels == {one.label for one in drift.variables if one.difference is not None}
    assert "age" in labels
    assert ax.get_title().replace("\n", " ") == "Predictor drift (orange diamonds) (simulated data)"
    assert names_in(" ".join(words_on(ax))) == []


def test_without_outcomes_there_is_no_cusum_and_the_reason_stands_there(drift):
    assert [text.get_text() for text in draw_cusum(drift).texts] == ["no time in the file"]
