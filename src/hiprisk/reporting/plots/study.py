"""Participant flow and missing values, as pictures."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.plots.style import (
    BLUE,
    GREY,
    LABEL,
    SMALL,
    WIDE,
    new_axes,
    set_title,
)
from hiprisk.wording.labels import predictor_label

# Letters in a line of a box.
LETTERS = 24
# Where the boxes of those excluded begin; the plot is 10 wide.
BESIDE = 5.0


def draw_flow(evidence: Evidence, *, ax: Axes | None = None) -> Axes:
    """Participant flow.

    Parameters
    ----------
    evidence : Evidence
        Of a study: `StudyResult.evidence`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    first, *steps = evidence.flow
    ax = ax if ax is not None else new_axes(height=1.0 + 1.15 * len(steps))
    ax.set_xlim(0.0, 10.0)
    ax.set_ylim(-1.35 * len(steps) - 0.6, 0.6)
    ax.set_axis_off()
    _box(ax, 2.2, 0.0, f"{first.n_remaining}\n{first.label}", edge=BLUE)
    for position, step in enumerate(steps, start=1):
        top, bottom = -1.35 * (position - 1), -1.35 * position
        _arrow(ax, (2.2, top - 0.42), (2.2, bottom + 0.42))
        if step.n_left_out:
            middle = (top + bottom) / 2
            _arrow(ax, (2.2, middle), (BESIDE - 0.2, middle))
            text = f"{step.n_left_out} excluded\n{step.label}"
            _box(ax, BESIDE, middle, text, edge=GREY, ha="left")
        last = position == len(steps)
        said = "analysed" if last else "remaining"
        _box(ax, 2.2, bottom, f"{step.n_remaining}\n{said}", edge=BLUE)
    set_title(ax, "Participant flow, in rows of the cohort", evidence.provenance)
    return ax


def _box(ax: Axes, x: float, y: float, text: str, *, edge: str, ha: str = "center") -> None:
    number, label = text.split("\n", 1)
    text = "\n".join([number, *textwrap.wrap(label, LETTERS)])
    ax.text(
        x, y, text, ha=ha, va="center", multialignment="center", fontsize=LABEL,
        bbox={"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": edge},
    )  # fmt: skip


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "shrinkA": 0,
                                            "shrinkB": 0})  # fmt: skip


def draw_missing(evidence: Evidence, *, outcome: str = "", ax: Axes | None = None) -> Axes:
    """Percentage missing of each variable, in the first group of table 1.

    Parameters
    ----------
    evidence : Evidence
        Of a study: `StudyResult.evidence`.
    outcome : str
        Label of the outcome: a variable of the same label says when it was measured.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    table = evidence.table_one
    first = table.groups[0][0]
    shares: dict[str, float] = {}
    for row in table.rows:
        if row.group == first:
            label = predictor_label(row.label, outcome)
            shares[label] = 100.0 * row.n_missing / max(row.n_known + row.n_missing, 1)
    some = {label: share for label, share in shares.items() if share > 0}
    ax = ax if ax is not None else new_axes(width=WIDE, height=1.0 + 0.25 * max(len(some), 3))
    labels = sorted(some, key=some.__getitem__)
    bars = ax.barh(labels, [some[label] for label in labels], color=BLUE, height=0.6)
    ax.bar_label(bars, fmt="%.1f", padding=3, fontsize=SMALL)
    ax.set_xlim(0, max(5.0, 1.1 * max(some.values(), default=0.0)))
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("missing (% of rows)")
    title = f"Missing values of {len(some)} of {len(shares)} variables"
    set_title(ax, title, evidence.provenance)
    return ax
