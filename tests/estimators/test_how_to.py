"""The code of docs/how-to/scikit-learn.md runs, and gives what the page says."""

import pytest

from documentation.examples import run_examples


@pytest.mark.slow
def test_code_of_the_page_gives_what_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    attempted = run_examples("docs/how-to/scikit-learn.md")
    assert attempted > 20
