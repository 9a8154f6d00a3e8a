"""``hiprisk template``: what a model asks for."""

from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.cli.template import _write
from small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.fixture
def small():
    return write_small_bundle(Path("models"))


def test_a_name_that_a_spreadsheet_would_run_is_guarded(tmp_path):
    _write(tmp_path / "out.csv", ["person_id", "=cmd()", "age_years"])
    assert (tmp_path / "out.csv").read_text() == "person_id,'=cmd(),age_years\n"


def test_template_lists_units_and_writes_an_empty_file(capsys, small):
    code, found = answer(capsys, "template", "small", "--out", "empty.csv")
    assert code == 0
    assert found["variables"][0]["range"] == [18.0, 110.0]
    header = Path("empty.csv").read_text()
    assert header == "person_id,age_years,sex,lbp_any,womac_function_0_100\n"
    _, out, _ = run(capsys, "template", "small")
    assert "18 to 110 years" in out
    assert run(capsys, "template", "small", "--out", "empty.csv")[0] == 2
