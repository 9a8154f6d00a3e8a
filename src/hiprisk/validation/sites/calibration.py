"""Calibration curves by site, their mean, and a prediction band for a new site.

A two-stage meta-analysis: a curve in each site, then at each prediction a random-effects
meta-analysis of the sites' values (2MA-C of Barrenada et al.; R's CalibrationCurves calls it MAC2).

References
----------
.. [1] Barrenada, De Cock Campo, Wynants, Van Calster (2025). Clustered flexible calibration plots
   for binary outcomes using random effects modeling. arXiv:2503.08389
.. [2] Nagashima, Noma, Furukawa (2019). Stat Methods Med Res 28(6), 1689-1702.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.smoothing.logistic import has_log_odds, logit
from hiprisk.metrics.smoothing.splines import (
    STRAIGHT_LINE,
    SplineCurve,
    linear_spline_curve,
    logistic_spline_curve,
)
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.sheet.links import expit
from hiprisk.validation.internal.random_effects import (
    confidence_prediction_interval,
    random_effects,
)
from hiprisk.validation.sites.calibration_results import ClusteredCalibration, SiteCurve
from hiprisk.validation.sites.minimum_size import (
    MinimumSiteSize,
    ShownCounts,
    shown_counts,
)

# Two sites have no prediction interval.
FEWEST_SITES = 3
N_PLACES = 40
# Of the smaller class where the outcome is binary: a curve of fewer follows their noise.
FEWEST_FOR_SPLINE = 50
N_KNOTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Site:
    """The curve of one site and the predictions that it reaches."""

    label: str
    curve: SplineCurve
    n_knots: int
    lowest: float
    highest: float


def clustered_calibration(
    observed: Floats,
    predicted: Floats,
    *,
    sites: Integers,
    labels: Sequence[str],
    groups: Integers,
    kind: OutcomeKind,
    smallest: MinimumSiteSize | None = None,
    smallest_cell: int = 10,
    shown: ShownCounts | None = None,
    level: float = 0.95,
    places: Floats | None = None,
) -> ClusteredCalibration:
    """Calibration curve of each site, their mean, and where the curve of a new site may lie.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_rows,)
        Without missing values.
    sites : ndarray of int, shape (n_rows,)
        Position of each row's site in `labels`; negative where it is not known.
    labels : sequence of str
        Names of the sites as they are shown.
    groups : ndarray of int, shape (n_rows,)
        Person of each row.
    kind : str
        ``continuous`` or ``binary``.
    smallest : MinimumSiteSize, optional
    smallest_cell : int
        Least number of people, events and non-events of a site that may be shown.
    shown : mapping, optional
        What of each site's counts may be shown, where more sites than these are told of.
    level : float
        Of all intervals.
    places : ndarray, shape (n_places,), optional
        Predictions at which curves are given; by default 40 where the sites have predictions.

    Raises
    ------
    InputError
        If fewer than three sites can have a curve, or too few of them share predictions.

    Notes
    -----
    A site's curve is a restricted cubic spline of three knots, or a straight line where people (the
    smaller class) are fewer than 50; of a risk on the log odds, on both axes. Its standard error is
    robust where persons have several rows. The summary runs where at least half of the sites, and
    three, have predictions; the curves of the others are continued there, as lines with a growing
    standard error, so that no site that begins or ends makes a step. The variance between sites is
    REML's, the interval of the mean Hartung and Knapp's. The prediction interval is Nagashima's,
    which knows how uncertain that variance is: with t of k - 2 degrees of freedom it covered 76 to
    94 % of the new sites of cohorts of 10 to 30 unlike sites (`experiments/clustered_calibration`).
    """
    rule = smallest or MinimumSiteSize()
    binary = kind == "binary"
    found: list[_Site] = []
    left_out: dict[str, str] = {}
    usable = has_log_odds(predicted) if binary else np.ones(len(predicted), dtype=bool)
    for site, label in enumerate(labels):
        rows = usable & (sites == site)
        shortfall = rule.shortfall(observed[rows], binary=binary)
        if shortfall is not None:
            # How many they are is not told: the site could be recognised by it.
            left_out[label] = f"too few {shortfall[1]}"
            continue
        try:
            found.append(_site_curve(observed, predicted, groups, rows, label=label, kind=kind))
        except InputError as refusal:
            left_out[label] = refusal.reason
    words = rule.in_words(binary=binary)
    places, reached = _places(found, places, n_labels=len(labels), words=words)
    fits = [_on_scale(one, places, kind) for one in found]
    counts = shown or shown_counts(
        observed, groups, sites, labels, binary=binary, smallest=smallest_cell
    )
    return ClusteredCalibration(
        kind=kind,
        predicted=_plain(places),
        **_summary(fits, kind, level),
        n_sites=tuple(int(n) for n in reached.sum(axis=0)),
        sites=tuple(
            _shown(one, fit, own, counts[one.label], kind=kind, level=level)
            for one, fit, own in zip(found, fits, reached, strict=True)
        ),
        left_out=left_out,
        rule=words,
        level=level,
    )


def _site_curve(
    observed: Floats,
    predicted: Floats,
    groups: Integers,
    rows: Bools,
    *,
    label: str,
    kind: OutcomeKind,
) -> _Site:
    y, p, persons = observed[rows], predicted[rows], groups[rows]
    counted = min(y.sum(), len(y) - y.sum()) if kind == "binary" else len(y)
    n_knots = N_KNOTS if counted >= FEWEST_FOR_SPLINE else STRAIGHT_LINE
    together = persons if len(np.unique(persons)) < len(persons) else None
    fit = logistic_spline_curve if kind == "binary" else linear_spline_curve
    x = logit(p) if kind == "binary" else p
    curve = fit(x, y, np.ones(len(y)), n_knots=n_knots, groups=together)
    # Predictions of few values leave a line, whatever was asked for.
    n_knots = max(len(curve.knots), STRAIGHT_LINE)
    return _Site(label, curve, n_knots, float(p.min()), float(p.max()))


def _places(
    found: Sequence[_Site], asked: Floats | None, *, n_labels: int, words: str
) -> tuple[Floats, Bools]:
    """Predictions at which the curves are summarised, and which sites reach each of them."""
    if len(found) < FEWEST_SITES:
        raise InputError(
            f"{len(found)} of {n_labels} sites can have a calibration curve; a prediction band for "
            f"a new site needs {FEWEST_SITES}",
            code="FEW_SITES",
            advice=f"a site needs {words}",
        )
    lowest = np.array([one.lowest for one in found])
    highest = np.array([one.highest for one in found])
    needed = max(FEWEST_SITES, -(-len(found) // 2))
    low, high = np.sort(lowest)[needed - 1], np.sort(highest)[-needed]
    places = np.linspace(low, high, N_PLACES) if asked is None else asked
    reached = (lowest[:, np.newaxis] <= places) & (places <= highest[:, np.newaxis])
    kept = reached.sum(axis=0) >= needed
    if low >= high or not kept.any():
        raise InputError(
            f"no prediction is within the range of {needed} of {len(found)} sites: their "
            "calibration curves have no mean",
            code="FEW_SITES",
        )
    return places[kept], reached[:, kept]


def _on_scale(one: _Site, places: Floats, kind: OutcomeKind) -> tuple[Floats, Floats]:
    """Values and standard errors of a site's curve on the scale on which sites are pooled."""
    x = logit(places) if kind == "binary" else places
    return one.curve.at(x), one.curve.standard_error(x)


