"""``--report`` of validate, update, drift, compare and associate."""

from pathlib import Path

import pytest

import hiprisk
from commands import answer, run
from hiprisk.errors import MissingExtraError
from hiprisk.reporting.page import pdf


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


def test_a_report_is_written_beside_the_answer(capsys, invented):
    code, _, err = run(capsys, "drift", invented, "cohort.csv", "--report", "drift.html")
    assert (code, "written: drift.html" in err) == (0, True)
    page = Path("drift.html").read_text()
    assert "<h1>Drift of " in page
    assert f"<td>{hiprisk.__version__}</td>" in page


@pytest.mark.parametrize("command", ["validate", "update", "drift"])
def test_another_ending_is_refused_before_any_work(capsys, command):
    method = ["--method", "intercept"] if command == "update" else []
    code, _, said = run(capsys, command, "nothing", "none.csv", *method, "--report", "r.docx")
    assert (code, "--report" in said, "end it with .html or .pdf)" in said) == (2, True, True)


@pytest.mark.parametrize("command", ["compare", "associate"])
def test_so_it_is_of_a_study(capsys, command):
    code, _, said = run(capsys, command, "none.yaml", "--report", "r.docx")
    assert (code, "end it with .html or .pdf" in said) == (2, True)


def test_a_report_that_is_there_is_overwritten_with_force_alone(capsys, invented):
    Path("r.html").write_text("old")
    code, _, said = run(capsys, "drift", invented, "cohort.csv", "--report", "r.html")
    assert (code, "error[EXISTS]" in said) == (2, True)
    assert Path("r.html").read_text() == "old"
    answer(capsys, "drift", invented, "cohort.csv", "--report", "r.html", "--force")
    assert Path("r.html").read_text().startswith("<!doctype html>")


def test_a_pdf_without_weasyprint_is_refused_before_any_work(capsys, monkeypatch):
    def absent():
        raise MissingExtraError("a PDF needs WeasyPrint", advice="install it")

    monkeypatch.setattr(pdf, "_weasyprint", absent)
    code, out, said = run(capsys, "drift", "nothing", "none.csv", "--report", "r.pdf")
    assert (code, out, "a PDF needs WeasyPrint" in said) == (2, "", True)
