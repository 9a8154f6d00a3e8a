"""Moderate calibration: the observed outcome as a smooth function of the prediction.

Three smoothers: ``loess`` (local quadratic, on the scale of the outcome), ``spline`` (restricted
cubic spline; on the log odds of a risk), ``lowess`` (local linear, as R's rms draws it; no band).

References
----------
.. [1] Van Calster et al. (2016). J Clin Epidemiol 74, 167-176. doi:10.1016/j.jclinepi.2015.12.005
.. [2] Austin, Steyerberg (2019). Stat Med 38, 4051-4065: ICI, E50, E90. doi:10.1002/sim.8281
.. [3] Van Hoorde et al. (2015). J Biomed Inform 54, 283-293: ECI. doi:10.1016/j.jbi.2014.12.016
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.case_control import log_odds_offset, population_weights
from hiprisk.metrics.entry import Smoother, Summary
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.intervals.frequency_weights import quantiles
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.smoothing.grouped_observations import (
    GroupedObservation,
    grouped_observations,
)
from hiprisk.metrics.smoothing.loess import Loess, Lowess, loess, lowess
from hiprisk.metrics.smoothing.logistic import has_log_odds, logit, with_log_odds
from hiprisk.metrics.smoothing.splines import (
    SplineCurve,
    linear_spline_curve,
    logistic_spline_curve,
)
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.sheet.links import expit

SMOOTHERS: tuple[Smoother, ...] = ("loess", "spline", "lowess")
N_BINS = 40
NEXT_TO_ZERO = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Ends of a pointwise interval."""

    low: Floats
    high: Floats


class _Smooth(Protocol):
    """A smoother fitted to people."""

    def at(self, p: Floats) -> Floats:
        """Mean outcome at a prediction."""

    def band(self, p: Floats, level: float) -> Band | None:
        """Pointwise interval, where the smoother has one."""


@dataclass(frozen=True, slots=True, eq=False)
class _LocalLine:
    fit: Lowess

    def at(self, p: Floats) -> Floats:
        return self.fit.at(p)

    def band(self, p: Floats, level: float) -> Band | None:
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _LocalQuadratic:
    fit: Loess
    y: Floats
    p: Floats
    w: Floats
    kind: OutcomeKind
    groups: Integers | None = None

    def at(self, p: Floats) -> Floats:
        return self.fit.at(p)

    def band(self, p: Floats, level: float) -> Band | None:
        if self.groups is not None:
            return self._clustered_band(p, level, self.groups)
        center = self.fit.at(p)
        if self.kind == "binary":
            # A local mean of 0 or 1 leaves room for half a person.
            edge = 0.5 / float(self.w.sum())
            share = np.clip(self.fit.at(self.fit.points.x), edge, 1.0 - edge)
            half = critical_value(level) * self.fit.standard_error(p, share * (1.0 - share))
            return Band(np.clip(center - half, 0.0, 1.0), np.clip(center + half, 0.0, 1.0))
        first, second = self.fit.residual_freedom()
        if first <= 0.0 or second <= 0.0:
            return None
        squares = float(np.sum(self.w * (self.y - self.fit.at(self.p)) ** 2))
        error = self.fit.standard_error(p, squares / first)
        half = critical_value(level, first**2 / second) * error
        return Band(center - half, center + half)

    def _clustered_band(self, p: Floats, level: float, groups: Integers) -> Band | None:
        """The band where some person has several rows."""
        center, own = self.fit.at(p), self.y - self.fit.at(self.p)
        error = self.fit.clustered_error(p, at=self.p, residuals=own, w=self.w, groups=groups)
        if self.kind == "binary":
            half = critical_value(level) * error
            return Band(np.clip(center - half, 0.0, 1.0), np.clip(center + half, 0.0, 1.0))
        first, second = self.fit.residual_freedom()
        n_persons = _n_persons(groups, self.w)
        if first <= 0.0 or second <= 0.0 or n_persons < 2.0:
            return None
        # Residuals of a fit are smaller than the errors they stand for.
        larger = np.sqrt(float(self.w.sum()) / first)
        freedom = min(first**2 / second, n_persons - 1.0)
        half = critical_value(level, freedom) * error * larger
        return Band(center - half, center + half)


