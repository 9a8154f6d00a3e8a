"""The association table as a forest."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, StrMethodFormatter

from hiprisk.inference.association.result import ALL, AssociationTable
from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.plots.canvas.forest import ForestRow, draw_rows, forest_axes
from hiprisk.reporting.plots.style import BLUE, GREEN, GREY, ORANGE, set_title
from hiprisk.wording.associations import MEASURE_LABELS, MODEL_SHORT_LABELS
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import with_interval

MODELS = {"crude": (GREY, "s"), "adjusted": (BLUE, "o"), "adjusted_baseline": (ORANGE, "D")}
RATIO_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


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
    rows = _rows(table, measure)
    ax = ax if ax is not None else forest_axes(len(rows))
    if ratio:
        _log_axis(ax)
    draw_rows(ax, rows, reference=1.0 if ratio else 0.0)
    unit = "" if ratio else f" ({unit_of_amount(table.unit)})"
    ax.set_xlabel(f"{MEASURE_LABELS[measure]}{unit}; {_right(table)}")
    set_title(ax, f"{capital(table.exposure)}, association with {table.outcome}", table.provenance)
    return ax


def association_picture(table: AssociationTable, *, form: str = "png") -> bytes:
    """The forest as the bytes of a picture file: png, svg or pdf."""
    buffer = io.BytesIO()
    figure: Any = draw_association(table).figure
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    figure.savefig(buffer, format=form, metadata=undated[form])
    return buffer.getvalue()


def _log_axis(ax: Axes) -> None:
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator(RATIO_TICKS))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _right(table: AssociationTable) -> str:
    what = "more events" if table.kind == "binary" else table.higher_is
    return f"to the right: {what} in the exposed"


def _rows(table: AssociationTable, measure: str) -> list[ForestRow]:
    """Every row of the forest, from above: a group's models below its name."""
    rows: list[ForestRow] = []
    group = ""
    for row in table.rows:
        if row.measure != measure:
            continue
        if row.stratum != group:
            group = row.stratum
            name = "everybody" if group == ALL else group
            rows.append(ForestRow(label=f"{name} (n = {row.n})", heading=True))
        colour, marker = MODELS[row.model]
        rows.append(_row(MODEL_SHORT_LABELS[row.model], row.estimate, colour, marker))
    fullest = table.rows[-1].model
    for one in table.differences:
        if (one.measure, one.model) == (measure, fullest):
            sign = "/" if measure == "odds_ratio" else "\N{MINUS SIGN}"
            label = f"{one.stratum} {sign} {one.versus}: {MODEL_SHORT_LABELS[fullest]}"
            rows.append(_row(label, one.estimate, GREEN, "v"))
    return rows


def _row(label: str, estimate: Estimate, colour: str, marker: str) -> ForestRow:
    return ForestRow(label=label, value=estimate.value, low=estimate.low, high=estimate.high,
                     numbers=with_interval(estimate), colour=colour, marker=marker)  # fmt: skip