def _summary(
    fits: Sequence[tuple[Floats, Floats]], kind: OutcomeKind, level: float
) -> dict[str, tuple[float, ...]]:
    """Mean, its interval and the prediction interval at each place."""
    values, errors = (np.array([fit[part] for fit in fits]) for part in (0, 1))
    each = list(zip(values.T, errors.T**2, strict=True))
    pooled = [random_effects(*one, level=level) for one in each]
    new = np.array([confidence_prediction_interval(*one, level=level) for one in each])
    curves = {
        "observed": np.array([one.value for one in pooled]),
        "low": np.array([one.low for one in pooled]),
        "high": np.array([one.high for one in pooled]),
        "new_low": new[:, 0],
        "new_high": new[:, 1],
    }
    back = {name: _plain(_back(curve, kind)) for name, curve in curves.items()}
    return {**back, "tau2": tuple(one.tau2 for one in pooled)}


def _shown(
    one: _Site,
    fit: tuple[Floats, Floats],
    own: Bools,
    counts: tuple[int | None, int | None],
    *,
    kind: OutcomeKind,
    level: float,
) -> SiteCurve:
    value, error = fit
    half = critical_value(level, one.curve.freedom) * error

    def at(values: Floats) -> tuple[float | None, ...]:
        back = _back(values, kind)
        return tuple(float(v) if here else None for v, here in zip(back, own, strict=True))

    return SiteCurve(
        site=one.label,
        n_people=counts[0],
        n_events=counts[1],
        n_knots=one.n_knots,
        observed=at(value),
        low=at(value - half),
        high=at(value + half),
    )


def _back(values: Floats, kind: OutcomeKind) -> Floats:
    return expit(values) if kind == "binary" else values


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
