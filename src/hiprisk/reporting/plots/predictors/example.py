"""An invented patient explained: from the typical patient's prediction to that of the patient."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from hiprisk.evidence.predictors.example_patient import ExamplePatient
from hiprisk.reporting.plots.predictors.names import two_lines
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    WIDTH,
    new_axes,
    set_title,
)
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import signed, typeset

MOST_CONTRIBUTIONS = 10
LINE = 0.32


def draw_example_patient(
    found: ExamplePatient, *, provenance: str = "real", ax: Axes | None = None
) -> Axes:
    """Contributions of the predictors, one after another, on the scale of the linear predictor.

    Parameters
    ----------
    found : ExamplePatient
        The ten largest contributions are drawn; the others are one bar.
    provenance : str
        Of the data; ``simulated`` is said.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    parts = [(capital(one.label), one.value) for one in found.contributions]
    shown, others = parts[:MOST_CONTRIBUTIONS], parts[MOST_CONTRIBUTIONS:]
    if others:
        shown.append((f"{len(others)} others together", sum(value for _, value in others)))
    ax = ax if ax is not None else new_axes(width=WIDTH, height=LINE * (len(shown) + 2) + 1.1)
    before = found.reference
    path = np.cumsum([before, *(value for _, value in shown)])
    digits = 1 if np.ptp(path) >= 5.0 else 2
    ax.plot([before], [0], "o", color=BLACK, markersize=5)
    for place, (_, value) in enumerate(shown, start=1):
        ax.plot([before, before], [place - 1, place], color=GREY, linewidth=0.7)
        ax.barh(
            place, value, left=before, height=0.6, color=ORANGE if value > 0 else BLUE,
            hatch="" if value > 0 else "///", edgecolor="white", linewidth=0.0,
        )  # fmt: skip
        end = max(before, before + value)
        ax.annotate(
            typeset(signed(value, digits)), (end, place), (3, 0), textcoords="offset points",
            va="center", fontsize=SMALL - 1.0,
        )  # fmt: skip
        before += value
    last = len(shown) + 1
    ax.plot([before, before], [last - 1, last], color=GREY, linewidth=0.7)
    ax.plot([found.total], [last], "D", color=BLACK, markersize=5)
    names = ["Typical patient", *(two_lines(name) for name, _ in shown), "Invented patient"]
    ax.set_yticks(range(last + 1), names, fontsize=SMALL - 1.0)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(last + 0.6, -0.6)
    room = 0.2 * float(np.ptp(path)) or 1.0
    ax.set_xlim(path.min() - room / 4.0, path.max() + room)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(f"linear predictor ({found.scale})")
    set_title(ax, "An invented patient explained", provenance)
    return ax
