"""Calibration curves by site with their summary, as one frozen result."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.outcome_kind import OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCurve:
    """Calibration curve of one site.

    Attributes
    ----------
    site : str
    n_people, n_events : int or None
        None where they are too few to be shown, or would tell how many another site has; no
        events of a continuous outcome.
    n_knots : int
        Of the site's spline; 2 is a straight line.
    observed, low, high : tuple of float or None, length n_places
        With a pointwise interval; None where the site has no predictions.
    """

    site: str
    n_people: int | None
    n_events: int | None
    n_knots: int
    observed: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredCalibration:
    """Calibration curves of sites, their mean, and where the curve of a new site may lie.

    Attributes
    ----------
    predicted : tuple of float, length n_places
    observed, low, high : tuple of float
        Mean of the sites' curves with its pointwise interval; of a risk, on the log odds.
    new_low, new_high : tuple of float
        Pointwise prediction interval of a new site's curve.
    tau2 : tuple of float
        Variance between sites; of a risk, of the log odds.
    n_sites : tuple of int
        Sites whose predictions reach each place.
    sites : tuple of SiteCurve
    left_out : mapping of str to str
        Sites without a curve, with the reason.
    rule : str
        How small a site may be.
    level : float
        Of all intervals.
    """

    kind: OutcomeKind
    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    new_low: tuple[float, ...]
    new_high: tuple[float, ...]
    tau2: tuple[float, ...]
    n_sites: tuple[int, ...]
    sites: tuple[SiteCurve, ...]
    left_out: Mapping[str, str]
    rule: str
    level: float

    def to_frame(self) -> pd.DataFrame:
        """One row a place and site, those of the mean first with site ``(mean)``."""
        columns = ("predicted", "observed", "low", "high", "new_low", "new_high", "tau2", "n_sites")
        frames = [pd.DataFrame({name: getattr(self, name) for name in columns})]
        frames += [
            pd.DataFrame(
                {"predicted": self.predicted, "observed": one.observed, "low": one.low,
                 "high": one.high},
                dtype="float64",
            ).dropna()
            for one in self.sites
        ]  # fmt: skip
        names = ("(mean)", *(one.site for one in self.sites))
        for name, frame in zip(names, frames, strict=True):
            frame.insert(0, "site", name)
        return pd.concat(frames, ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        plain = {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}
        plain["sites"] = [
            {
                key: list(v) if isinstance(v, tuple) else v
                for key, v in dataclasses.asdict(s).items()
            }
            for s in self.sites
        ]
        return {**plain, "left_out": dict(self.left_out)}
