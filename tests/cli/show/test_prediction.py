"""One patient's answer on the terminal: short and long form."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from commands import run
from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.cli.show.phrases import cost_words
from hiprisk.sheet.format import MeasurementError
from hiprisk.wording.explanations import DIFFERENCE_BETWEEN_PEOPLE
from page_agreement import model_of
from site_sheet import site_sheet
from small_bundle import small_sheet, write_small_bundle
from tree_sheet import tree_sheet

PATIENT = ("--age-years", "63", "--womac-function-0-100", "50")


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_the_short_form_has_picture_reference_patient_parts_and_next_measurement(capsys):
    _, out, _ = run(capsys, "predict", "small", *PATIENT)
    assert "reference patient" in out
    assert "predicted probability of" in out
    # Lines are as wide as the terminal.
    text = " ".join(out.split())
    assert (
        "Compared with an average patient of the development cohort without low back pain, "
        "contributions (points 0-100): "
    ) in text
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
    contents = BundleContents(sheet=dataclasses.replace(sheet, name=name),
                              config={"name": name}, evidence={}, run={}, card="x",
                              cohort_fingerprint="0" * 64, created_with={})  # fmt: skip
    write_bundle(Path("models"), name, contents)


@pytest.mark.parametrize(
    ("form", "said"), [([], "contributions: "), (["--why"], "Contributions (additive)")]
)
def test_an_outcome_without_a_unit_has_no_empty_brackets(capsys, form, said):
    sheet = small_sheet()
    sheet = dataclasses.replace(sheet, outcome=dataclasses.replace(sheet.outcome, unit=""))
    write_bundle_of(sheet, "no-unit")
    _, out, _ = run(capsys, "predict", "no-unit", *PATIENT, *form)
    assert said in " ".join(out.split())
    assert "()" not in out


@pytest.mark.parametrize("form", [[], ["--why"]])
def test_notes_and_parts_have_labels_and_no_names(capsys, form):
    write_bundle_of(tree_sheet(), "trees")
    odd = ("--age-years", "95", "--womac-function-0-100", "50", "--lbp-any", "no")
    _, out, _ = run(capsys, "predict", "trees", *odd, *form)
    assert "Note: age: outside the range of the development cohort" in out
    assert "_" not in out.replace("_____", "")


def test_a_risk_is_said_in_percent_throughout(capsys):
    write_small_bundle(Path("models"), kind="binary", name="risk")
    _, out, _ = run(capsys, "predict", "risk", *PATIENT, "--why")
    assert "percentage points (80 %)" in out
    assert "(log odds, additive)" in out


def test_the_heading_names_the_event(capsys):
    sheet = small_sheet(kind="binary")
    outcome = dataclasses.replace(
        sheet.outcome, label="Sturz", estimand="Sturz in 12 months; nobody", event_level="ja"
    )
    write_bundle_of(dataclasses.replace(sheet, outcome=outcome), "falls")
    _, out, _ = run(capsys, "predict", "falls", *PATIENT)
    assert "Risk of Sturz: ja in 12 months; nobody" in out.splitlines()


def test_how_sites_differ_is_said_beneath_the_answer(capsys, monkeypatch):
    monkeypatch.setattr("hiprisk.wording.explanations.NOTICEABLE_SHARE", 0.0)
    for name, sheet in (("named", site_sheet()), ("mean", site_sheet(kind="binary", named=False))):
        model_of(Path("models"), sheet, name)
    _, out, _ = run(capsys, "predict", "named", *PATIENT)
    assert "A site that the model knows would narrow it most" in " ".join(out.split())
    assert "Random intercepts of 3 sites; between them SD 4.5 points." in " ".join(out.split())
    _, out, _ = run(capsys, "predict", "mean", *PATIENT)
    assert "In 95 % of sites the risk of such a patient lies between" in " ".join(out.split())
    _, out, _ = run(capsys, "sheet", "show", "mean")
    assert "sites       3 sites; between them SD 0.50 of the log odds" in out
    _, out, _ = run(capsys, "predict", "small", *PATIENT)
    assert "sites" not in out


def test_a_new_site_is_said_beside_the_number_and_is_not_missing(capsys):
    model_of(Path("models"), site_sheet(), "named")
    model_of(Path("models"), site_sheet(kind="binary"), "risk")
    for form in ([], ["--why"]):
        _, out, _ = run(capsys, "predict", "named", *PATIENT, "--site", "Nort", *form)
        text = " ".join(out.split())
        sentence = (
            "Site Nort is not among the model's sites (did you mean North?): the mean of the sites "
            "is used, and the interval is that of a new site."
        )
        assert sentence in text
        assert text.index(sentence) < text.index("this patient")
        assert "site that the model knows" not in text.lower()
        assert "low back pain; site" not in text
        assert "This and the new site widen the 80 % prediction interval" in text
    _, out, _ = run(capsys, "predict", "risk", *PATIENT, "--site", "Nort")
    assert "the interval does not contain how sites differ" in " ".join(out.split())


def test_a_width_that_does_not_change_is_not_told(capsys, monkeypatch):
    # As of a score with few values, whose interval moves in whole steps.
    monkeypatch.setattr("hiprisk.wording.quantities.score_decimals", lambda *_: 0)
    sheet = small_sheet()
    assert cost_words(sheet, 0.04) == ""
    assert cost_words(sheet, 0.6).endswith("interval by 1.")


def test_each_level_of_the_exposure_is_told_in_both_forms(capsys):
    told = []
    for form in ([], ["--why"]):
        _, out, _ = run(capsys, "predict", "small", *PATIENT, *form)
        told.append(" ".join(out.split()))
    short, long = told
    _, asked, _ = run(capsys, "predict", "small", *PATIENT, "--lbp-any", "no", "--json")
    predicted = json.loads(asked)["predicted"]
    assert f"patients who are alike in all but low back pain: no {predicted:.1f}, yes " in short
    assert re.search(r"yes vs no [+-]\d+\.\d points\.", short)
    assert "Prediction by low back pain predicted 80 % prediction interval" in long
    assert f" no {predicted:.1f} " in long
    assert DIFFERENCE_BETWEEN_PEOPLE in long


def test_what_would_hardly_help_to_know_is_not_listed(capsys, monkeypatch):
    _, out, _ = run(capsys, "predict", "small", *PATIENT, "--why")
    assert "narrower by (points)" in out
    assert "sex " not in out[out.index("once measured") : out.index("Nothing else would")]
    monkeypatch.setattr("hiprisk.wording.explanations.NOTICEABLE_SHARE", 0.0)
    _, out, _ = run(capsys, "predict", "small", *PATIENT, "--why")
    assert "sex " in out[out.index("once measured") :]
    assert "Nothing else would narrow it noticeably." not in out
    monkeypatch.setattr("hiprisk.wording.explanations.vanishes", lambda *_: True)
    for form in ([], ["--why"]):
        _, out, _ = run(capsys, "predict", "small", *PATIENT, *form)
        text = " ".join(out.split())
        assert "Measuring what is not known would not narrow the 80 % interval noticeably" in text
        assert "narrow it most" not in text
        assert "once measured" not in text
    assert "over 2 variables;" in " ".join(out.split())
