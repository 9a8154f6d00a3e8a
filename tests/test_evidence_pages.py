"""The evidence pages: their tables and figures are those of the committed results."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
EXPERIMENTS, DOCS = ROOT / "experiments", ROOT / "docs"
PAGES = sorted((DOCS / "evidence").glob("*.md"))
LARGEST = 100_000


def loaded(monkeypatch, name, folder=EXPERIMENTS / "pages"):
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tables(monkeypatch):
    return loaded(monkeypatch, "tables")


@pytest.fixture
def figures(monkeypatch, tables):
    return loaded(monkeypatch, "figures")


@pytest.fixture
def write(monkeypatch, figures):
    return loaded(monkeypatch, "write")


def test_every_table_is_made_of_its_result(write, tables):
    for page, of_page in tables.TABLES.items():
        text = (DOCS / page).read_text(encoding="utf-8")
        assert write.with_tables(text, of_page) == text, f"{page}: run experiments/pages/write.py"


def test_a_page_without_its_markers_is_refused(write, tables):
    _, of_page = next(iter(tables.TABLES.items()))
    with pytest.raises(SystemExit, match="are not in the page once"):
        write.with_tables("# A page without a marker\n", of_page)


@pytest.mark.slow
@pytest.mark.drawn
def test_figures_are_drawn_small_and_shown_by_a_page(figures):
    texts = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    for name, draw in figures.FIGURES.items():
        assert draw().startswith(b"<?xml")
        kept = DOCS / name
        assert kept.stat().st_size < LARGEST
        assert f"(figures/{kept.name})" in texts


@pytest.mark.slow
@pytest.mark.drawn
def test_figures_of_simulated_people_say_so(figures):
    for name in ("imputation", "back-pain", "model-types"):
        for path, draw in figures.FIGURES.items():
            if Path(path).stem == name:
                assert b"simulated" in draw()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_evidence_page_has_its_parts_and_says_how_to_run_it_again(page):
    text = page.read_text(encoding="utf-8")
    if page.stem == "index":
        others = {other.name for other in PAGES} - {"index.md"}
        assert others <= set(re.findall(r"\(([\w-]+\.md)\)", text))
        return
    assert "**Question.**" in text
    assert "**Answer.**" in text
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    for heading in ("What was done", "What it means", "Limits", "Run it again"):
        assert heading in headings
    scripts = re.findall(r"python (experiments/\S+\.py)", text)
    assert scripts
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def test_make_experiments_names_scripts_that_exist(monkeypatch):
    run_all = loaded(monkeypatch, "run_all", EXPERIMENTS)
    scripts = {step.script for step in run_all.STEPS}
    assert [name for name in scripts if not (EXPERIMENTS / name).is_file()] == []
    for step in run_all.STEPS:
        # A short run must not write over a result.
        assert step.short != step.full
        assert run_all.OUT in step.short or step.short == ("--short",)
    asked = [sys.executable, str(EXPERIMENTS / "run_all.py"), "--help"]
    assert "--short" in subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def test_records_and_scratch_folder_take_the_place_of_their_words(monkeypatch):
    run_all = loaded(monkeypatch, "run_all", EXPERIMENTS)
    step = next(step for step in run_all.STEPS if step.needs_records)
    words = step.command(records=Path("nhs.csv"), scratch=Path("tmp"), short=True)
    assert "nhs.csv" in words
    assert "tmp" in words


def test_results_run_anew_replace_their_own_and_keep_the_others(monkeypatch, tmp_path):
    ordinal = loaded(monkeypatch, "run", EXPERIMENTS / "ordinal")
    columns = ["source", "n", "model", "figure", "mean"]
    old = [("nhs", 300, "linear", "crps", 4.18), ("normal", 300, "linear", "crps", 9.49)]
    new = [("normal", 300, "linear", "crps", 9.5), ("normal", 983, "linear", "crps", 9.33)]
    results = tmp_path / "results.csv"
    pd.DataFrame(old, columns=columns).to_csv(results, index=False)
    found = ordinal.with_new(pd.DataFrame(new, columns=columns), results)
    assert list(found.itertuples(index=False, name=None)) == [old[0], *new]
