"""Pages of docs/tutorials show their scripts, and what they print."""

import re
import shutil

import pytest

from tutorial_pages import SAMPLE, cells, page_of, run, scripts

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
SCRIPTS = {script.stem: script for script in scripts()}


def test_there_is_a_tutorial():
    assert "nhs_hip_function" in SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_page_shows_the_code_of_its_script(name):
    page = page_of(SCRIPTS[name]).read_text(encoding="utf-8")
    for cell in cells(SCRIPTS[name]):
        assert cell.text in page, "python tests/tutorial_pages.py writes the pages anew"


def same(printed, shown):
    """The same words, and numbers that differ by rounding at most."""
    assert NUMBER.sub("0", printed) == NUMBER.sub("0", shown)
    for mine, there in zip(NUMBER.findall(printed), NUMBER.findall(shown), strict=True):
        assert float(mine) == pytest.approx(float(there), rel=0.01, abs=0.002)


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLE.is_file(), reason="the NHS records are not beside the project")
@pytest.mark.filterwarnings("ignore::hiprisk.errors.HipRiskWarning")
@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.usefixtures("short_reports")
def test_the_code_runs_on_real_records_and_prints_what_the_page_shows(name, monkeypatch):
    monkeypatch.setenv("HIPRISK_NHS_COHORT", "")
    page = page_of(SCRIPTS[name]).read_text(encoding="utf-8")
    done, names = run(SCRIPTS[name], SAMPLE.resolve())
    shutil.rmtree(names["models"].parent)
    for cell in done:
        _, _, after = page.partition(f"```python\n{cell.text}\n```\n\n```text\n")
        if cell.printed:
            same(cell.printed, after.partition("\n```")[0])
