"""A model whose coefficients are made up says so, whatever the way out."""

import csv
import json
from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.serving.calculator.building import build_page
from hiprisk.serving.fhir.cds_hooks import discovery
from hiprisk.serving.fhir.code_map import load_code_map
from hiprisk.serving.fhir.risk_assessment import risk_assessment
from hiprisk.serving.http.metadata import describe, plain_page
from hiprisk.serving.http.requests import document_of, predict_one
from hiprisk.serving.model import load
from hiprisk.wording.disclaimers import INVENTED
from small_bundle import write_small_bundle

EXAMPLE = Path(__file__).parents[2] / "configs" / "published" / "invented_womac.yaml"
PATIENT = {"age_years": 60, "womac_function_0_100": 40}
OPTIONS = ("--age-years", "60", "--womac-function-0-100", "40")


@pytest.fixture(autouse=True)
def invented(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sheet", "new", str(EXAMPLE)]) == 0
    capsys.readouterr()
    return load("models/invented-womac")


def out_of(capsys, *argv):
    assert main(list(argv)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [
        ("predict", "invented-womac", *OPTIONS),
        ("predict", "invented-womac", *OPTIONS, "--why"),
        ("template", "invented-womac"),
        ("calculator", "invented-womac", "--out", "page.html"),
        ("testpack", "invented-womac", "--out", "pack"),
        ("sheet", "show", "invented-womac"),
    ],
)
def test_it_is_said_on_the_screen(capsys, argv):
    assert "INVENTED COEFFICIENTS" in out_of(capsys, *argv)


@pytest.mark.parametrize(
    "argv",
    [
        ("predict", "invented-womac", *OPTIONS),
        ("template", "invented-womac"),
        ("calculator", "invented-womac", "--out", "page.html"),
    ],
)
def test_it_is_a_key_of_the_json(capsys, argv):
    assert json.loads(out_of(capsys, *argv, "--json"))["invented"] is True


def test_a_scored_file_says_it_in_every_row_and_on_the_screen(capsys):
    Path("c.csv").write_text("age_years,womac_function_0_100\n60,40\n70,50\n")
    argv = ("score", "invented-womac", "c.csv", "--out", "s.csv", "--summary", "s.json")
    assert INVENTED in out_of(capsys, *argv)
    with Path("s.csv").open() as stream:
        assert [row["flags"] for row in csv.DictReader(stream)] == ["INVENTED_MODEL"] * 2
    assert json.loads(Path("s.json").read_text())["invented"] is True


def test_the_list_of_models_says_it(capsys):
    assert "published, invented" in out_of(capsys, "models")


def test_the_page_shows_a_banner(invented):
    page = build_page(invented)
    assert '"invented":true' in page
    assert "<strong>INVENTED COEFFICIENTS.</strong>" in page


def test_the_service_says_it(invented):
    assert document_of(invented, predict_one(invented, PATIENT))["warning"] == INVENTED
    assert describe(invented)["warning"] == INVENTED
    assert INVENTED in plain_page(invented)
    service = discovery(invented, load_code_map(None))["services"][0]
    assert "INVENTED MODEL, not for patients." in service["description"]
    notes = risk_assessment(invented, invented.explain(PATIENT), subject="")["note"]
    assert notes[0]["text"] == INVENTED


def test_a_model_that_is_not_invented_has_no_such_words(tmp_path):
    model = load(write_small_bundle(tmp_path / "other"))
    assert "invented" not in model.predict(PATIENT).to_dict()
    assert '"invented":true' not in build_page(model)
    found = document_of(model, predict_one(model, PATIENT))
    assert "INVENTED" not in found.get("warning", "")
