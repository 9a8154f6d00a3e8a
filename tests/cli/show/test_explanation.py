"""What --why adds on the terminal."""

import json
from pathlib import Path

import pytest

from commands import run
from small_bundle import write_small_bundle

PATIENT = ("--age-years", "63", "--womac-function-0-100", "50")


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_the_long_form_says_all_of_it(capsys):
    _, out, _ = run(capsys, "predict", "small", *PATIENT, "--why")
    for words in (
        "Contributions (points 0-100, additive)",
        "Compared with an average patient of the development cohort without low back pain",
        "Most informative next measurement",
        "Measurement error: not available.",
        "Similarity to the development cohort",
        "Effective sample size",
        "41 bootstrap models",
        "The reference patient: an average patient of the development cohort without low back pain",
    ):
        assert words in " ".join(out.split())
    assert out.index("reference patient  ") < out.index("this patient    ")


def test_the_parts_of_the_long_form_add_up_as_printed(capsys):
    _, out, _ = run(capsys, "predict", "small", *PATIENT, "--why")
    lines = out[out.index("reference patient  ", out.index("Compared with")) :].splitlines()
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
