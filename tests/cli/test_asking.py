"""``hiprisk predict`` at a terminal: asked question by question."""

from dataclasses import replace
from pathlib import Path

import pytest

from commands import run
from hiprisk.cli.asking import ask_bundle, ask_patient
from hiprisk.errors import ConfigError
from page_agreement import model_of
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


# The same questions without a terminal: a person's lines, one after another.


@pytest.fixture
def typed(monkeypatch):
    """A function that answers the questions to come with these lines, and then leaves."""

    def answer_with(*lines):
        left = list(lines)

        def read(question):
            asked.append(question)
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", read)
        return asked

    asked = []
    return answer_with


def asked_of(sheet, tmp_path):
    return ask_patient(model_of(tmp_path / "bundles", sheet))


def test_answers_are_those_of_the_sheet_and_what_is_not_known_is_left_out(typed, tmp_path):
    asked = typed("63", "M", " not known ", "50")
    assert asked_of(small_sheet(), tmp_path) == {
        "age_years": "63", "sex": "male", "womac_function_0_100": "50",
    }  # fmt: skip
    assert asked[0] == " 1/4  age (18 to 110 years): "


@pytest.mark.parametrize(("line", "level"), [
    ("1", "female"), ("2", "male"), ("fem", "female"), ("male", "male"),
])  # fmt: skip
def test_a_level_is_named_by_its_number_its_beginning_or_itself(typed, tmp_path, line, level):
    typed("", line, "", "50")
    assert asked_of(small_sheet(), tmp_path)["sex"] == level


def test_no_and_yes_are_0_and_1_as_everywhere(typed, tmp_path):
    asked = typed("", "", "0", "50")
    assert asked_of(small_sheet(), tmp_path)["lbp_any"] == "no"
    assert asked[2] == " 3/4  low back pain (0 no, 1 yes): "


def test_going_back_drops_what_was_said_and_stops_at_the_first_question(typed, tmp_path, capsys):
    typed("<", "63", "male", "back", "", "yes", "50")
    found = asked_of(small_sheet(), tmp_path)
    assert found == {"age_years": "63", "lbp_any": "yes", "womac_function_0_100": "50"}
    assert "< goes back" in capsys.readouterr().out


def test_a_rule_is_said_beside_the_question_that_comes_again(typed, tmp_path, capsys):
    asked = typed("200", "95", "", "", "50")
    assert asked_of(small_sheet(), tmp_path)["age_years"] == "95"
    out = capsys.readouterr().out
    assert "must lie in 18 to 110 years, got '200'; Enter if it is not known" in out
    assert "unusual (mostly 40 to 90), but it counts" in out
    assert asked[0] == asked[1]


def test_a_model_that_fills_nothing_in_says_that_all_are_needed(typed, tmp_path, capsys):
    typed("63", "male", "no", "50")
    asked_of(replace(small_sheet(), max_imputed_weight=0.0), tmp_path)
    assert capsys.readouterr().out.startswith("4 questions. all are needed;")


def test_the_end_of_the_input_is_leaving(typed, tmp_path):
    typed("63")
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        asked_of(small_sheet(), tmp_path)


def test_the_only_bundle_is_taken_without_a_question(typed, capsys):
    asked = typed()
    assert ask_bundle() == "small"
    assert (asked, capsys.readouterr().out) == ([], "Model: small\n")


@pytest.mark.parametrize("line", ["1", "risk", "ri"])
def test_of_several_bundles_one_is_chosen_by_number_or_name(typed, line, capsys):
    write_small_bundle(Path("models"), kind="binary", name="risk")
    typed("3", "x", line)
    assert ask_bundle() == "risk"
    out = capsys.readouterr().out
    assert "  1  risk\n  2  small\n" in out
    assert out.count("must be one of 1 to 2, or a name") == 2


def test_without_any_bundle_there_is_a_letter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "models")
    with pytest.raises(ConfigError, match="no model is named and there is none in models/"):
        ask_bundle()
