"""Published models that are given out as bundles: they load, predict, and say what they are."""

from pathlib import Path

import pytest

from hiprisk.bundle import list_bundles, read_bundle
from hiprisk.cli import main
from hiprisk.config.published import load_published
from hiprisk.learning.sheets.published import published_sheet
from hiprisk.serving.model import Model
from hiprisk.sheet.format import Sheet

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT / "models" / "published"
SURROGATE = PUBLISHED / "nhs-proms-hip-surrogate"
CHECKED = (
    "age_band", "sex", "symptom_duration", "previous_hip_surgery", "living_arrangement",
    "disability", "heart_disease", "high_blood_pressure", "stroke", "poor_circulation",
    "lung_disease", "diabetes", "kidney_disease", "nervous_system_disease", "liver_disease",
    "cancer", "depression", "arthritis",
)  # fmt: skip
NOTHING = dict.fromkeys(CHECKED, "no") | {
    "ohs_0_48": 20, "age_band": "under_50", "sex": "female", "symptom_duration": "under_1y",
    "living_arrangement": "with_others",
}  # fmt: skip


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return read_bundle(SURROGATE).sheet


@pytest.mark.parametrize("path", list_bundles(PUBLISHED), ids=lambda path: path.parent.name)
def test_every_published_bundle_is_the_model_of_its_config(path):
    bundle = read_bundle(path)
    stem = bundle.name.replace("-", "_")
    written = published_sheet(load_published(ROOT / "configs" / "published" / f"{stem}.yaml"))
    assert bundle.sheet.to_json() == written.to_json()
    assert bundle.provenance == "published"


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        # By hand: 33.837 + 0.5966 x 20 - 0.008458 x 400.
        ({}, 42.3858),
        # + 0.9341 for a man, - 0.0261 for the age, - 2.4857 for a disability.
        ({"sex": "male", "age_band": "70_to_79", "disability": "yes"}, 40.8081),
        # - 2.8652 for depression; 0.5966 x 5 - 0.008458 x 25 in place of what 20 points give.
        ({"ohs_0_48": 5, "depression": "yes"}, 33.74335),
    ],
)
def test_the_surrogate_predicts_what_its_coefficients_say(patient, expected):
    answer = Model(read_bundle(SURROGATE)).predict(NOTHING | patient)
    assert answer.values["predicted"] == pytest.approx(expected, abs=1e-9)


def test_the_surrogate_is_labelled_where_it_is_introduced(sheet):
    assert "surrogate, not the NHS model" in sheet.title
    assert sheet.notes[0].startswith("SURROGATE, NOT THE PUBLISHED MODEL")
    assert "not for any patient" in sheet.intended_use


def test_the_surrogate_holds_no_record_of_a_person(sheet):
    # No coefficients of bootstrap models, no people of a first visit: means and shares alone.
    assert sheet.first_visit is None
    assert sheet.model.refits is None
    assert all(share * 100 == pytest.approx(round(share * 100)) for share in sheet.missing.mean[1:])


def test_the_surrogate_gives_a_mean_and_no_interval(sheet):
    assert not sheet.has_outcome_distribution


def test_an_answer_and_a_scored_file_say_that_it_is_a_surrogate(capsys, tmp_path):
    assert main(["predict", str(SURROGATE), "--ohs-0-48", "20", "--sex", "male"]) == 0
    answer = capsys.readouterr().out
    assert answer.startswith("SURROGATE, NOT THE PUBLISHED MODEL")
    assert "a surrogate of a published model." in " ".join(answer.split())
    (tmp_path / "people.csv").write_text("ohs_0_48,sex\n20,male\n30,female\n")
    words = ["score", str(SURROGATE), str(tmp_path / "people.csv"), "--out"]
    assert main([*words, str(tmp_path / "scored.csv")]) == 0
    assert capsys.readouterr().out.startswith("SURROGATE, NOT THE PUBLISHED MODEL")
