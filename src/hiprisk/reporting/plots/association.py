"""The association table as a forest."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.axes import Axes

from hiprisk.inference.association_result import ALL, AssociationRow, AssociationTable
from hiprisk.reporting.plots.style import BLUE, GREEN, GREY, ORANGE, new_axes, titled

MODELS = {
    "crude": (GREY, "s", "crude"),
    "adjusted": (BLUE, "o", "adjusted for the confounders"),
    "adjusted_baseline": (ORANGE, "D", "and for the baseline score"),
}


def draw_association(table: AssociationTable, *, ax: Axes | None = None) -> Axes:
    """Effects with their intervals by group and model, the differences between strata below."""
    measure = table.rows[0].measure
    ratio = measure == "odds_ratio"
    entries = _entries(table, measure)
    if ax is None:
        ax = new_axes(width=8.0, height=1.9 + 0.33 * len(entries))
    ax.axvline(1.0 if ratio else 0.0, color=GREY, linewidth=1)
    seen: set[str] = set()
    for place, (_, estimate, colour, marker, legend) in enumerate(reversed(entries)):
        ax.errorbar(
            [estimate.value],
            [place],
            xerr=[[estimate.value - estimate.low], [estimate.high - estimate.value]],
            fmt=marker,
            color=colour,
            capsize=3,
            label=None if legend in seen else legend,
        )
        seen.add(legend)
    ax.set_yticks(range(len(entries)), [entry[0] for entry in reversed(entries)])
    ax.set_ylim(-0.7, len(entries) - 0.3)
    if ratio:
        ax.set_xscale("log")
    unit = "" if ratio else f", {table.unit}"
    ax.set_xlabel(f"{measure.replace('_', ' ')}{unit} (95 % interval)\n{_worse(table)}")
    ax.set_title(titled(f"{table.exposure}", table.provenance), loc="left")
    handles, labels = ax.get_legend_handles_labels()
    order = [labels.index(name) for name in _legend_order() if name in labels]
    ax.legend(
        [handles[i] for i in order],
        [labels[i] for i in order],
        frameon=False,
        fontsize="small",
        loc="upper center",
        bbox_to_anchor=(0.4, -0.95 / (0.33 * len(entries) + 0.6)),
        ncols=2,
    )
    return ax


def association_picture(table: AssociationTable, *, form: str = "png") -> bytes:
    """The forest as the bytes of a picture file."""
    buffer = io.BytesIO()
    figure: Any = draw_association(table).figure
    dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    figure.savefig(buffer, format=form, metadata=dated[form])
    return buffer.getvalue()


def _legend_order() -> list[str]:
    return [*(legend for _, _, legend in MODELS.values()), "difference between strata"]


def _worse(table: AssociationTable) -> str:
    if table.kind == "binary":
        return "right: more events in the exposed"
    return f"right: {table.higher_is} in the exposed"


def _entries(table: AssociationTable, measure: str) -> list[tuple[str, Any, str, str, str]]:
    """Label, estimate, colour, marker and legend of each line, from above."""
    entries = []
    for row in table.rows:
        if row.measure == measure:
            colour, marker, legend = MODELS[row.model]
            entries.append((_label(row), row.estimate, colour, marker, legend))
    for one in table.differences:
        if one.measure == measure and one.model == table.rows[-1].model:
            sign = "/" if measure == "odds_ratio" else "\N{MINUS SIGN}"
            label = f"{one.stratum} {sign} {one.versus}"
            entries.append((label, one.estimate, GREEN, "v", "difference between strata"))
    return entries


def _label(row: AssociationRow) -> str:
    counted = f"n = {row.n}" if row.model == "crude" else ""
    group = "everybody" if row.stratum == ALL else row.stratum
    return f"{group}, {counted}" if counted else ""
