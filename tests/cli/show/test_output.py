"""What commands print: strict JSON, aligned tables, progress."""

import io
import json

import pytest

from hiprisk.cli.show import output
from hiprisk.cohort.findings import Finding


def test_json_is_one_line_in_the_letters_of_people(capsys):
    output.print_json({"unit": "m²", "value": 0.1})
    out = capsys.readouterr().out
    assert out == '{"unit": "m²", "value": 0.1}\n'
    assert json.loads(out)["value"] == 0.1


def test_json_never_holds_a_number_that_is_none(capsys):
    with pytest.raises(ValueError, match="Out of range float"):
        output.print_json({"value": float("nan")})
    assert capsys.readouterr().out == ""


def test_numbers_stand_on_the_right_and_words_on_the_left(capsys):
    output.print_table(["name", "n", "gain"], [["a", "1,200", "+0.5"], ["bcdef", "7", ""]])
    assert capsys.readouterr().out == (
        "name       n  gain\n"
        "-----  -----  ----\n"
        "a      1,200  +0.5\n"
        "bcdef      7\n"
    )  # fmt: skip


def test_one_word_among_numbers_keeps_a_column_on_the_left(capsys):
    output.print_table(["n"], [["7"], ["too few"]])
    assert capsys.readouterr().out.splitlines()[2] == "7"


def test_a_table_without_rows_is_nothing(capsys):
    output.print_table(["n"], [])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("severity", "column", "line"), [
    ("note", None, "hiprisk: note[COPIES]: rows are copies (remove them)"),
    ("warning", "age", "hiprisk: warning[COPIES]: age: rows are copies (remove them)"),
    ("error", "age", "hiprisk: warning[COPIES]: age: rows are copies (remove them)"),
])  # fmt: skip
def test_a_finding_is_a_line_beside_the_answer(capsys, severity, column, line):
    one = Finding(code="COPIES", severity=severity, column=column, message="rows are copies",
                  advice="remove them")  # fmt: skip
    output.note_findings([one])
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{line}\n")


class Clock:
    """Seconds that pass when told."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    one = Clock()
    monkeypatch.setattr(output.time, "monotonic", one)
    return one


def test_away_from_a_terminal_progress_is_a_line_now_and_then(capsys, clock):
    progress = output.Progress()
    for done in (1, 2, 3, 4):
        clock.now += 4.0
        progress("bootstrap", done, 4)
    lines = capsys.readouterr().err.splitlines()
    # The first after five seconds, none in the ten after it, and the end at once.
    assert lines == [
        "bootstrap: 3/4, 0:08 so far, 0:02 left",
        "bootstrap: 4/4 in 0:12",
    ]


def test_on_a_terminal_progress_is_one_line_that_is_rewritten(monkeypatch, clock):
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(output.sys, "stderr", stream)
    progress = output.Progress()
    progress("tuning", 1, 2)
    clock.now += 75.0
    progress("tuning", 2, 2)
    assert stream.getvalue() == (
        "\r\x1b[Ktuning: 1/2, 0:00 so far, 0:00 left\r\x1b[Ktuning: 2/2 in 1:15\n"
    )


def test_a_metric_has_its_label():
    assert output.metric_label("net_benefit_0.2") == "net benefit at 20 %"
