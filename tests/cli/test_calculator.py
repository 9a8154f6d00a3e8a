"""``hiprisk calculator``: the file it writes, and what it needs."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from hiprisk.cli import main
from hiprisk.serving.calculator.building import build_clinician_page, build_page
from hiprisk.serving.model import load
from small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_it_writes_the_page_and_says_that_the_model_is_simulated(capsys):
    assert main(["calculator", "small", "--out", "page.html"]) == 0
    assert Path("page.html").read_text() == build_page(load("small"))
    assert capsys.readouterr().out.startswith("SIMULATED DATA")
    assert sorted(p.name for p in Path().iterdir()) == ["models", "page.html"]


def test_json_has_hashes_of_page_and_bundle(capsys):
    main(["calculator", "small", "--out", "page.html", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["bytes"] == Path("page.html").stat().st_size
    assert found["bundle_sha256"] == load("small").bundle.sha256


def test_a_page_is_not_written_over_without_force(capsys):
    Path("page.html").write_text("mine")
    assert main(["calculator", "small", "--out", "page.html"]) == 2
    assert "page.html: the output file exists (add --force)" in capsys.readouterr().err
    assert Path("page.html").read_text() == "mine"
    assert main(["calculator", "small", "--out", "page.html", "--force"]) == 0


def test_a_folder_that_is_not_there_is_a_store_error(capsys):
    assert main(["calculator", "small", "--out", "nowhere/page.html"]) == 5
    assert "page.html: the output's folder does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [
    ["calculator", "small", "--out", "page.html"],
    ["testpack", "small", "--out", "pack", "--random", "2"],
    ["predict", "small", "--womac-function-0-100", "50", "--why"],
])  # fmt: skip
def test_it_needs_numpy_alone(argv):
    heavy = {"pandas", "sklearn", "scipy", "mlflow", "optuna", "pydantic", "pyarrow", "matplotlib"}
    code = f"from hiprisk.cli import main\nmain({argv!r})\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(done.stdout.splitlines()[-1].split())
    assert "numpy" in found
    assert not heavy & found
    assert not [name for name in found if name.startswith(("hiprisk.learning", "hiprisk.study"))]


def test_the_clinicians_page_is_written_beside_it(capsys):
    code = main(["calculator", "small", "--out", "page.html", "--about", "about.html", "--json"])
    assert code == 0
    assert json.loads(capsys.readouterr().out)["about"] == "about.html"
    about = build_clinician_page(load("small"), calculator="./page.html")
    assert Path("about.html").read_text() == about


def test_two_pages_do_not_go_into_one_file(capsys):
    assert main(["calculator", "small", "--out", "page.html", "--about", "./page.html"]) == 2
    assert "page.html: --about and --out name the same file" in capsys.readouterr().err
    assert not Path("page.html").exists()


@pytest.fixture
def with_report():
    write_small_bundle(Path("models"), files={"report.html": b"<!doctype html><title>T</title>"})


@pytest.mark.usefixtures("with_report")
def test_links_of_the_pages_lead_to_files_that_are_there(capsys):
    Path("pages").mkdir()
    argv = ["calculator", "small", "--out", "pages/a page.html", "--about", "about.html"]
    assert main([*argv, "--report", "pages/r:1.html", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == "pages/r:1.html"
    led = {
        Path(page): re.findall(r'href="([^#"]+)"', Path(page).read_text())
        for page in ("pages/a page.html", "about.html")
    }
    assert [len(links) for links in led.values()] == [1, 2]
    for page, links in led.items():
        for link in links:
            assert (page.parent / unquote(link)).is_file(), link
    assert Path("pages/r:1.html").read_bytes().startswith(b"<!doctype html><title>T")


def test_a_model_without_a_report_is_refused_before_a_page_is_written(capsys):
    argv = ["calculator", "small", "--out", "page.html", "--report", "report.html"]
    assert main(argv) == 3
    assert "error[NO_REPORT]" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["models"]


@pytest.mark.usefixtures("with_report")
@pytest.mark.parametrize(("option", "path", "code", "said"), [
    ("--about", "absent/about.html", 5, "the output's folder does not exist"),
    ("--about", "models", 5, "a folder stands at the output's path"),
    ("--about", "there.html", 2, "there.html: the output file exists"),
    ("--about", "-", 2, "results go to a file"),
    ("--report", "absent/r.html", 5, "the output's folder does not exist"),
    ("--report", "there.html", 2, "there.html: the output file exists"),
    ("--report", "r.docx", 2, "end it with .html or .pdf"),
    ("--report", "page.html", 2, "--report and --out name the same file"),
])  # fmt: skip
def test_wrong_paths_leave_nothing_behind(capsys, option, path, code, said):
    Path("there.html").write_text("mine")
    assert main(["calculator", "small", "--out", "page.html", option, path]) == code
    assert said in capsys.readouterr().err
    assert sorted(one.name for one in Path().iterdir()) == ["models", "there.html"]
    assert Path("there.html").read_text() == "mine"
