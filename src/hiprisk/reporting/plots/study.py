"""Participant flow, missing values and candidate model types, as pictures."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.plots.style import BLUE, ORANGE, new_axes, titled
from hiprisk.wording.labels import in_words


def draw_candidates(evidence: Evidence, *, ax: Axes | None = None) -> Axes:
    """Reduction in loss of each model type against the mean-only model.

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
    ax = ax if ax is not None else new_axes()
    names = [in_words(family.name) for family in evidence.families]
    gains = [100.0 * family.gain_over_mean for family in evidence.families]
    colours = [ORANGE if family.chosen else BLUE for family in evidence.families]
    bars = ax.barh(names, gains, color=colours)
    ax.bar_label(bars, fmt="%.1f", padding=3)
    ax.set_xlim(min(0.0, *gains), max(1.0, 1.15 * max(gains)))
    ax.set_xlabel("reduction in cross-validated loss against the mean-only model (%)")
    ax.set_title(titled("Candidate model types (chosen: orange)", evidence.provenance))
    return ax


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
    ax = ax if ax is not None else new_axes()
    labels = [_flow_label(step.label, step.n_left_out) for step in evidence.flow][::-1]
    counts = [step.n_remaining for step in evidence.flow][::-1]
    bars = ax.barh(range(len(labels)), counts, color=BLUE)
    ax.set_yticks(range(len(labels)), labels)
    ax.bar_label(bars, padding=3)
    ax.set_xlim(0, 1.15 * max(counts))
    ax.set_xlabel("rows remaining")
    ax.set_title(titled("Participant flow", evidence.provenance))
    return ax


def _flow_label(label: str, n_left_out: int) -> str:
    return f"{n_left_out} excluded:\n{label}" if n_left_out else label


def draw_missing(evidence: Evidence, *, ax: Axes | None = None) -> Axes:
    """Percentage missing of each variable, in the first group of table 1.

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
    table = evidence.table_one
    first = table.groups[0][0]
    shares: dict[str, float] = {}
    for row in table.rows:
        if row.group == first:
            shares[row.label] = 100.0 * row.n_missing / max(row.n_known + row.n_missing, 1)
    some = {label: share for label, share in shares.items() if share > 0}
    ax = ax if ax is not None else new_axes(width=8.0, height=1.6 + 0.28 * max(len(some), 3))
    labels = sorted(some, key=some.__getitem__)
    bars = ax.barh(labels, [some[label] for label in labels], color=BLUE)
    ax.bar_label(bars, fmt="%.1f", padding=3)
    ax.set_xlim(0, max(5.0, 1.2 * max(some.values(), default=0.0)))
    ax.set_xlabel("missing (%)")
    ax.set_title(
        titled(f"Missing values, {len(some)} of {len(shares)} variables", evidence.provenance)
    )
    return ax
