"""The code of the guides on models and predictions of others runs, and gives what they say."""

import pytest

from blank_figures import figures_left_blank
from documentation.examples import run_examples


@pytest.mark.slow
def test_code_of_the_page_gives_what_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with figures_left_blank():
        attempted = run_examples("docs/how-to/your-own-model.md")
    assert attempted > 25
    assert (tmp_path / "judged.html").stat().st_size > 10_000


@pytest.mark.slow
def test_predictions_without_an_estimator_are_evaluated_as_the_page_says():
    assert run_examples("docs/how-to/evaluate-predictions.md") > 15
