"""The documentation site: what it shows, and that it works from a folder without a network."""

import importlib.util
import re
from pathlib import Path

import pytest
import yaml
from mkdocs.exceptions import PluginError

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_HOST = re.compile(r"https?://|\burl\(")

# Words that the field does not use, and its own.
NOT_OUR_WORDS = {
    "people not seen": "out-of-fold, or new patients",
    "corrected for optimism": "optimism-corrected",
    "cannot tell at this n": "inconclusive at this sample size",
    "smallest gain worth having": "minimum important gain",
    "act on all": "treat all",
    "resampled models": "bootstrap models",
    "refits": "bootstrap models",
    "from site to site": "internal-external cross-validation",
    "spread beyond chance": "between-group heterogeneity",
    "synthetic": "simulated",
    "honest": "valid, or nothing",
    " mend": "correct, or repair",
    " anew": "again",
    "to the letter": "exactly",
    "the house": "the project",
}
# Written from tests and code, or a record of what was done when.
NOT_READ = {"bad-input.md", "codes.md", "decisions.md", "performance.md", "architecture.md"}
# "95 % interval" alone could be either of two; "95 % intervals" of a prediction are named before.
_CODE = re.compile(r"```.*?```|`[^`]*`")
_UNNAMED_INTERVAL = re.compile(r"\b95 % interval\b")


class _Settings(yaml.SafeLoader):
    """mkdocs.yml, whose tags of Python are left as text."""


_Settings.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def _module(name):
    """A module of the site, which lies beside mkdocs.yml."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settings() -> dict:
    """What mkdocs.yml says."""
    return yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=_Settings)


def pages_of(nav) -> list[str]:
    """Every page that the navigation names."""
    if isinstance(nav, str):
        return [nav]
    branches = nav.values() if isinstance(nav, dict) else nav
    return [page for branch in branches for page in pages_of(branch)]


def test_the_navigation_names_every_page_once():
    named = pages_of(settings()["nav"])
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert len(named) == len(set(named))
    assert set(named) == there


def test_the_navigation_is_by_kind_of_text():
    titles = [next(iter(branch)) for branch in settings()["nav"]]
    assert titles == ["Home", "Tutorials", "How-to guides", "Explanation", "Reference", "About"]


def test_search_and_links_work_without_a_server():
    assert {"search", "offline"} <= {one for one in settings()["plugins"] if isinstance(one, str)}
    assert settings()["extra"]["polyfills"] == ["assets/iframe-worker.js"]


def test_nothing_is_loaded_from_another_host():
    assert settings()["theme"]["font"] is False
    for path in [*DOCS.glob("assets/*.css"), *DOCS.glob("assets/*.js")]:
        assert not _HOST.search(path.read_text(encoding="utf-8")), path.name


def test_formulas_become_mathml():
    page = r'<p><span class="arithmatex">\(a &lt; b\)</span></p><div class="arithmatex">\[x\]</div>'
    converted = _module("mkdocs_formulas").with_mathml(page)
    assert '<p><math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">' in converted
    assert '<div class="formula"><math' in converted
    assert "arithmatex" not in converted


def test_parts_of_a_formula_can_stand_below_each_other_and_a_wide_one_scrolls():
    formula = r'<div class="arithmatex">\[x, \qquad y = 1\]</div>'
    narrow = _module("mkdocs_formulas").with_mathml(formula)
    assert narrow.count("<math") == 2
    assert "tabindex" not in narrow
    wide = formula.replace("y = 1", "y = " + " + ".join("abcdefghijklm"))
    assert '<div class="formula" tabindex="0">' in _module("mkdocs_formulas").with_mathml(wide)


def test_heads_of_tables_have_their_scope_and_cells_of_rows_are_left():
    table = (
        '<table><thead><tr><th>a</th><th style="text-align: right;">b</th>'
        '<th scope="colgroup">c</th></tr></thead><tbody><tr><th>d</th></tr></tbody></table>'
    )
    assert _module("mkdocs_tables").with_scopes(table) == (
        '<table><thead><tr><th scope="col">a</th><th scope="col" style="text-align: right;">b</th>'
        '<th scope="colgroup">c</th></tr></thead><tbody><tr><th>d</th></tr></tbody></table>'
    )
    assert "mkdocs_tables.py" in settings()["hooks"]


def test_a_formula_that_cannot_be_converted_stops_the_build():
    with pytest.raises(PluginError, match=r"no MathML for \\nosuch in the formula \\nosuch\{x\}"):
        _module("mkdocs_formulas").mathml(r"\nosuch{x}")


PROSE = [page for page in sorted(DOCS.rglob("*.md")) if page.name not in NOT_READ]


@pytest.mark.parametrize("page", [ROOT / "README.md", *PROSE], ids=lambda page: page.stem)
def test_pages_use_the_words_of_the_field(page):
    text = _CODE.sub("", " ".join(page.read_text(encoding="utf-8").split()))
    found = [f"{word}: write {ours}" for word, ours in NOT_OUR_WORDS.items() if word in text]
    assert not found
    assert not _UNNAMED_INTERVAL.search(text), "write 95 % CI, or 95 % prediction interval"
