"""The association table as a forest."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, StrMethodFormatter

from hiprisk.inference.association.result import ALL, AssociationTable
from hiprisk.inference.association.sentences import MEASURE_LABELS, MODEL_SHORT_LABELS
from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.plots.style import BLUE, GREEN, GREY, ORANGE, new_axes, titled
from hiprisk.wording.labels import capital, unit_of_amount

MODELS = {"crude": (GREY, "s"), "adjusted": (BLUE, "o"), "adjusted_baseline": (ORANGE, "D")}
RATIO_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True)
class _Line:
    label: str
    estimate: Estimate
    colour: str
    marker: str


def draw_association(table: AssociationTable, *, ax: Axes | None = None) -> Axes:
    """Effects with their intervals by group and model, the differences between strata below.

    Parameters
    ----------
    table : AssociationTable
        Of `hiprisk.associate`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    measure = table.rows[0].measure
    ratio = measure == "odds_ratio"
    lines = _lines(table, measure)[::-1]
    if ax is None:
        ax = new_axes(width=8.5, height=1.3 + 0.32 * len(lines))
    ax.axvline(1.0 if ratio else 0.0, color=GREY, linewidth=1)
    for place, line in enumerate(lines):
        _draw_line(ax, place, line)
    places = range(len(lines))
    ax.set_yticks(places, [line.label for line in lines])
    ax.set_ylim(-0.6, len(lines) - 0.4)
    if ratio:
        _log_axis(ax)
    unit = "" if ratio else f", {unit_of_amount(table.unit)}"
    ax.set_xlabel(f"{MEASURE_LABELS[measure]}{unit} (95 % CI); {_right(table)}")
    ax.set_title(titled(capital(table.exposure), table.provenance), loc="left")
    beside = ax.secondary_yaxis("right")
    beside.set_yticks(places, [_figures(line.estimate) for line in lines])
    beside.tick_params(length=0)
    return ax


def association_picture(table: AssociationTable, *, form: str = "png") -> bytes:
    """The forest as the bytes of a picture file: png, svg or pdf."""
    buffer = io.BytesIO()
    figure: Any = draw_association(table).figure
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    figure.savefig(buffer, format=form, metadata=undated[form])
    return buffer.getvalue()


def _draw_line(ax: Axes, place: int, line: _Line) -> None:
    value, low, high = _ends(line.estimate)
    ax.errorbar(
        [value],
        [place],
        xerr=[[value - low], [high - value]],
        fmt=line.marker,
        color=line.colour,
        capsize=3,
    )


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    return estimate.value, low, high


def _figures(estimate: Estimate) -> str:
    value, low, high = (f"{end:.2f}".replace("-", "\N{MINUS SIGN}") for end in _ends(estimate))
    return f"{value} ({low} to {high})"


def _log_axis(ax: Axes) -> None:
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator(RATIO_TICKS))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _right(table: AssociationTable) -> str:
    what = "more events" if table.kind == "binary" else table.higher_is
    return f"to the right: {what} in the exposed"


def _lines(table: AssociationTable, measure: str) -> list[_Line]:
    """Every line of the forest, from above."""
    lines, group = [], ""
    for row in table.rows:
        if row.measure != measure:
            continue
        (colour, marker), label = MODELS[row.model], MODEL_SHORT_LABELS[row.model]
        if row.stratum != group:
            group = row.stratum
            name = "everybody" if group == ALL else group
            label = f"{name} (n = {row.n}): {label}"
        lines.append(_Line(label, row.estimate, colour, marker))
    fullest = table.rows[-1].model
    for one in table.differences:
        if (one.measure, one.model) == (measure, fullest):
            sign = "/" if measure == "odds_ratio" else "\N{MINUS SIGN}"
            label = f"{one.stratum} {sign} {one.versus}: {MODEL_SHORT_LABELS[fullest]}"
            lines.append(_Line(label, one.estimate, GREEN, "v"))
    return lines
