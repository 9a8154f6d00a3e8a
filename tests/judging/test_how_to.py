"""The code of docs/how-to/your-own-model.md runs, and gives what the page says."""

import doctest
from pathlib import Path

import pytest

from blank_figures import figures_left_blank

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "your-own-model.md"


@pytest.mark.slow
def test_code_of_the_page_gives_what_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with figures_left_blank():
        failed, attempted = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert attempted > 30
    assert (tmp_path / "judged.html").stat().st_size > 10_000
