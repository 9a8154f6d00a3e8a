"""Internal-external cross-validation as a forest plot."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, new_axes, titled
from hiprisk.validation.internal.internal_external_results import InternalExternal


def draw_sites(
    result: InternalExternal,
    *,
    metric: str | None = None,
    ax: Axes | None = None,
    label: str | None = None,
    ideal: float | None = None,
    provenance: str = "real",
) -> Axes:
    """One metric in every site by a model fitted without it, pooled, with the prediction interval.

    Parameters
    ----------
    result : InternalExternal
    metric : str, optional
        The first that was pooled if unset.
    label : str, optional
        Of the axis; that of the registry if absent.
    ideal : float, optional
        A line where the metric is best, for instance 1 for a slope.
    """
    name = metric or result.pooled[0].metric
    sites = result.of(name)
    pooled = next((value for value in result.pooled if value.metric == name), None)
    n_rows = len(sites) + (0 if pooled is None else 2)
    ax = ax if ax is not None else new_axes(height=1.6 + 0.32 * n_rows)
    if ideal is not None:
        ax.axvline(ideal, color=GREY, linewidth=1, linestyle=":")
    names = [f"{site.site} (n = {site.n_people})" for site in sites]
    for row, site in enumerate(sites):
        ax.plot([site.low, site.high], [row, row], color=BLUE, linewidth=1.2)
        ax.plot(site.value, row, "s", color=BLUE, markersize=5)
    if pooled is not None:
        row = len(sites)
        ax.fill([pooled.low, pooled.value, pooled.high, pooled.value],
                [row, row - 0.25, row, row + 0.25], color=ORANGE)  # fmt: skip
        names.append(f"mean of {pooled.n_sites} sites")
        if pooled.new_low is not None and pooled.new_high is not None:
            row += 1
            ax.plot([pooled.new_low, pooled.new_high], [row, row], color=ORANGE, linewidth=4,
                    alpha=0.55, solid_capstyle="butt")  # fmt: skip
            names.append("new site (prediction interval)")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel(f"{label or label_of(name)} with {100 * result.level:.0f} % CI")
    ax.set_title(titled("Internal-external cross-validation", provenance))
    return ax
