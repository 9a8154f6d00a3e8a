"""The code of the guides on estimators runs, and gives what the pages say."""

import pytest

from documentation.examples import run_examples


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "n_least"),
    [("docs/how-to/scikit-learn.md", 15), ("docs/how-to/estimator-bundle.md", 15)],
)
def test_code_of_the_page_gives_what_the_page_says(page, n_least, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    attempted = run_examples(page)
    assert attempted > n_least
