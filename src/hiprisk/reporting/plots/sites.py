"""Sites as pictures: a forest plot of one metric, and calibration curves side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, SKY, new_axes, titled
from hiprisk.validation.internal.internal_external_results import InternalExternal
from hiprisk.validation.sites.calibration_results import ClusteredCalibration


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
    ax : Axes, optional
        Axes to draw on; new ones by default.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    name = metric or result.pooled[0].metric
    sites = result.of(name)
    pooled = next((value for value in result.pooled if value.metric == name), None)
    n_rows = len(sites) + (0 if pooled is None else 2)
    ax = ax if ax is not None else new_axes(height=1.6 + 0.32 * n_rows)
    if ideal is not None:
        ax.axvline(ideal, color=GREY, linewidth=1, linestyle=":")
    names = [
        site.site if site.n_people is None else f"{site.site} (n = {site.n_people})"
        for site in sites
    ]
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


def draw_clustered_calibration(
    result: ClusteredCalibration, *, unit: str, ax: Axes | None = None, provenance: str = "real"
) -> Axes:
    """Calibration curves of sites, their mean with its band, and the band for a new site.

    Parameters
    ----------
    result : ClusteredCalibration
    unit : str
        Of both axes: ``risk``, or the unit of the outcome.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    x, level = result.predicted, f"{100 * result.level:g} %"
    ax.fill_between(x, result.new_low, result.new_high, color=ORANGE, alpha=0.22, linewidth=0,
                    label=f"pointwise {level} prediction interval, new site")  # fmt: skip
    ax.fill_between(x, result.low, result.high, color=SKY, alpha=0.45, linewidth=0,
                    label=f"pointwise {level} CI of the mean")  # fmt: skip
    for number, site in enumerate(result.sites):
        curve = [np.nan if value is None else value for value in site.observed]
        ax.plot(x, curve, color=GREY, linewidth=0.7, alpha=0.8,
                label=f"{len(result.sites)} sites" if number == 0 else None)  # fmt: skip
    ax.plot(x, result.observed, color=BLUE, linewidth=2, label="mean of the sites")
    ax.plot([x[0], x[-1]], [x[0], x[-1]], color="black", linewidth=1, linestyle=":", label="ideal")
    if result.kind == "binary":
        ax.set_ylim(0.0, 1.0)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"observed ({unit})")
    ax.set_title(titled("Calibration by site", provenance))
    ax.legend(frameon=False, loc="upper left", fontsize=8)
    return ax
