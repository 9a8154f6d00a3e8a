"""``hiprisk predict`` for people: asked question by question on a terminal, short and long."""

import contextlib
import dataclasses
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.cli import main
from hiprisk.cli.show.intervals import ASCII, Band, draw_bands, marks_for
from hiprisk.cli.show.phrases import moves_text
from hiprisk.serving.model import load
from hiprisk.sheet.format import MeasurementError
from hiprisk.sheet.similarity import Distance
from hiprisk.wording.similarity import similarity_warning
from small_bundle import small_sheet, write_small_bundle
from tree_sheet import tree_sheet

PATIENT = ("--age-years", "63", "--womac-function-0-100", "50")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def run(capsys, *argv):
    code = main(list(argv))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


class Terminal:
    """`hiprisk` at a pseudo-terminal: type, read, see how it ends."""

    def __init__(self, *argv):
        self._master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hiprisk", *argv],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment,
            preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(slave)
        self.text, self._seen = "", 0

    def wait_for(self, words, *, seconds=60.0):
        """Read until words appear after what was read before."""
        until = time.monotonic() + seconds
        while words not in self.text[self._seen :] and time.monotonic() < until:
            if not self._read():
                break
        assert words in self.text[self._seen :], self.text[self._seen :]
        self._seen = self.text.index(words, self._seen) + len(words)

    def type(self, text):
        with contextlib.suppress(OSError):  # the other side may just have closed
            os.write(self._master, text.encode())

    def answer(self, question, text):
        """Wait for a question, then type a line."""
        self.wait_for(question)
        self.type(text + "\n")

    def leave(self, key):
        """Press a key until the process ends: one that comes between prompt and read is lost."""
        for _ in range(30):
            if self._process.poll() is not None:
                break
            self.type(key)
            time.sleep(0.2)
            self._read()
        return self.end()

    def end(self, *, seconds=60.0):
        """Everything to the end, and the exit code."""
        until = time.monotonic() + seconds
        while self._read() and time.monotonic() < until:
            pass
        if self._process.poll() is None and time.monotonic() >= until:
            self._process.kill()
        code = self._process.wait(timeout=60)
        os.close(self._master)
        return code

    def _read(self):
        ready, _, _ = select.select([self._master], [], [], 1.0)
        if not ready:
            return self._process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self.text += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


def _take_terminal():
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


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


def test_nothing_given_away_from_a_terminal_is_refused(capsys):
    code, _, err = run(capsys, "predict", "small")
    assert code == 2
    assert "nothing is known of the patient" in err


def test_the_short_form_has_picture_typical_patient_parts_and_next_measurement(capsys):
    _, out, _ = run(capsys, "predict", "small", *PATIENT)
    assert "typical patient" in out
    assert "predicted probability of" in out
    # Lines are as wide as the terminal.
    text = " ".join(out.split())
    assert "Contributions relative to the typical patient (points" in text
    assert "WOMAC function +7.2" in text
    assert "imputed: sex; low back pain. This widens the 80 % prediction interval" in text
    assert "Measuring low back pain would narrow it most" in out
    assert "Model small version 1" in out


UNLIKELY = ("--age-years", "41", "--sex", "male", "--womac-function-0-100", "97", "--lbp-any", "no")


@pytest.mark.parametrize("form", [[], ["--why"]])
def test_values_that_do_not_go_together_are_said_in_a_line(capsys, form):
    # Each is inside its own range.
    _, out, _ = run(capsys, "predict", "small", *UNLIKELY, *form)
    line = (
        "WARNING: taken together, these values are unlike the development cohort; check them, "
        "and trust the prediction less."
    )
    assert out.splitlines().count(line) == 1
    _, out, _ = run(capsys, "predict", "small", *PATIENT, *form)
    assert "taken together" not in out