@dataclass(frozen=True, slots=True, eq=False)
class _Spline:
    fit: SplineCurve
    kind: OutcomeKind
    n_persons: float = np.inf

    def at(self, p: Floats) -> Floats:
        return expit(self.fit.at(logit(p))) if self.kind == "binary" else self.fit.at(p)

    def band(self, p: Floats, level: float) -> Band | None:
        freedom = min(self.fit.freedom, self.n_persons - 1.0)
        if freedom <= 0.0:
            return None
        x = logit(p) if self.kind == "binary" else p
        center = self.fit.at(x)
        half = critical_value(level, freedom) * self.fit.standard_error(x)
        if self.kind == "binary":
            return Band(expit(center - half), expit(center + half))
        return Band(center - half, center + half)


def _smooth(
    kind: OutcomeKind,
    smoother: Smoother,
    *,
    y: Floats,
    p: Floats,
    w: Floats,
    n_knots: int,
    groups: Integers | None = None,
) -> _Smooth:
    if smoother == "lowess":
        return _LocalLine(lowess(p, y, w))
    if smoother == "loess":
        return _LocalQuadratic(loess(p, y, w), y, p, w, kind, groups)
    if smoother != "spline":
        raise InputError(f"the smoothers are {', '.join(SMOOTHERS)}, got {smoother!r}")
    if kind == "binary":
        # Large-sample, as without groups.
        curve = logistic_spline_curve(logit(p), y, w, n_knots=n_knots, groups=groups)
        return _Spline(curve, kind)
    curve = linear_spline_curve(p, y, w, n_knots=n_knots, groups=groups)
    return _Spline(curve, kind, np.inf if groups is None else _n_persons(groups, w))


