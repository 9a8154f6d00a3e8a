"""The panels of the partial effects."""

import dataclasses

import pytest

from hiprisk.evidence.predictors.partial_effects import (
    PartialEffect,
    PartialEffects,
    partial_effects,
)
from hiprisk.reporting.plots.predictors.effects import draw_partial_effects
from small_bundle import small_sheet


@pytest.mark.slow
def test_each_panel_draws_the_numbers_of_the_evidence(study):
    found = study.evidence.partial_effects
    ax = draw_partial_effects(found, unit="points", provenance=study.evidence.provenance)
    largest = found.largest(8)
    assert len(ax.child_axes) == 8
    assert "(simulated data)" in ax.get_title(loc="left") + ax.get_title()
    assert ax.get_ylabel() == "predicted (points)"
    for panel, effect in zip(ax.child_axes, largest, strict=True):
        title = panel.get_title(loc="left").replace("\n", " ")
        assert (title.lower(), panel.get_xlabel()) == (effect.label.lower(), effect.unit)
        drawn = panel.get_lines()[0]
        assert tuple(drawn.get_ydata()) == effect.predicted
        ends = [y for path in panel.collections[0].get_paths() for y in path.vertices[:, 1]]
        assert min(ends) == pytest.approx(min(effect.low))
        assert max(ends) == pytest.approx(max(effect.high))


def test_without_bootstrap_models_there_is_no_band():
    sheet = small_sheet()
    alone = dataclasses.replace(sheet, model=dataclasses.replace(sheet.model, refits=None))
    ax = draw_partial_effects(partial_effects(alone))
    assert [len(panel.collections) for panel in ax.child_axes] == [0] * len(ax.child_axes)


def of_levels(n):
    levels = tuple(f"{place}_to_{place + 9}" for place in range(10, 10 + 10 * n, 10))
    effect = PartialEffect(label="age band", unit="", variables=("age_band",), kind="category",
                           values=levels, predicted=tuple(map(float, range(n))))  # fmt: skip
    return PartialEffects(effects=(effect,), n_refits=0)


def names_below(n):
    (panel,) = draw_partial_effects(of_levels(n)).child_axes
    return [label.get_text() for label in panel.get_xticklabels()]


def test_every_level_of_a_category_has_its_name_in_words():
    assert names_below(2) == ["10 to 19", "20 to 29"]
    assert names_below(3) == ["10 to 19", "20 to 29", "30 to 39"]
    assert names_below(6)[-1] == "60 to 69"
    # Of very many, every second one has room.
    assert names_below(12) == ["10 to 19", "30 to 39", "50 to 59", "70 to 79", "90 to 99",
                               "110 to 119"]  # fmt: skip


def test_predictions_of_trees_are_drawn_as_steps():
    found = partial_effects(small_sheet())
    for steps, style in ((True, "steps-mid"), (False, "default")):
        ax = draw_partial_effects(found, steps=steps)
        numbers = zip(ax.child_axes, found.largest(8), strict=True)
        lines = [panel.get_lines()[0] for panel, one in numbers if one.kind == "number"]
        assert {line.get_drawstyle() for line in lines} == {style}
