"""``hiprisk predict`` at a terminal: asked question by question."""

from pathlib import Path

import pytest

from commands import run
from small_bundle import small_sheet, write_small_bundle
from terminal import Terminal

PATIENT = ("--age-years", "63", "--womac-function-0-100", "50")


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_it_asks_question_by_question_and_gives_the_answer_of_the_options(capsys):
    terminal = Terminal("predict", "small")
    terminal.answer("1/4  age (18 to 110 years): ", "63")
    terminal.answer("2/4  sex (1 female, 2 male): ", "")
    terminal.answer("3/4  low back pain (0 no, 1 yes): ", "not known")
    terminal.answer("4/4  WOMAC function (0 to 100 points): ", "50")
    assert terminal.end() == 0
    _, expected, _ = run(capsys, "predict", "small", *PATIENT)
    number = next(line for line in expected.splitlines() if "predicted" in line)
    assert number in terminal.text


def test_a_wrong_answer_is_asked_again_with_its_rule():
    terminal = Terminal("predict", "small")
    terminal.answer("age (18 to 110 years): ", "200")
    terminal.wait_for("must lie in 18 to 110 years, got '200'; Enter if it is not known")
    terminal.answer("age (18 to 110 years): ", "sixty")
    terminal.wait_for("must be a number in 18 to 110 years, got 'sixty'")
    terminal.answer("age (18 to 110 years): ", "63")
    terminal.answer("sex (1 female, 2 male): ", "m")
    terminal.answer("low back pain", "maybe")
    terminal.wait_for("must be one of no, yes, got 'maybe'")
    terminal.answer("low back pain", "2")
    terminal.wait_for("must be one of no, yes, got '2'")
    terminal.answer("low back pain", "1")
    terminal.answer("WOMAC function", "50")
    assert terminal.end() == 0
    # 10 + 6.3 + 30 + 5, a man: everything known.
    assert "predicted                  51.3" in terminal.text


def test_an_unusual_answer_counts_and_one_can_go_back():
    terminal = Terminal("predict", "small", "--json")
    terminal.answer("age (18 to 110 years): ", "95")
    terminal.wait_for("unusual (mostly 40 to 90), but it counts")
    terminal.answer("sex", "<")
    terminal.answer("age (18 to 110 years): ", "63")
    terminal.answer("sex", "male")
    terminal.answer("low back pain", "yes")
    terminal.answer("WOMAC function", "50")
    assert terminal.end() == 0
    assert '"predicted": 51.3' in terminal.text


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_leaving_in_the_middle_is_clean(key):
    terminal = Terminal("predict", "small")
    terminal.answer("age", "63")
    terminal.wait_for("sex")
    assert terminal.leave(key) == 130
    assert "hiprisk: interrupted" in terminal.text
    assert "Traceback" not in terminal.text
    assert sorted(p.name for p in Path().iterdir()) == ["models"]


def test_with_no_name_the_only_model_is_asked():
    terminal = Terminal("predict")
    terminal.wait_for("Model: small")
    terminal.answer("age", "\x04")
    assert terminal.end() == 130


def test_with_no_name_and_several_models_one_is_chosen():
    write_small_bundle(Path("models"), kind="binary", name="risk")
    terminal = Terminal("predict")
    terminal.answer("Which model? (number or name) ", "7")
    terminal.wait_for("must be one of 1 to 2, or a name")
    terminal.answer("Which model? (number or name) ", "sm")
    terminal.answer("1/4  age", "\x04")
    assert terminal.end() == 130


def test_the_sheet_of_these_tests_asks_four_questions():
    assert len(small_sheet().variables) == 4
