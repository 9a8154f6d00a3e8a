"""The panels of the partial effects."""

import dataclasses

import pytest

from hiprisk.evidence.predictors.partial_effects import partial_effects
from hiprisk.reporting.plots.predictors.effects import draw_partial_effects
from small_bundle import small_sheet


def test_each_panel_draws_the_numbers_of_the_evidence(study):
    found = study.evidence.partial_effects
    ax = draw_partial_effects(found, unit="points", provenance=study.evidence.provenance)
    largest = found.largest(8)
    assert len(ax.child_axes) == 8
    assert "(simulated data)" in ax.get_title(loc="left") + ax.get_title()
    assert ax.get_ylabel() == "predicted (points)"
    for panel, effect in zip(ax.child_axes, largest, strict=True):
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
