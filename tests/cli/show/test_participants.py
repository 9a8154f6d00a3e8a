"""Who takes part, as the terminal has it."""

from hiprisk.cli.show.participants import flow_in_words, show_reasons
from hiprisk.learning.participants.flow import FlowStep


def test_reasons_are_a_table_or_nothing(capsys):
    show_reasons({})
    assert capsys.readouterr().out == ""
    show_reasons({"TOO_MANY_MISSING": 3, "OUT_OF_RANGE": 1})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[3:]] == [
        ["OUT_OF_RANGE", "1"],
        ["TOO_MANY_MISSING", "3"],
    ]


def test_the_flow_is_a_sentence_of_those_left_out():
    steps = [
        FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=300),
        FlowStep(label="outcome unknown", n_left_out=48, n_remaining=252),
        FlowStep(label="no prediction", n_left_out=0, n_remaining=252),
    ]
    said = flow_in_words(steps, 252)
    assert said == "252 of 300 rows evaluated; left out: 48 outcome unknown."
    assert flow_in_words(steps[:1], 300) == "300 of 300 rows evaluated."
