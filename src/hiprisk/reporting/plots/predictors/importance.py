"""Permutation importance, a line a predictor."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.evidence.predictors.importance import Importance
from hiprisk.reporting.plots.predictors.names import two_lines
from hiprisk.reporting.plots.style import BLUE, GREY, SMALL, WIDTH, new_axes, set_title
from hiprisk.wording.labels import capital

MOST_PREDICTORS = 12
LINE = 0.3
METRICS = {"r2": "R²", "c_statistic": "C statistic"}


def draw_importance(found: Importance, *, provenance: str = "real", ax: Axes | None = None) -> Axes:
    """Mean fall of R² or C when a predictor is permuted, with the range over the permutations.

    Parameters
    ----------
    found : Importance
        The twelve most important predictors are drawn.
    provenance : str
        Of the data; ``simulated`` is said.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    shown = found.predictors[:MOST_PREDICTORS]
    ax = ax if ax is not None else new_axes(width=WIDTH, height=LINE * len(shown) + 1.3)
    places = range(len(shown))
    ax.axvline(0.0, color=GREY, linewidth=0.9)
    ax.hlines(places, [one.low for one in shown], [one.high for one in shown], color=BLUE, lw=2.0)
    ax.plot([one.drop for one in shown], places, "o", color=BLUE, markersize=5)
    names = [two_lines(capital(one.label)) for one in shown]
    ax.set_yticks(places, names, fontsize=SMALL - 1.0)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel(f"fall of {METRICS[found.metric]} when permuted")
    set_title(ax, "Permutation importance", provenance)
    return ax
