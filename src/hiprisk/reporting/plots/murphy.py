"""Murphy diagrams: two models by every score at once."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from hiprisk.metrics.decomposition.murphy_diagram import MurphyDiagram
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    ORANGE,
    SKY,
    legend_below,
    new_axes,
    set_title,
)


def draw_murphy_diagram(
    diagram: MurphyDiagram, *, unit: str, ax: Axes | None = None, provenance: str = "real"
) -> Axes:
    """Mean elementary scores of both models, and their difference with its pointwise band.

    Parameters
    ----------
    diagram : MurphyDiagram
    unit : str
        Of the thresholds: ``risk``, or the unit of the outcome.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    x = diagram.thresholds
    ax.axhline(0.0, color=BLACK, linewidth=1)
    ax.fill_between(x, diagram.low, diagram.high, color=SKY, alpha=0.35, linewidth=0,
                    label=f"pointwise {100 * diagram.level:g} % CI of the difference")  # fmt: skip
    ax.plot(x, diagram.difference, color=SKY, linewidth=1.6, linestyle="-.",
            label=f"{diagram.model_name} minus {diagram.reference_name}")  # fmt: skip
    ax.plot(x, diagram.reference, color=ORANGE, linewidth=1.8, linestyle="--",
            label=diagram.reference_name)  # fmt: skip
    ax.plot(x, diagram.model, color=BLUE, linewidth=2, label=diagram.model_name)
    highest = float(np.nanmax([*diagram.model, *diagram.reference]))
    lowest = float(np.nanmin([*diagram.low, 0.0]))
    ax.set_ylim(1.15 * lowest - 0.02 * highest, 1.05 * highest)
    ax.set_xlabel(f"threshold ({unit})")
    ax.set_ylabel("mean elementary score (lower is better)")
    set_title(ax, f"Murphy diagram, n = {diagram.n:g}", provenance)
    legend_below(ax)
    return ax
