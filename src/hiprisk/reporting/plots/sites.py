"""Sites as pictures: a forest plot of one metric, and calibration curves side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.plots.canvas.forest import ForestRow, draw_rows, forest_axes, in_reach
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SKY,
    legend_below,
    new_axes,
    set_title,
    solid,
)
from hiprisk.validation.internal.internal_external_results import InternalExternal
from hiprisk.validation.sites.calibration_results import ClusteredCalibration
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import interval, interval_digits, with_interval


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
    rows = _rows(result, name)
    ax = ax if ax is not None else forest_axes(len(rows))
    draw_rows(ax, rows, reference=in_reach(rows, ideal),
              numbers=f"estimate ({100 * result.level:.0f} % CI)")  # fmt: skip
    ax.set_xlabel(f"{label or label_of(name)}, {100 * result.level:.0f} % CI")
    set_title(ax, f"{capital(label or label_of(name))} in each site, by a model fitted without it",
              provenance)  # fmt: skip
    return ax


def _rows(result: InternalExternal, name: str) -> list[ForestRow]:
    """The sites, their mean, and the prediction interval of a new site."""
    rows = [
        ForestRow(
            label=site.site if site.n_people is None else f"{site.site} (n = {site.n_people})",
            value=site.value, low=site.low, high=site.high, marker="s",
            numbers=with_interval(site),
        )
        for site in result.of(name)
    ]  # fmt: skip
    pooled = next((value for value in result.pooled if value.metric == name), None)
    if pooled is None:
        return rows
    rows.append(ForestRow(label=f"mean of {pooled.n_sites} sites", value=pooled.value,
                          low=pooled.low, high=pooled.high, marker="D", colour=ORANGE,
                          numbers=with_interval(pooled)))  # fmt: skip
    if pooled.new_low is not None and pooled.new_high is not None:
        level = f"{100 * result.level:.0f} %"
        rows.append(ForestRow(label=f"new site ({level} prediction interval)", low=pooled.new_low,
                              high=pooled.new_high, band=True, colour=ORANGE,
                              numbers=interval(pooled.new_low, pooled.new_high,
                                               interval_digits(pooled))))  # fmt: skip
    return rows


def draw_clustered_calibration(
    result: ClusteredCalibration,
    *,
    unit: str,
    ax: Axes | None = None,
    provenance: str = "real",
    bounds: tuple[float | None, float | None] = (None, None),
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
    bounds : tuple of float or None
        Of a score: the axis does not go beyond them.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes(height=4.8)
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
    ax.plot([x[0], x[-1]], [x[0], x[-1]], color=BLACK, linewidth=1, linestyle="--",
            label="ideal")  # fmt: skip
    least, most = (0.0, 1.0) if result.kind == "binary" else bounds
    ax.set_ylim(bottom=least, top=most)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"observed ({unit})")
    set_title(ax, "Calibration by site", provenance)
    solid(legend_below(ax))
    return ax
