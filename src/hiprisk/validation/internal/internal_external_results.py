"""Results of internal-external cross-validation: sites, who was left out, and pooled figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from hiprisk.metrics.entry import Scale
from hiprisk.validation.sites.calibration_results import ClusteredCalibration


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteValue:
    """One metric in one site, by a model fitted without that site.

    Attributes
    ----------
    n_people : int or None
        None where it would tell how many a site has that is too small to be shown.
    value, low, high : float
    standard_error : float
        On the scale on which sites are pooled.
    """

    site: str
    n_people: int | None
    metric: str
    value: float
    low: float
    high: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledMetric:
    """One metric over the sites.

    Attributes
    ----------
    scale : str
        On which sites were pooled; values here are back on the metric's own.
    value, low, high : float
        Mean over sites.
    new_low, new_high : float or None
        What a new site may see; None with fewer than three sites.
    tau2 : float
        Variance between sites, on the scale of pooling.
    i2 : float
        Share of the variance that is between sites.
    """

    metric: str
    scale: Scale
    value: float
    low: float
    high: float
    new_low: float | None
    new_high: float | None
    tau2: float
    i2: float
    n_sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedSite:
    """A site in which the model, or one metric of it, was not evaluated.

    Attributes
    ----------
    n_people : int or None
        None where they are too few to be shown, or would tell how many another site has.
    metric : str or None
        None where the whole site was too small.
    """

    site: str
    n_people: int | None
    reason: str
    metric: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalExternal:
    """Internal-external cross-validation.

    Attributes
    ----------
    sites : tuple of SiteValue
    pooled : tuple of PooledMetric
        Metrics that at least two sites have.
    left_out : tuple of ExcludedSite
        Their people still helped to fit the models of the other sites.
    rule : str
        How small a site may be.
    level : float
    clustered_calibration : ClusteredCalibration or None
        Each site's calibration curve by the model fitted without it, and their summary.
    not_available : mapping of str to str
        Why there are no such curves, by ``clustered_calibration``.
    """

    sites: tuple[SiteValue, ...]
    pooled: tuple[PooledMetric, ...]
    left_out: tuple[ExcludedSite, ...]
    rule: str
    level: float
    clustered_calibration: ClusteredCalibration | None = None
    not_available: Mapping[str, str] = field(default_factory=dict)

    def of(self, metric: str) -> tuple[SiteValue, ...]:
        """The sites' values of one metric."""
        return tuple(value for value in self.sites if value.metric == metric)

    def to_frame(self) -> pd.DataFrame:
        """One row a metric and site, then one a metric with site ``(pooled)``."""
        rows = [asdict(value) for value in self.sites]
        rows += [{**asdict(value), "site": "(pooled)"} for value in self.pooled]
        columns = [
            "metric", "site", "n_people", "value", "low", "high", "standard_error",
            "new_low", "new_high", "tau2", "i2", "n_sites", "scale",
        ]  # fmt: skip
        # A count that is not shown is missing, and does not make a column of objects.
        return pd.DataFrame(rows, columns=columns).astype({"n_people": "float64"})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "level": self.level,
            "rule": self.rule,
            "sites": [asdict(value) for value in self.sites],
            "pooled": {value.metric: asdict(value) for value in self.pooled},
            "left_out": [asdict(value) for value in self.left_out],
            "clustered_calibration": None
            if self.clustered_calibration is None
            else self.clustered_calibration.to_dict(),
            "not_available": dict(self.not_available),
        }
