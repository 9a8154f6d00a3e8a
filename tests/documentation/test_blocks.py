"""Every block of code in README.md and docs is run, or has its reason in one list."""

import re

import pytest

from blank_figures import reports_left_short
from documentation.badges import BADGES, drawings
from documentation.blocks import ROOT, blocks_of, indented_blocks, pages
from documentation.examples import run_examples
from documentation.files import prepare, untracked
from documentation.reasons import (
    BLOCKS,
    ELSEWHERE,
    EXAMPLES_ELSEWHERE,
    PYTHON_ELSEWHERE,
    WITH_RECORDS,
)
from documentation.reasons import PAGES as WHOLE
from documentation.running import PageRun, compare_shown
from documentation.settings import check_settings
from tutorial_pages import SAMPLE

PAGES = {page: blocks_of(page) for page in pages()}
LANGUAGES = {"bash", "python", "pycon", "yaml", "json", "text", "mermaid"}
RUN = {"bash", "python", "pycon"}


def reason(block):
    """Why a block is not run here."""
    if block.page in ELSEWHERE and block.language != "yaml":
        return f"{ELSEWHERE[block.page]} runs it"
    if block.page in EXAMPLES_ELSEWHERE and block.language == "pycon":
        return f"{EXAMPLES_ELSEWHERE[block.page]} runs it"
    if block.page in PYTHON_ELSEWHERE and block.language == "python":
        return f"{PYTHON_ELSEWHERE[block.page]} runs it"
    if block.page in WITH_RECORDS and not SAMPLE.is_file():
        return "the NHS records are not beside the project"
    return WHOLE.get(block.page) or BLOCKS.get(block.page, {}).get(block.first)


NOT_RUN = {str(block): block for blocks in PAGES.values() for block in blocks if reason(block)}
SETTINGS = {
    str(block): block
    for blocks in PAGES.values()
    for block in blocks
    if block.language in ("yaml", "json") and not reason(block)
}
TO_RUN = [
    page
    for page, blocks in PAGES.items()
    if any(block.language in RUN and not reason(block) for block in blocks)
]


@pytest.mark.parametrize("page", PAGES)
def test_blocks_are_fenced_and_name_a_language(page):
    assert indented_blocks(page) == [], f"{page}: fence these lines (```bash, ```python, ```text)"
    unknown = [str(block) for block in PAGES[page] if block.language not in LANGUAGES]
    assert unknown == []


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_those_of_a_file_that_hiprisk_reads(name):
    check_settings(SETTINGS[name])


@pytest.mark.slow
@pytest.mark.parametrize("page", TO_RUN)
@pytest.mark.filterwarnings("ignore::hiprisk.errors.HipRiskWarning")
def test_the_commands_and_the_python_of_a_page_run_and_print_what_it_shows(
    page, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    prepare(page)
    run, blocks = PageRun(), PAGES[page]
    if any(block.language == "pycon" and not reason(block) for block in blocks):
        run_examples(page)
    with reports_left_short():
        for block, after in zip(blocks, [*blocks[1:], None], strict=True):
            if reason(block):
                # Its output is not compared, either.
                run.printed = "" if block.language in RUN else run.printed
            elif block.language == "bash":
                run.bash(block, shown=after is not None and after.language == "text")
            elif block.language == "python":
                run.python(block)
            elif block.language == "text" and run.printed:
                compare_shown(block, run.printed)
    if page == "README.md" or page.startswith("docs/tutorials/"):
        assert untracked(tmp_path) == [], "name it in .gitignore"


@pytest.mark.parametrize("name", NOT_RUN)
def test_blocks_that_are_not_run_say_why(name):
    pytest.skip(reason(NOT_RUN[name]))


def test_the_lists_name_what_is_there():
    assert WHOLE.keys() <= PAGES.keys()
    for page, reasons in BLOCKS.items():
        assert reasons.keys() <= {block.first for block in PAGES[page]}, page
    elsewhere = {**ELSEWHERE, **EXAMPLES_ELSEWHERE, **PYTHON_ELSEWHERE}
    assert elsewhere.keys() <= PAGES.keys()
    for page, test in elsewhere.items():
        assert page.rpartition("/")[2] in (ROOT / test).read_text(encoding="utf-8") or (
            "tutorial_pages" in (ROOT / test).read_text(encoding="utf-8")
        )


@pytest.mark.parametrize("name", drawings())
def test_badges_say_what_the_project_states(name):
    assert (BADGES / name).read_text(encoding="utf-8") == drawings()[name]


def test_the_readme_fits_its_length_and_links_to_what_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 120
    for link in re.findall(r"\]\(([^)#]+)", readme):
        assert (ROOT / link).exists(), link
