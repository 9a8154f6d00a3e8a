"""Phrases of the terminal."""

from pathlib import Path

import pytest

from hiprisk.cli.show.phrases import moves_text
from hiprisk.serving.model import load
from hiprisk.sheet.similarity import Distance
from hiprisk.wording.similarity import similarity_warning
from small_bundle import small_sheet, write_small_bundle


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_likeness_in_words():
    assert similarity_warning(load("small").explain({"age_years": 63}).explanation.distance) is None
    assert "nothing is known" in similarity_warning(None)
    assert "19 in 20" in similarity_warning(
        Distance(squared=7.0, n_columns=2, tail=0.03, likeness="less_usual")
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.04, 0.06, "+/- 0.04 to 0.06"),
        (0.31, 0.34, "+/- 0.31 to 0.34"),
        (0.0, 0.0, "+/- 0.0"),
        (0.2, 0.2, "+/- 0.2"),
        (0.004, 0.004, "+/- 0.004"),
        (1.2, 2.3, "+/- 1.2 to 2.3"),
        (0.0, 0.05, "+/- 0.0 to 0.1"),
    ],
)
def test_a_small_range_stays_a_range(low, high, said):
    assert moves_text(small_sheet(), high, low) == said
    binary = moves_text(small_sheet(kind="binary"), low / 100, high / 100)
    assert binary == said + " percentage points"