def test_likeness_in_words():
    assert similarity_warning(load("small").explain({"age_years": 63}).explanation.distance) is None
    assert "nothing is known" in similarity_warning(None)
    assert "19 in 20" in similarity_warning(
        Distance(squared=7.0, n_columns=2, tail=0.03, likeness="less_usual")
    )


def test_the_short_form_says_how_far_to_trust_it_in_three_lines(capsys):
    write_bundle_of(measured(small_sheet()), "measured")
    write_bundle_of(tree_sheet(), "trees")
    # All known, so that nothing but the 0.1 a year hangs on age: 3.1 and 4.7 of them.
    known = (*PATIENT, "--sex", "male", "--lbp-any", "yes")
    _, out, _ = run(capsys, "predict", "measured", *known)
    lines = out.splitlines()
    first = lines.index("Change within measurement error: +/- 0.3 to 0.5 (goniometer, assumed).")
    assert re.fullmatch(
        r"Like the development cohort; effective sample size \d+\.", lines[first + 1]
    )
    assert re.fullmatch(
        r"Bootstrap models \(95 %\): \d+\.\d to \d+\.\d \(95 % of 41\)\.", lines[first + 2]
    )
    assert lines[first + 3] == ""
    _, out, _ = run(capsys, "predict", "trees", *PATIENT)
    assert "Change within measurement error: not available." in out
    assert "Bootstrap models (95 %): not available." in out


def measured(sheet):
    """Ages read off a goniometer, and a prediction that hardly hangs on them (0.1 a year)."""
    error = MeasurementError(instrument="goniometer", low=3.1, high=4.7, source="x", assumed=True)
    age, *others = sheet.variables
    return dataclasses.replace(
        sheet, variables=(dataclasses.replace(age, measurement=error), *others)
    )


def write_bundle_of(sheet, name):
    contents = BundleContents(sheet=sheet, config={"name": name}, evidence={}, run={}, card="x",
                              cohort_fingerprint="0" * 64, created_with={})  # fmt: skip
    write_bundle(Path("models"), name, contents)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.04, 0.06, "+/- 0.04 to 0.06"),
        (0.31, 0.34, "+/- 0.31 to 0.34"),
        (0.0, 0.0, "+/- 0.0"),
        (0.2, 0.2, "+/- 0.2"),
        (0.004, 0.004, "+/- 0.004"),
        (1.2, 2.3, "+/- 1.2 to 2.3"),
        (0.0, 0.05, "+/- 0.0 to 0.1"),
    ],
)
def test_a_small_range_stays_a_range(low, high, said):
    assert moves_text(small_sheet(), high, low) == said
    binary = moves_text(small_sheet(kind="binary"), low / 100, high / 100)
    assert binary == said + " percentage points"


@pytest.mark.parametrize("form", [[], ["--why"]])
def test_notes_and_parts_have_labels_and_no_names(capsys, form):
    write_bundle_of(tree_sheet(), "trees")
    odd = ("--age-years", "95", "--womac-function-0-100", "50", "--lbp-any", "no")
    _, out, _ = run(capsys, "predict", "trees", *odd, *form)
    assert "Note: age: outside the range of the development cohort" in out
    assert "_" not in out.replace("_____", "")


def test_the_long_form_says_all_of_it(capsys):
    _, out, _ = run(capsys, "predict", "small", *PATIENT, "--why")
    for words in (
        "Contributions relative to the typical patient",
        "Most informative next measurement",
        "Measurement error: not available.",
        "Similarity to the development cohort",
        "Effective sample size",
        "41 bootstrap models",
        "The typical patient: medians and most common levels",
    ):
        assert words in out
    assert out.index("typical patient    ") < out.index("this patient    ")


