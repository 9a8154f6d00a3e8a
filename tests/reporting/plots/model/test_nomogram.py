"""The picture of a nomogram."""

from dataclasses import replace

from hiprisk.reporting.plots.model.nomogram import draw_nomogram
from hiprisk.sheet.points.nomogram import nomogram
from small_bundle import small_sheet


def test_every_predictor_has_an_axis_by_label_and_unit():
    ax = draw_nomogram(nomogram(small_sheet()))
    names = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    assert names[0] == "Points"
    assert "Age (years)" in names
    assert names[-2:] == ["Total points", "Predicted WOMAC function (points 0-100)"]
    assert ax.get_title(loc="left") or ax.get_title()


def test_a_risk_is_in_percent():
    ax = draw_nomogram(nomogram(small_sheet(kind="binary")))
    assert ax.get_yticklabels()[-1].get_text().startswith("Risk of")


def test_an_axis_that_nobody_could_read_is_left_out():
    found = nomogram(small_sheet())
    flat = replace(found.axes[0], points=tuple(0.0 for _ in found.axes[0].points))
    ax = draw_nomogram(replace(found, axes=(flat, *found.axes[1:])))
    assert len(ax.get_yticklabels()) == len(found.axes) - 1 + 3
