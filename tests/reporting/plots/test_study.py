"""Participant flow and missing values, as pictures."""

from hiprisk.reporting.plots.study import draw_flow, draw_missing
from report_words import names_in, words_on


def test_the_flow_counts_who_remains(study):
    ax = draw_flow(study.evidence)
    boxes = [text.get_text() for text in ax.texts if text.get_text()]
    first, *steps = study.evidence.flow
    counts = [int(box.split()[0]) for box in boxes]
    expected = [first.n_remaining]
    for step in steps:
        expected += [step.n_left_out] * bool(step.n_left_out) + [step.n_remaining]
    assert counts == expected
    assert "excluded" in boxes[1]
    assert boxes[-1].endswith("analysed")
    assert (
        ax.get_title().replace("\n", " ")
        == "Participant flow, in rows of the cohort (simulated data)"
    )
    assert names_in(" ".join(words_on(ax))) == []


def test_missing_values_are_those_of_table_1_by_label(study):
    ax = draw_missing(study.evidence)
    shown = {label.get_text() for label in ax.get_yticklabels()}
    assert shown <= {row.label for row in study.evidence.table_one.rows}
    assert names_in(" ".join(words_on(ax))) == []
