"""Whole points in place of coefficients: a table of points by interval and level.

References
----------
.. [1] Sullivan, Massaro, D'Agostino (2004). Presentation of multivariate data for clinical use: the
       Framingham Study risk score functions. Stat Med 23(10), 1631-1660. doi:10.1002/sim.1742
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hiprisk.arrays import Floats, Texts
from hiprisk.sheet.format import LinearModel, Sheet
from hiprisk.sheet.points.contributions import Predictor, predictors_of, round_values
from hiprisk.sheet.points.nomogram import outcome_at

# Points between the lowest and the highest category of the predictor that spans most.
WIDEST = 20
INTERVALS = 8
# A whole number of at most so many values has points for each.
MOST_VALUES = 12
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsOfPredictor:
    """Points of one predictor.

    Attributes
    ----------
    name, label, unit : str
    categories : tuple of str
        Levels, or intervals in words; neighbouring intervals of the same points are one.
    bounds : tuple of float or None
        Between the intervals of a number, ascending; None for a category.
    points : tuple of int
        One a category; the lowest is 0.
    """

    name: str
    label: str
    unit: str
    categories: tuple[str, ...]
    bounds: tuple[float, ...] | None
    points: tuple[int, ...]

    def of_numbers(self, values: Floats) -> Floats:
        """Points of values of a number."""
        return np.array(self.points, dtype=np.float64)[
            np.searchsorted(self.bounds or (), values, "right")
        ]

    def of_levels(self, levels: Texts) -> Floats:
        """Points of levels of a category."""
        by_level = dict(zip(self.categories, self.points, strict=True))
        return np.array([float(by_level[level]) for level in levels.tolist()])


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsTable:
    """A table of points.

    Attributes
    ----------
    predictors : tuple of PointsOfPredictor
    unit : float
        What one point is on the scale of the linear predictor.
    lp_at_zero : float
        Linear predictor at no points.
    totals : tuple of int
        Every total from 0 on.
    outcomes : tuple of float
        Prediction, or risk, at each total.
    """

    predictors: tuple[PointsOfPredictor, ...]
    unit: float
    lp_at_zero: float
    totals: tuple[int, ...]
    outcomes: tuple[float, ...]

    def rows(self) -> list[tuple[str, str, str, int]]:
        """Label, unit, category and points, a row a category."""
        return [
            (one.label, one.unit, category, points)
            for one in self.predictors
            for category, points in zip(one.categories, one.points, strict=True)
        ]


def points_table(sheet: Sheet) -> PointsTable:
    """The points of a linear, logistic or ordinal model, by Sullivan and others' method [1]_.

    A number is cut into intervals, each of which its middle stands for; the outer intervals are
    open, and end at the range of the development cohort for this. A point is a twentieth of
    what the predictor that spans most spans; each category's distance from the lowest one is
    rounded to whole points.

    Raises
    ------
    InputError
        If the model consists of decision trees.
    """
    cut = [(one, *_cut(one)) for one in predictors_of(sheet)]
    effects = [
        np.array(one.effects) if one.levels else one.effect(values) for one, _, values in cut
    ]
    widest = max((float(np.ptp(one)) for one in effects), default=0.0)
    unit = widest / WIDEST if widest > 0.0 else 1.0
    predictors = tuple(
        _points(one, bounds, [int(p) for p in np.rint((effect - effect.min()) / unit)])
        for (one, bounds, _), effect in zip(cut, effects, strict=True)
    )
    intercept = sheet.model.intercept if isinstance(sheet.model, LinearModel) else 0.0
    start = intercept + sum(float(one.min()) for one in effects)
    totals = tuple(range(sum(max(one.points) for one in predictors) + 1))
    outcomes = outcome_at(sheet, start + unit * np.array(totals, dtype=np.float64))
    return PointsTable(predictors=predictors, unit=unit, lp_at_zero=start, totals=totals,
                       outcomes=tuple(outcomes.tolist()))  # fmt: skip


def _points(one: Predictor, bounds: tuple[float, ...], points: list[int]) -> PointsOfPredictor:
    if one.levels:
        return PointsOfPredictor(name=one.name, label=one.label, unit="", bounds=None,
                                 categories=one.levels, points=tuple(points))  # fmt: skip
    changes = [place for place in range(len(bounds)) if points[place] != points[place + 1]]
    kept = tuple(bounds[place] for place in changes)
    # The bounds between whole numbers lie half way.
    whole = all(bound % 1.0 == HALF for bound in kept)
    return PointsOfPredictor(
        name=one.name, label=one.label, unit=one.unit, bounds=kept,
        categories=_whole_in_words(one, kept) if whole else _in_words(kept),
        points=(points[0], *(points[place + 1] for place in changes)),
    )  # fmt: skip


def _cut(one: Predictor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Bounds between intervals of a number, and the value that stands for each."""
    if one.levels:
        return (), ()
    if one.integer and one.high - one.low < MOST_VALUES:
        values = tuple(map(float, range(round(one.low), round(one.high) + 1)))
        return tuple(value - HALF for value in values[1:]), values
    inner = round_values(one.low, one.high, INTERVALS, whole=one.integer)
    bounds = tuple(value for value in inner if one.low < value < one.high)
    return bounds, tuple((a + b) / 2.0 for a, b in pairwise((one.low, *bounds, one.high)))


def _in_words(bounds: tuple[float, ...]) -> tuple[str, ...]:
    if not bounds:
        return ("any",)
    between = (f"{a:g} to under {b:g}" for a, b in pairwise(bounds))
    return (f"under {bounds[0]:g}", *between, f"{bounds[-1]:g} or more")


def _whole_in_words(one: Predictor, bounds: tuple[float, ...]) -> tuple[str, ...]:
    if not bounds:
        return ("any",)
    ends = ((a + HALF, b - HALF) for a, b in pairwise((round(one.low) - HALF, *bounds)))
    inside = (f"{a:g}" if a == b else f"{a:g} to {b:g}" for a, b in ends)
    return (*inside, f"{bounds[-1] + HALF:g} or more")
