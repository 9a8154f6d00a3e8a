"""Partial effects: a panel a predictor, on the outcome's scale."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.evidence.predictors.partial_effects import PartialEffect, PartialEffects
from hiprisk.reporting.plots.predictors.names import short
from hiprisk.reporting.plots.predictors.panels import (
    COLUMNS,
    MOST_PANELS,
    NUMBERS,
    UNIT,
    frame_of_panels,
    name_panel,
    panel_at,
    space_for,
)
from hiprisk.reporting.plots.style import BLUE, GREY, LABEL, set_title
from hiprisk.wording.labels import capital, in_words

# Names of levels that together have more letters stand upright below a panel, at most so many.
LETTERS_OF_A_ROW, MOST_UPRIGHT = 22, 10
LETTERS_UPRIGHT, BELOW_NAMES = 12, 0.9


def draw_partial_effects(
    found: PartialEffects,
    *,
    unit: str = "",
    provenance: str = "real",
    steps: bool = False,
    ax: Axes | None = None,
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
    steps : bool
        Of decision trees, whose predictions jump.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The panels are its ``child_axes``.
    """
    shown = found.largest(MOST_PANELS)
    n_rows = -(-len(shown) // COLUMNS)
    upright = any(one.kind == "category" and not _side_by_side(one) for one in shown)
    below = BELOW_NAMES if upright else NUMBERS + UNIT
    space = space_for((one.label for one in shown), below=below)
    ax = frame_of_panels(ax, n_rows, space)
    ax.set_ylabel(f"predicted ({unit})" if unit else "predicted", labelpad=28, fontsize=LABEL)
    ends = [value for one in shown for value in (*one.predicted, *one.low, *one.high)]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    for place, effect in enumerate(shown):
        panel = panel_at(ax, place, n_rows, space)
        panel.set_ylim(min(ends) - room, max(ends) + room)
        _effect(panel, effect, steps=steps)
    set_title(ax, "Prediction by each predictor, the others held", provenance)
    return ax


def _effect(panel: Axes, effect: PartialEffect, *, steps: bool) -> None:
    name_panel(panel, capital(effect.label), effect.unit)
    if effect.kind == "category":
        _levels(panel, effect)
        return
    if effect.low:
        panel.fill_between(effect.values, effect.low, effect.high, color=BLUE, alpha=0.2, lw=0)
    style = "steps-mid" if steps else "default"
    panel.plot(effect.values, effect.predicted, color=BLUE, linewidth=1.8, drawstyle=style)
    first, last = float(effect.values[0]), float(effect.values[-1])
    inside = [one for one in effect.tenths if first <= one <= last]
    bottom = panel.get_xaxis_transform()
    panel.plot(inside, [0.0] * len(inside), "|", color=GREY, ms=9, transform=bottom, clip_on=False)


def _levels(panel: Axes, effect: PartialEffect) -> None:
    places = range(len(effect.values))
    if effect.low:
        panel.vlines(places, effect.low, effect.high, color=BLUE, linewidth=2.0, alpha=0.6)
    panel.plot(places, effect.predicted, "o", color=BLUE, markersize=5)
    names = [short(in_words(str(level)), LETTERS_UPRIGHT) for level in effect.values]
    flat = _side_by_side(effect)
    # Of very many levels each second or third name has room.
    step = 1 if flat else -(-len(names) // MOST_UPRIGHT)
    panel.set_xticks(places[::step], names[::step], rotation=0 if flat else 90)
    panel.set_xlim(-0.6, len(effect.values) - 0.4)


def _side_by_side(effect: PartialEffect) -> bool:
    return sum(len(str(level)) + 1 for level in effect.values) <= LETTERS_OF_A_ROW
