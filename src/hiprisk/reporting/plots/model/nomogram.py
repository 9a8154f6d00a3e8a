"""A nomogram: an axis a predictor with its points, their total, and what is predicted."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import BLACK, BLUE, GREY, SMALL, WIDE, new_axes, set_title
from hiprisk.sheet.points.nomogram import MOST_POINTS, Nomogram, NomogramAxis
from hiprisk.wording.labels import capital, with_unit
from hiprisk.wording.quantities import typeset

# Axes that span fewer points than this are left out: nobody could read them off.
LEAST_SPAN = 1.0
# Inches a line, and its distance between the folds of a spline.
LINE, FOLD = 0.42, 0.3
# Marks nearer to each other than this many points have one number.
NEAREST = 3.6
TICK = 0.1


def draw_nomogram(found: Nomogram, *, ax: Axes | None = None) -> Axes:
    """Draw a nomogram: read each predictor's points from above, add them, read below.

    Parameters
    ----------
    found : Nomogram
    ax : Axes, optional
    """
    shown = [axis for axis in found.axes if max(axis.points) >= LEAST_SPAN]
    n_lines = len(shown) + 3
    if ax is None:
        ax = new_axes(width=WIDE, height=LINE * n_lines + 0.9)
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xlim(-3.0, MOST_POINTS + 1.0)
    ax.set_ylim(n_lines - 0.4, -0.7)
    ax.set_xticks([])
    names = ["Points", *(capital(with_unit(axis.label, axis.unit)) for axis in shown),
             "Total points", _outcome_name(found)]  # fmt: skip
    ax.set_yticks(range(n_lines), [_two_lines(name) for name in names], fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    for points in range(0, 101, 10):
        ax.axvline(points, color=GREY, linewidth=0.4, alpha=0.35, zorder=0)
    _scale(ax, 0, [(float(p), f"{p}") for p in range(0, 101, 10)], (0.0, MOST_POINTS))
    for line, axis in enumerate(shown, start=1):
        _predictor(ax, line, axis)
    stretch = MOST_POINTS / found.most if found.most > 0.0 else 1.0
    step = 20 if found.most > 120.0 else 10
    totals = [(p * stretch, f"{p}") for p in range(0, int(found.most) + 1, step)]
    _scale(ax, n_lines - 2, totals, (0.0, MOST_POINTS))
    outcomes = [
        (p * stretch, f"{100.0 * v:g}" if found.is_risk else f"{v:g}")
        for v, p in zip(found.outcome_values, found.outcome_points, strict=True)
    ]
    if outcomes:
        _scale(ax, n_lines - 1, outcomes, (outcomes[0][0], outcomes[-1][0]))
    set_title(ax, "Nomogram", found.provenance)
    return ax


def _outcome_name(found: Nomogram) -> str:
    if found.is_risk:
        return f"Risk of: {found.outcome_label} (%)"
    return f"Predicted {with_unit(found.outcome_label, found.outcome_unit)}"


def _two_lines(name: str) -> str:
    if len(name) <= 30 or " " not in name:
        return name
    middle = len(name) // 2
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    nearest = min(spaces, key=lambda place: abs(place - middle))
    return f"{name[:nearest]}\n{name[nearest + 1 :]}"


def _predictor(ax: Axes, line: int, axis: NomogramAxis) -> None:
    """An axis; where a spline turns it goes on in a line below."""
    marks = list(zip(axis.points, axis.marks, strict=True))
    if not axis.values:
        _scale(ax, line, marks, (min(axis.points), max(axis.points)), every=True)
        return
    step = FOLD / max(len(axis.runs) - 1, 1)
    for fold, (ends, values) in enumerate(zip(axis.runs, axis.run_values, strict=True)):
        inside = [
            mark for value, mark in zip(axis.values, marks, strict=True)
            if values[0] <= value <= values[1] and (fold == 0 or value > values[0])
        ]  # fmt: skip
        place = line + step * fold
        _scale(ax, place, inside, ends, below=fold > 0)
        if fold > 0:
            ax.plot([ends[0]] * 2, [place - step, place], color=BLUE, linewidth=1.2)


def _scale(
    ax: Axes, line: float, marks: list[tuple[float, str]], ends: tuple[float, float],
    *, below: bool = False, every: bool = False,
) -> None:  # fmt: skip
    """A line from end to end with its marks; of a category `every` one is named."""
    ax.plot(ends, [line, line], color=BLUE, linewidth=1.4, solid_capstyle="butt")
    ax.plot([p for p, _ in marks], [line] * len(marks), color=BLUE, marker="|", markersize=7,
            linestyle="none")  # fmt: skip
    ordered = sorted(marks)
    if not ordered:
        return
    first, end = ordered[0], ordered[-1]
    _write(ax, first, line, below=below)
    last, room = first[0], end[0]
    if end[0] - first[0] >= max(_size(first[1]), _size(end[1])):
        _write(ax, end, line, below=below)
        room = end[0] - _size(end[1])
    elif end != first:
        # Too near to stand above its mark: behind the end of the line.
        ax.text(end[0] + 1.2, line, typeset(end[1]), va="center", fontsize=SMALL - 1.0,
                color=BLACK)  # fmt: skip
    for points, text in ordered[1:-1]:
        if points - last >= _size(text) and points <= room:
            _write(ax, (points, text), line, below=below)
            last = points
        elif every:
            _write(ax, (points, text), line, below=not below)


def _write(ax: Axes, mark: tuple[float, str], line: float, *, below: bool) -> None:
    place, aligned = (line + TICK, "top") if below else (line - TICK, "bottom")
    ax.text(mark[0], place, typeset(mark[1]), ha="center", va=aligned, fontsize=SMALL - 1.0,
            color=BLACK)  # fmt: skip


def _size(text: str) -> float:
    """Points that a mark's text takes."""
    return NEAREST + 0.95 * max(len(text) - 3, 0)
