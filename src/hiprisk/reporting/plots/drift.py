"""Drift as pictures: standardised differences of the variables, and the calibration CUSUM."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    WIDE,
    legend_below,
    new_axes,
    set_title,
)
from hiprisk.validation.drift import DriftReport
from hiprisk.wording.quantities import percent

MOST_LABELS = 8


def _provenance(report: DriftReport) -> str:
    """Simulated where the model or the people are."""
    return "simulated" if report.simulated else report.model.provenance


def draw_drift(report: DriftReport, *, ax: Axes | None = None) -> Axes:
    """Standardised difference of every variable, those with drift in orange.

    Parameters
    ----------
    report : DriftReport
        Of `hiprisk.drift`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    shown = [v for v in report.variables if v.standardised_difference is not None][::-1]
    ax = ax if ax is not None else new_axes(width=WIDE, height=max(2.2, 1.2 + 0.25 * len(shown)))
    ax.axvline(0.0, color=BLACK, linewidth=1)
    for place, variable in enumerate(shown):
        colour, mark = (BLUE, "o") if variable.verdict == "steady" else (ORANGE, "D")
        value = variable.standardised_difference or 0.0
        ax.plot([0.0, value], [place, place], color=colour, linewidth=1)
        ax.plot([value], [place], mark, color=colour)
    ax.set_yticks(range(len(shown)), [v.label for v in shown])
    ax.set_ylim(-0.7, len(shown) - 0.3)
    widest = max([0.3, *(abs(v.standardised_difference or 0.0) for v in shown)])
    ax.set_xlim(-1.15 * widest, 1.15 * widest)
    ax.set_xlabel("standardised difference from the development cohort (SD)")
    set_title(ax, "Predictor drift (orange diamonds)", _provenance(report))
    return ax


def draw_cusum(report: DriftReport, *, ax: Axes | None = None) -> Axes:
    """Cumulative sum of observed minus predicted over time, with its limits.

    Parameters
    ----------
    report : DriftReport
        Of `hiprisk.drift`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    watch = report.watch
    if watch is None:
        ax.text(0.5, 0.5, report.watch_note, ha="center", transform=ax.transAxes)
        ax.set_axis_off()
        return ax
    n = [0, *watch.n_so_far]
    ax.axhline(0.0, color=GREY, linewidth=1)
    label = f"limits: false-alarm probability {percent(watch.false_alarm, 0)}"
    for side in (-1.0, 1.0):
        ax.axhline(side * watch.limit, color=GREY, linestyle="--", linewidth=1,
                   label=label if side > 0 else None)  # fmt: skip
    few = len(watch.times) <= MOST_LABELS
    ax.plot(n, [0.0, *watch.cusum], "o-" if few else "-", color=BLUE,
            label="observed minus predicted, cumulative")  # fmt: skip
    if watch.alarm_at is not None:
        place = watch.times.index(watch.alarm_at)
        ax.plot([watch.n_so_far[place]], [watch.cusum[place]], "o", color=ORANGE, markersize=9,
                label=f"first alarm, {watch.alarm_at}")  # fmt: skip
    if few:
        ax.set_xticks(watch.n_so_far, [f"{t}\nn = {k}" for t, k in
                                       zip(watch.times, watch.n_so_far, strict=True)])  # fmt: skip
        ax.set_xlabel("time")
    else:
        ax.set_xlabel(f"people, cumulative ({watch.times[0]} to {watch.times[-1]})")
    ax.set_ylabel("standardised cumulative sum")
    set_title(ax, "Calibration CUSUM", _provenance(report))
    highest = max(watch.limit, *map(abs, watch.cusum))
    ax.set_ylim(-1.15 * highest, 1.15 * highest)
    legend_below(ax)
    return ax
