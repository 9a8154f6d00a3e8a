"""Each way in uses the shared rules: the same refusals, and a planted name never comes out.

Cells go through every way in `test_cells.py`; here are whole files through every command that
reads a cohort, and the page.
"""

import logging
from pathlib import Path

import pytest

from bad_input.commands import names_in, run
from bad_input.matrix import CELLS, FILES, SECRET
from hiprisk.cli import main
from hiprisk.serving.model import load

CONFIGS = Path(__file__).parents[2] / "configs"
STUDY = CONFIGS / "stupar.yaml"
COMMANDS = {
    "check": ["check", "FILE"],
    "init": ["init", "FILE"],
    "score": ["score", "invented-womac", "FILE", "--out", "out.csv"],
    "train": ["train", STUDY, "--cohort", "FILE", "--set", "tracking.enabled=false"],
    "associate": ["associate", STUDY, "--cohort", "FILE"],
    "compare": ["compare", STUDY, "--cohort", "FILE"],
    "samplesize": ["samplesize", STUDY, "--cohort", "FILE"],
    "validate": ["validate", "invented-womac", "FILE"],
    "validate a column": ["validate", "FILE", "--predictions", "womac_function_0_100",
                          "--outcome", "womac_function_followup_0_100"],
    "update": ["update", "invented-womac", "FILE", "--method", "intercept"],
    "drift": ["drift", "invented-womac", "FILE"],
    "models --compare": ["models", "--compare", "invented-womac", "other", "--cohort", "FILE"],
}  # fmt: skip
SMOKE = [
    case
    for case in FILES
    if case.name
    in (
        "1 empty file",
        "3 no such file",
        "5 bytes of another encoding",
        "12 every row one field too many",
        "15 a quote that is not closed",
        "19 the last line is cut off",
        "7 a NUL byte",
        "69 a web address",
    )
]


@pytest.fixture
def invented(here, capsys):
    """The published model `invented-womac`, and `other` of another title, beside the files."""
    published = CONFIGS / "published" / "invented_womac.yaml"
    assert main(["sheet", "new", str(published)]) == 0
    other = published.read_text(encoding="utf-8").replace("name: invented-womac", "name: other")
    (here / "other.yaml").write_text(other, encoding="utf-8")
    assert main(["sheet", "new", "other.yaml"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("case", SMOKE, ids=lambda case: case.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_a_file_as_the_reader_does(
    capsys, caplog, here, invented, given, command, case
):
    caplog.set_level(logging.DEBUG)
    if command == "samplesize" and case.path:
        pytest.skip("it plans for a cohort that is not there yet, and says so")
    file = given(case)
    before = names_in(here)
    argv = [file if word == "FILE" else word for word in COMMANDS[command]]
    code, out, err = run(capsys, *argv)
    assert (code, out) == (case.exit_code, "")
    assert err.splitlines()[-1].startswith(f"hiprisk: error[{case.code}]: ")
    assert SECRET not in out + err + caplog.text
    # A study may have made the empty folder of its models; nothing of the file is anywhere.
    assert set(names_in(here)) <= {*before, "models"}


def planted(n=40):
    names = "person_id,age_years,sex,lbp_any,womac_function_0_100,womac_function_followup_0_100"
    rows = [f"{SECRET} {i},{50 + i},female,{SECRET} {i},{SECRET} {i},{i}" for i in range(n)]
    return "\n".join([names, *rows]) + "\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_planted_name_in_every_cell_never_comes_out(capsys, caplog, here, invented, command):
    caplog.set_level(logging.DEBUG)
    (here / "in.csv").write_text(planted())
    argv = ["in.csv" if word == "FILE" else word for word in COMMANDS[command]]
    code, out, err = run(capsys, *argv)
    # `init` drafts and `drift` reports whatever the cells are.
    assert code == {"score": 6, "init": 0, "drift": 0}.get(command, 3)
    assert SECRET not in out + err + caplog.text
    for path in here.rglob("*"):
        # The scored file gives the rows back; nothing else may hold a cell.
        if path.is_file() and path.name not in ("in.csv", "out.csv"):
            assert SECRET.encode() not in path.read_bytes(), path.name


def test_init_drafts_no_identifier(capsys, here):
    (here / "in.csv").write_text(f"who,age\n{SECRET},64\nx,65\n")
    run(capsys, "init", "in.csv")
    for path in here.glob("*.yaml"):
        assert SECRET not in path.read_text()


# --- the page --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    serving_browser = pytest.importorskip("serving_browser", reason="no calculator page")
    from hiprisk.serving.calculator.building import build_page
    from small_bundle import write_small_bundle

    folder = tmp_path_factory.mktemp("page")
    page = folder / "page.html"
    page.write_text(build_page(load(write_small_bundle(folder))), encoding="utf-8")
    with serving_browser.running_browser() as browser:
        opened = browser.new_context().new_page()
        opened.goto(page.as_uri())
        yield opened


@pytest.mark.parametrize(
    "case", [case for case in CELLS if not case.only_files], ids=lambda case: case.name
)
def test_the_page_refuses_with_the_rule(tab, case):
    given = {
        "age_years": "64", "sex": "female", "lbp_any": "yes", "womac_function_0_100": "40",
        **dict.fromkeys((case.column, *case.also), case.cell),
    }  # fmt: skip
    answer = tab.evaluate("(given) => window.hiprisk.explain(given)", given)
    if case.flag:
        assert f"{case.code}({case.column})" in answer["flags"]
    else:
        assert answer["refused"][0]["code"] == case.code
        assert case.person in answer["refused"][0]["rule"]
