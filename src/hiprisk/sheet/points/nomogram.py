"""The axes of a nomogram: points of each predictor, their total, and the outcome at each total.

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., section 5.3; R package rms,
       function nomogram.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import LinearModel, Sheet
from hiprisk.sheet.points.contributions import Predictor, predictors_of, round_values

MOST_POINTS = 100.0
# Places between the first and the last value at which a spline may turn.
PLACES = 400
RISKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95,
         0.98, 0.99)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NomogramAxis:
    """One axis: what stands at its marks, and the points of each.

    Attributes
    ----------
    name, label, unit : str
    marks : tuple of str
        Levels of a category, or the values as text.
    values : tuple of float
        Of a number; empty for a category.
    points : tuple of float
        One a mark.
    runs : tuple of tuple of float
        Points at which a spline begins, turns and ends, a pair a stretch that only rises or falls;
        more than one pair: the axis is folded. Empty for a category.
    run_values : tuple of tuple of float
        The values at these points.
    """

    name: str
    label: str
    unit: str
    marks: tuple[str, ...]
    values: tuple[float, ...]
    points: tuple[float, ...]
    runs: tuple[tuple[float, float], ...] = ()
    run_values: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomogram:
    """A nomogram.

    Attributes
    ----------
    axes : tuple of NomogramAxis
    points_a_unit : float
        Points of one unit of the linear predictor.
    lp_at_zero : float
        Linear predictor at no points.
    most : float
        The largest total.
    outcome_label, outcome_unit : str
    outcome_values, outcome_points : tuple of float
        Predictions, or risks, and the total at which each is predicted.
    is_risk : bool
    provenance : str
    """

    axes: tuple[NomogramAxis, ...]
    points_a_unit: float
    lp_at_zero: float
    most: float
    outcome_label: str
    outcome_unit: str
    outcome_values: tuple[float, ...]
    outcome_points: tuple[float, ...]
    is_risk: bool
    provenance: str


def nomogram(sheet: Sheet, values: Mapping[str, Sequence[float]] | None = None) -> Nomogram:
    """The nomogram of a linear, logistic or ordinal model.

    The predictor whose effects span most has 0 to 100 points; the lowest effect of each has 0.

    Parameters
    ----------
    sheet : Sheet
    values : mapping of str to sequence of float, optional
        Marks of a number, by its name; round numbers inside the range of the development cohort
        where not given.

    Raises
    ------
    InputError
        If the model consists of decision trees.
    """
    predictors = predictors_of(sheet)
    given = values or {}
    marked = [_marked(one, given.get(one.name)) for one in predictors]
    widest = max((max(all_) - min(all_) for _, _, all_ in marked), default=0.0)
    scale = MOST_POINTS / widest if widest > 0.0 else 1.0
    axes = tuple(
        _axis(one, marks, turns, min(all_), scale)
        for one, (marks, turns, all_) in zip(predictors, marked, strict=True)
    )
    intercept = sheet.model.intercept if isinstance(sheet.model, LinearModel) else 0.0
    start = intercept + sum(min(all_) for _, _, all_ in marked)
    most = sum(max(axis.points) for axis in axes)
    shown, totals = _outcome_axis(sheet, start, scale, most)
    outcome = sheet.outcome
    return Nomogram(
        axes=axes, points_a_unit=scale, lp_at_zero=start, most=most,
        outcome_label=outcome.label, outcome_unit=outcome.unit, outcome_values=shown,
        outcome_points=totals, is_risk=outcome.kind == "binary", provenance=sheet.provenance,
    )  # fmt: skip


def _marked(
    one: Predictor, given: Sequence[float] | None
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Marks of a number, where it turns, and every effect that its lowest is looked for among."""
    if one.levels:
        return (), (), one.effects
    marks = tuple(given) if given else round_values(one.low, one.high, whole=one.integer)
    turns = _turns(one, marks[0], marks[-1])
    # Marks that were asked for have the lowest effect among them, as in rms.
    looked_at = marks if given else (*marks, *turns)
    return marks, turns, tuple(one.effect(looked_at).tolist())


def _turns(one: Predictor, first: float, last: float) -> tuple[float, ...]:
    """Values at which the effect begins, turns and ends."""
    if all(term.basis == "linear" for term in one.terms) or not last > first:
        return first, last
    grid = np.linspace(first, last, PLACES + 1)
    steps = np.diff(one.effect(grid))
    size = float(np.abs(steps).sum())
    direction = np.where(np.abs(steps) <= 1e-9 * size, 0.0, np.sign(steps))
    kept = np.flatnonzero(direction)
    changes = [
        int(after) for before, after in pairwise(kept) if direction[before] != direction[after]
    ]
    return (first, *(float(grid[place]) for place in changes), last)


def _axis(
    one: Predictor, marks: tuple[float, ...], turns: tuple[float, ...], lowest: float, scale: float
) -> NomogramAxis:
    if one.levels:
        points = tuple((effect - lowest) * scale for effect in one.effects)
        return NomogramAxis(name=one.name, label=one.label, unit="", marks=one.levels, values=(),
                            points=points)  # fmt: skip
    points = tuple(((one.effect(marks) - lowest) * scale).tolist())
    ends = ((one.effect(turns) - lowest) * scale).tolist()
    return NomogramAxis(
        name=one.name, label=one.label, unit=one.unit, values=marks, points=points,
        marks=tuple(f"{value:g}" for value in marks),
        runs=tuple(pairwise(ends)),
        run_values=tuple(pairwise(turns)),
    )  # fmt: skip


def outcome_at(sheet: Sheet, lp: Floats) -> Floats:
    """What the model predicts at linear predictors: a risk, or an outcome inside its bounds."""
    evaluator = SheetEvaluator(sheet)
    if sheet.outcome.kind == "binary":
        return evaluator.to_risk(lp)
    if evaluator.ordinal is not None:
        return evaluator.ordinal.mean(lp)
    return evaluator.inside(lp)


def _outcome_axis(
    sheet: Sheet, start: float, scale: float, most: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Round predictions, and the total at which each is predicted."""
    totals = np.linspace(0.0, most, 2001)
    outcomes = outcome_at(sheet, start + totals / scale)
    low, high = float(outcomes[0]), float(outcomes[-1])
    if sheet.outcome.kind == "binary":
        shown = tuple(risk for risk in RISKS if low <= risk <= high)
    else:
        shown = round_values(low, high, 10)
    # Where the outcome is held at a bound it does not rise: the total where it is reached.
    rising = np.concatenate([[True], np.diff(outcomes) > 0.0])
    places = np.interp(shown, outcomes[rising], totals[rising])
    return shown, tuple(places.tolist())
