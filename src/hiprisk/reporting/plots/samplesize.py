"""People needed against what is expected of the model."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from hiprisk.inference.samplesize import SampleSize
from hiprisk.reporting.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    legend_below,
    new_axes,
    set_title,
)

TENTHS = (1.0, 2.0, 5.0)


def draw_samplesize(size: SampleSize, *, ax: Axes | None = None, provenance: str = "real") -> Axes:
    """People needed by expected R2, with what was expected and what the study has.

    Parameters
    ----------
    size : SampleSize
        For development.
    ax : Axes, optional
    provenance : str
        Of the available sample; ``simulated`` is said in the title.
    """
    ax = ax if ax is not None else new_axes()
    strengths = [point[0] for point in size.strength_curve]
    needed = [point[1] for point in size.strength_curve]
    ax.plot(strengths, needed, color=BLUE, linewidth=2, label="people needed")
    if size.strength is not None:
        ax.plot([size.strength], [size.n_required], "o", color=ORANGE, markersize=8,
                label=f"needed as assumed: {size.n_required:,}")  # fmt: skip
    if size.n_available is not None:
        colour = GREEN if size.sufficient else GREY
        ax.axhline(size.n_available, color=colour, linewidth=1.5, linestyle="--",
                   label=f"available sample: {size.n_available:,}")  # fmt: skip
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=TENTHS))
    ax.yaxis.set_major_formatter(FuncFormatter(_with_commas))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(0.0, 1.0)
    name = "adjusted R²" if size.kind == "continuous" else "Nagelkerke R²"
    ax.set_xlabel(f"expected {name} of the model")
    ax.set_ylabel("people needed (log scale)")
    set_title(ax, f"Sample size for development, {size.n_parameters} candidate parameters",
              provenance)  # fmt: skip
    legend_below(ax)
    return ax


def _with_commas(value: float, position: Any) -> str:
    del position
    return f"{value:,.0f}"
