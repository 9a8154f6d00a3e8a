"""``hiprisk report``: the report of a bundle as HTML and PDF."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from hiprisk.bundle.reading import Bundle, read_bundle
from hiprisk.cli import main
from hiprisk.errors import MissingExtraError
from hiprisk.reporting.page import pdf
from small_bundle import write_small_bundle

TINY = "<!doctype html><html><head><title>T</title></head><body><h1>T</h1></body></html>"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"), files={"report.html": TINY.encode()})


def can_draw():
    try:
        pdf.page_as_pdf(TINY)
    except MissingExtraError:
        return False
    return True


needs_weasyprint = pytest.mark.skipif(not can_draw(), reason="WeasyPrint cannot draw here")


def test_html_is_that_of_the_bundle(capsys):
    assert main(["report", "small", "--out", "r.html"]) == 0
    assert Path("r.html").read_text() == TINY
    assert capsys.readouterr().out.startswith("SIMULATED DATA")


@needs_weasyprint
def test_a_pdf_is_the_same_bytes_each_time(capsys):
    assert main(["report", "small", "--out", "a.pdf", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main(["report", "small", "--format", "pdf", "--out", "b"]) == 0
    assert Path("a.pdf").read_bytes() == Path("b").read_bytes()
    assert Path("a.pdf").read_bytes().startswith(b"%PDF-")
    assert found["format"] == "pdf"
    assert found["bytes"] == Path("a.pdf").stat().st_size
    assert found["bundle_sha256"] == read_bundle("small").sha256


def test_an_ending_that_says_nothing_is_asked_about(capsys):
    assert main(["report", "small", "--out", "report.docx"]) == 2
    assert "end it with .html or .pdf, or add --format" in capsys.readouterr().err
    assert not Path("report.docx").exists()


def test_a_format_that_the_ending_contradicts_is_refused(capsys):
    assert main(["report", "small", "--format", "pdf", "--out", "r.html"]) == 2
    assert "r.html: --format pdf contradicts the ending" in capsys.readouterr().err
    assert not Path("r.html").exists()


@pytest.mark.parametrize("out", ["models/small/1/r.html", "models/small/1/tables/r.html"])
def test_a_report_within_the_bundle_would_make_it_unreadable(capsys, out):
    Path(out).parent.mkdir(exist_ok=True)
    assert main(["report", "small", "--out", out]) == 5
    assert "r.html: the output would be in a bundle" in capsys.readouterr().err
    assert main(["report", "small", "--out", "models/r.html"]) == 0


def test_a_broken_bundle_gives_no_report(capsys):
    (Path("models/small/1") / "report.html").write_text("another")
    assert main(["report", "small", "--out", "r.html"]) == 4
    assert "report.html" in capsys.readouterr().err
    assert not Path("r.html").exists()


def test_a_model_without_a_study_has_no_report(capsys):
    shutil.rmtree("models")
    write_small_bundle(Path("models"))
    assert main(["report", "small", "--out", "r.html"]) == 3
    said = capsys.readouterr().err
    assert "error[NO_REPORT]: small@1: this bundle has no report" in said
    assert "hiprisk sheet show" in said


def test_of_an_old_updated_model_the_letter_says_how_to_get_a_report(monkeypatch, capsys):
    shutil.rmtree("models")
    write_small_bundle(Path("models"))
    monkeypatch.setattr(Bundle, "lineage", {"parent_name": "small"})
    assert main(["report", "small", "--out", "r.html"]) == 3
    said = capsys.readouterr().err
    assert "error[NO_REPORT]" in said
    assert "update its parent again, with --report" in said
    assert not Path("r.html").exists()


def test_a_file_is_not_written_over_without_force(capsys):
    Path("r.html").write_text("mine")
    assert main(["report", "small", "--out", "r.html"]) == 2
    assert "add --force" in capsys.readouterr().err
    assert main(["report", "small", "--out", "r.html", "--force"]) == 0


def test_without_weasyprint_the_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert main(["report", "small", "--out", "r.pdf"]) == 2
    assert 'pip install "hiprisk[report]"' in capsys.readouterr().err
    assert not Path("r.pdf").exists()