def test_the_parts_of_the_long_form_add_up_as_printed(capsys):
    _, out, _ = run(capsys, "predict", "small", *PATIENT, "--why")
    lines = out[out.index("Contributions relative") :].splitlines()[3:]
    numbers = []
    for line in lines:
        numbers.append(float(line.split()[-1]))
        if line.startswith("this patient"):
            break
    first, *parts, last = numbers
    assert first + sum(parts) == pytest.approx(last, abs=0.005 * len(numbers))


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_json_has_all_of_the_explanation(capsys, kind):
    write_small_bundle(Path("models"), kind=kind, name="other")
    _, out, _ = run(capsys, "predict", "other", *PATIENT, "--json")
    found = json.loads(out)["explanation"]
    assert found["refits"]["n_refits"] == 41
    assert [item["variable"] for item in found["next_measurements"]] == ["lbp_any", "sex"]
    assert found["distance"]["likeness"] == "alike"


def test_a_risk_is_said_in_percent_throughout(capsys):
    write_small_bundle(Path("models"), kind="binary", name="risk")
    _, out, _ = run(capsys, "predict", "risk", *PATIENT, "--why")
    assert "percentage points (80 %)" in out
    assert "(log odds, additive)" in out


def test_bands_stand_where_their_numbers_are(monkeypatch):
    monkeypatch.setattr("hiprisk.cli.show.intervals.marks_for", lambda _: ASCII)
    band = Band(label="p", point=50.0, inner=(40.0, 60.0), outer=(20.0, 100.0))
    _, axis, line = draw_bands([band], low=0.0, high=100.0, unit="%", width=11)
    assert axis == "+-+-+-+-+-+"
    assert line == "  --=o=----  p"
    numbers = draw_bands([band], low=0.0, high=100.0, unit="%", width=31)[0]
    assert numbers.split() == ["0", "20", "40", "60", "80", "100", "%"]


def test_a_terminal_without_these_signs_gets_plain_ones():
    assert marks_for("ascii")["point"] == "o"
    assert marks_for("utf-8")["point"] == "●"
    assert marks_for("no such code")["point"] == "o"


def test_a_band_without_bounds_is_its_point_alone():
    band = Band(label="p", point=0.0, inner=(None, None), outer=(None, None))
    assert draw_bands([band], low=0.0, high=1.0, unit="%", width=11)[2].split()[0] in "o●"


def test_the_sheet_of_these_tests_asks_four_questions():
    assert len(small_sheet().variables) == 4


@pytest.mark.parametrize("form", [[], ["--fhir"], ["--json"]])
def test_a_refusal_shows_nothing_of_a_file_unless_asked(capsys, form):
    patient = Path("patient.json")
    for content, said in (
        ({"age_years": "Jane Roe"}, "error[NOT_A_NUMBER]: age_years: must be a number"),
        ({"age_years": 63, "sex": "Jane Roe"}, "sex: must be one of female, male"),
        ({"age_years": 999}, "age_years: must lie in 18 to 110 years"),
        ({"Jane Roe": 3}, "error[UNKNOWN_VARIABLE]: patient.json: key 1 of 1 is no variable"),
        ({"a": 1, "Jane Roe": [3]}, "patient.json: the value of key 2 is a list or an object"),
    ):
        patient.write_text(json.dumps({**content}))
        code, out, err = run(capsys, "predict", "small", "--from", "patient.json", *form)
        assert code == 3
        assert said in err
        assert not re.search("Jane|Roe|999", out + err)
    patient.write_text('{"sex": "Jane Roe", "womac_function_0_100": 40}')
    _, _, err = run(capsys, "predict", "small", "--from", "patient.json", "--show-values", *form)
    assert "must be one of female, male, got 'Jane Roe'" in err
    # What is typed may be shown: whoever typed it sees it anyway.
    _, _, err = run(capsys, "predict", "small", "--from", "patient.json", "--sex", "x", *form)
    assert "must be one of female, male, got 'x'" in err
    assert "Jane" not in err
    patient.write_text('{"Jane Roe": 40}')
    _, _, err = run(capsys, "predict", "small", "--from", "patient.json", "--show-values", *form)
    assert "'Jane Roe' is no variable of this model" in err
