"""Partial effects: a panel a predictor, on the outcome's scale."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from hiprisk.evidence.predictors.partial_effects import PartialEffect, PartialEffects
from hiprisk.reporting.plots.predictors.panels import (
    COLUMNS,
    LETTERS,
    MOST_PANELS,
    frame_of_panels,
    panel_at,
)
from hiprisk.reporting.plots.style import BLUE, GREY, LABEL, SMALL, set_title
from hiprisk.wording.labels import capital, with_unit

LETTERS_OF_A_ROW = 28
# Levels whose names stand side by side below a panel.
MOST_NAMES = 4


def draw_partial_effects(
    found: PartialEffects, *, unit: str = "", provenance: str = "real", ax: Axes | None = None
) -> Axes:
    """Predictions as each predictor varies: a band where the sheet has bootstrap models.

    Parameters
    ----------
    found : PartialEffects
        The eight predictors with the largest effects are drawn, the largest first.
    unit : str
        Of the predictions.
    provenance : str
        Of the data; ``simulated`` is said.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The panels are its ``child_axes``.
    """
    shown = found.largest(MOST_PANELS)
    n_rows = -(-len(shown) // COLUMNS)
    ax = frame_of_panels(ax, n_rows)
    ax.set_ylabel(f"predicted ({unit})" if unit else "predicted", labelpad=28, fontsize=LABEL)
    ends = [value for one in shown for value in (*one.predicted, *one.low, *one.high)]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    for place, effect in enumerate(shown):
        panel = panel_at(ax, place, n_rows)
        panel.set_ylim(min(ends) - room, max(ends) + room)
        _effect(panel, effect)
    set_title(ax, "Prediction by each predictor, the others held", provenance)
    return ax


def _effect(panel: Axes, effect: PartialEffect) -> None:
    name = capital(with_unit(effect.label, effect.unit))
    lines = textwrap.wrap(name, LETTERS, max_lines=2, placeholder=" …")
    panel.set_title("\n".join(lines), fontsize=SMALL, loc="left", pad=3)
    if effect.kind == "category":
        _levels(panel, effect)
        return
    if effect.low:
        panel.fill_between(effect.values, effect.low, effect.high, color=BLUE, alpha=0.2, lw=0)
    panel.plot(effect.values, effect.predicted, color=BLUE, linewidth=1.8)
    first, last = float(effect.values[0]), float(effect.values[-1])
    inside = [one for one in effect.tenths if first <= one <= last]
    bottom = panel.get_xaxis_transform()
    panel.plot(inside, [0.0] * len(inside), "|", color=GREY, ms=9, transform=bottom, clip_on=False)


def _levels(panel: Axes, effect: PartialEffect) -> None:
    places = range(len(effect.values))
    if effect.low:
        panel.vlines(places, effect.low, effect.high, color=BLUE, linewidth=2.0, alpha=0.6)
    panel.plot(places, effect.predicted, "o", color=BLUE, markersize=5)
    few = len(effect.values) <= MOST_NAMES
    letters = LETTERS_OF_A_ROW // len(effect.values)
    names = [
        textwrap.shorten(str(level), max(letters, 5), placeholder="…") if few else str(place + 1)
        for place, level in enumerate(effect.values)
    ]
    panel.set_xticks(places, names)
    panel.set_xlim(-0.6, len(effect.values) - 0.4)