def _n_persons(groups: Integers, w: Floats) -> float:
    """Persons among rows that have a weight."""
    return float(len(np.unique(groups[w > 0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationErrors:
    """How far the curve runs from the predictions, over people.

    Attributes
    ----------
    ici : float
        Mean absolute difference: integrated calibration index (rms: Eavg).
    e50, e90, emax : float
        Median, 90th percentile and maximum of the absolute difference.
    eci : float
        100 times the mean squared difference: estimated calibration index, where the outcome is
        binary.
    """

    ici: float
    e50: float
    e90: float
    emax: float
    eci: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCurve:
    """A flexible calibration curve, ready to be drawn.

    Attributes
    ----------
    predicted, observed : tuple of float, length n_points
        Places over the range of the predictions, and the smooth mean outcome there.
    low, high : tuple of float
        Pointwise interval at `level`; empty where the smoother has none.
    bin_edges : tuple of float
        Edges of the bins in which predictions are counted.
    bin_counts, bin_events : tuple of float
        People, and people with the event (empty for a continuous outcome), in each bin.
    n : float
        People.
    grouped : tuple of GroupedObservation
        Observed outcome by tenth of the prediction; empty where it was not computed.
    """

    kind: OutcomeKind
    smoother: Smoother
    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    errors: CalibrationErrors
    bin_edges: tuple[float, ...]
    bin_counts: tuple[float, ...]
    bin_events: tuple[float, ...]
    n: float
    grouped: tuple[GroupedObservation, ...] = ()

    def predicted_quantile(self, probability: float) -> float:
        """A quantile of the predictions, from their counts: right to the width of a bin.

        Parameters
        ----------
        probability : float
            Between 0 and 1.
        """
        below = np.concatenate([[0.0], np.cumsum(self.bin_counts)])
        return float(np.interp(probability * below[-1], below, self.bin_edges))

    def to_frame(self) -> pd.DataFrame:
        """One row a place: predicted, observed, low, high."""
        none = (None,) * len(self.predicted)
        return pd.DataFrame(
            {
                "predicted": self.predicted,
                "observed": self.observed,
                "low": pd.Series(self.low or none, dtype="float64"),
                "high": pd.Series(self.high or none, dtype="float64"),
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "smoother": self.smoother,
            "level": self.level,
            "n": self.n,
            "predicted": list(self.predicted),
            "observed": list(self.observed),
            "low": list(self.low),
            "high": list(self.high),
            "ici": self.errors.ici,
            "e50": self.errors.e50,
            "e90": self.errors.e90,
            "emax": self.errors.emax,
            "bins": {
                "edges": list(self.bin_edges),
                "counts": list(self.bin_counts),
                "events": list(self.bin_events),
            },
            **({"grouped": [one.to_dict() for one in self.grouped]} if self.grouped else {}),
        }


def calibration_curve(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    kind: OutcomeKind,
    smoother: Smoother = "loess",
    weights: ArrayLike | None = None,
    level: float = 0.95,
    n_points: int = 100,
    n_knots: int = 5,
    prevalence: float | None = None,
    groups: Integers | None = None,
) -> CalibrationCurve:
    """Flexible calibration curve with its pointwise band and its errors.

    Parameters
    ----------
    observed : array-like, shape (n_people,)
        Outcome, 0 and 1 where it is binary.
    predicted : array-like, shape (n_people,)
        In units of the outcome, or risks in [0, 1].
    kind : str
        ``continuous`` or ``binary``.
    smoother : str
        ``loess``, ``spline`` or ``lowess``.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.
    level : float
        Of the band.
    n_points : int
        Places at which the curve is given; the errors are taken over people.
    n_knots : int
        Of the spline, 3 to 5.
    prevalence : float, optional
        Of the population, where cases and controls were sampled apart: the curve of the sample and
        its band are moved by the difference of the log odds, and people weighted.
    groups : ndarray of int, optional
        Person of each row, where some have several (two hips): the band and the intervals of the
        grouped observations are then robust to rows of a person that go together.

    Raises
    ------
    InputError
        If input is refused, or a spline separates the classes.

    Notes
    -----
    The band of loess has Cleveland's degrees of freedom for a continuous outcome, and the Bernoulli
    variance of the curve itself for a risk. The spline's band is Wald's, on the scale of its fit.
    With `groups` both have a sandwich variance over persons, and at most as many degrees of freedom
    as persons less one.
    """
    y, p, w = checked_input(kind, smoother, observed, predicted, weights)
    if groups is not None and len(groups) > len(y):
        # A spline of a risk leaves out those without log odds.
        groups = groups[has_log_odds(np.asarray(predicted, dtype=np.float64))]
    smooth = _smooth(kind, smoother, y=y, p=p, w=w, n_knots=n_knots, groups=groups)
    used = p[w > 0]
    low, high = float(used.min()), float(used.max())
    # Predictions that are all the same have a curve of one place.
    places = np.linspace(low, high, n_points if high > low else 1)
    band = smooth.band(places, level)
    move = PrevalenceMove.to(prevalence, y, w)
    counted = move.weights
    edges = np.linspace(*((0.0, 1.0) if kind == "binary" else (low, high)), N_BINS + 1)
    events = np.histogram(p, edges, weights=counted * y)[0] if kind == "binary" else ()
    return CalibrationCurve(
        kind=kind,
        smoother=smoother,
        # The chance next to 0 (`hiprisk.metrics.events`) is written as what a reader takes it for.
        predicted=_plain(np.where(np.abs(places) < NEXT_TO_ZERO, 0.0, places)),
        observed=_plain(move.of(smooth.at(places))),
        low=_plain(move.of(band.low)) if band is not None else (),
        high=_plain(move.of(band.high)) if band is not None else (),
        level=level,
        errors=_errors(np.abs(p - move.of(smooth.at(p))), counted),
        bin_edges=_plain(edges),
        bin_counts=_plain(np.histogram(p, edges, weights=counted)[0]),
        bin_events=_plain(np.asarray(events)),
        n=float(w.sum()),
        # Cases and controls that were sampled apart vary otherwise than Wilson's interval has it.
        grouped=()
        if prevalence is not None
        else grouped_observations(y, p, weights=w, kind=kind, level=level, groups=groups),
    )


def calibration_at(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    at: Floats,
    kind: OutcomeKind,
    smoother: Smoother = "loess",
    weights: ArrayLike | None = None,
) -> Floats:
    """The curve at given predictions; NaN beyond those of the people.

    Parameters
    ----------
    at : ndarray, shape (n_points,)
    observed, predicted, kind, smoother, weights
        As for `calibration_curve`.
    """
    y, p, w = checked_input(kind, smoother, observed, predicted, weights)
    used = p[w > 0]
    # A smoother says nothing beyond the people it was fitted to.
    reached = (at >= used.min()) & (at <= used.max())
    return np.where(reached, _smooth(kind, smoother, y=y, p=p, w=w, n_knots=5).at(at), np.nan)


def calibration_errors(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    kind: OutcomeKind,
    smoother: Smoother = "loess",
    weights: ArrayLike | None = None,
    n_knots: int = 5,
    prevalence: float | None = None,
) -> CalibrationErrors:
    """Errors of the curve alone; arguments as for `calibration_curve`."""
    off, counted = curve_distances(
        observed, predicted, kind=kind, smoother=smoother, weights=weights, n_knots=n_knots,
        prevalence=prevalence,
    )  # fmt: skip
    return _errors(off, counted)


def curve_distances(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    kind: OutcomeKind,
    smoother: Smoother = "loess",
    weights: ArrayLike | None = None,
    n_knots: int = 5,
    prevalence: float | None = None,
) -> tuple[Floats, Floats]:
    """Each person's distance from the curve, and weight; arguments as for `calibration_curve`."""
    y, p, w = checked_input(kind, smoother, observed, predicted, weights)
    smooth = _smooth(kind, smoother, y=y, p=p, w=w, n_knots=n_knots)
    move = PrevalenceMove.to(prevalence, y, w)
    return np.abs(p - move.of(smooth.at(p))), move.weights


@dataclass(frozen=True, slots=True, eq=False)
class PrevalenceMove:
    """From a sample of cases and controls to the population; nothing where none was stated."""

    offset: float | None
    weights: Floats

    @classmethod
    def to(cls, prevalence: float | None, y: Floats, w: Floats) -> PrevalenceMove:
        """The move to a population of a stated prevalence."""
        if prevalence is None:
            return cls(None, w)
        return cls(
            log_odds_offset(y, prevalence=prevalence, weights=w),
            population_weights(y, prevalence=prevalence, weights=w),
        )

    def of(self, share: Floats) -> Floats:
        """Shares with the event in the population of shares in the sample."""
        if self.offset is None:
            return share
        # Odds times a factor, written so that loess may leave [0, 1] a little.
        factor = float(np.exp(-self.offset))
        return np.asarray(share * factor / (1.0 + share * (factor - 1.0)))


def checked_input(
    kind: OutcomeKind,
    smoother: Smoother,
    observed: ArrayLike,
    predicted: ArrayLike,
    weights: ArrayLike | None,
) -> tuple[Floats, Floats, Floats]:
    """Checked input; a spline of a risk is one of log odds, and of those who have them."""
    if kind == "continuous":
        return as_continuous(observed, predicted, weights)
    y, p, w = as_binary(observed, predicted, weights)
    return with_log_odds(y, p, w) if smoother == "spline" else (y, p, w)


def _mean(off: Floats, w: Floats) -> float:
    return float(np.average(off, weights=w))


def _quantile(probability: float) -> Callable[[Floats, Floats], float]:
    return lambda off, w: float(quantiles(off, (probability,), w)[0])


# What each error is of the distances and weights of people: where one is asked for, the others
# (which sort the people) are not computed.
SUMMARIES: Mapping[Summary, Callable[[Floats, Floats], float]] = {
    "ici": _mean,
    "e50": _quantile(0.5),
    "e90": _quantile(0.9),
    "emax": lambda off, w: float(off[w > 0].max()),
    "eci": lambda off, w: 100.0 * _mean(off * off, w),
}


def _errors(off: Floats, w: Floats) -> CalibrationErrors:
    return CalibrationErrors(**{name: of(off, w) for name, of in SUMMARIES.items()})


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
