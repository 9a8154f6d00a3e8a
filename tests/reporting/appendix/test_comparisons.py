"""Candidates in report and card."""

import pytest

from candidate_study import candidate_study
from hiprisk.reporting.appendix.comparisons import settings_text


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return candidate_study(tmp_path_factory)


def test_the_report_names_class_and_settings(study):
    first, beside, held = study.section["candidates"].tables
    names = [row[0] for row in first.rows]
    assert "neighbours (sklearn.neighbors.KNeighborsRegressor, benchmark)" in names
    by_name = dict(zip(names, first.rows, strict=True))
    forest = by_name["forest (sklearn.ensemble.ExtraTreesRegressor)"]
    assert "n estimators 4, min samples leaf 10, max features" in forest[-1]
    assert "out-of-fold" in beside.caption
    assert "held-out" in held.caption
    assert len(beside.rows) == 3 * 4
    assert any("never chosen" in text for text in study.section["candidates"].paragraphs)


def test_the_card_names_the_class_and_says_what_it_costs(study):
    card = (study.bundle.path / "card.md").read_text(encoding="utf-8")
    assert "ridge (sklearn.linear_model.Ridge, benchmark)" in card
    assert "Benchmark ridge (sklearn.linear_model.Ridge): out-of-fold R²" in card
    assert "Model type: forest (sklearn.ensemble.ExtraTreesRegressor)." in card


def test_settings_of_any_type_are_text():
    assert settings_text({"a_b": None, "c": True, "d": 0.12345, "e": "sqrt", "f": 300}) == (
        "a b none, c true, d 0.1235, e sqrt, f 300"
    )
    assert settings_text({}) == "-"
