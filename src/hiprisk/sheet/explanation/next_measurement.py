"""The value of the next measurement: which unknown variable, once known, narrows the answer most.

A variable that is not known has a conditional distribution given those that are (the sheet's
normal model). Were it measured, the linear predictor's expectation would move: how far it moves
over that distribution is the part of its variance that the measurement takes away (law of total
variance), and what stays is the variance that the other unknown variables leave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.conditional_normal import condition
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.interval_width import mixture_widths_80, width_80
from hiprisk.sheet.explanation.reference_patient import level_chances
from hiprisk.sheet.format import VariableSpec

# Gauss-Hermite quadrature for a standard normal variable, exact up to the ninth power.
NODES = (
    -math.sqrt(5.0 + math.sqrt(10.0)),
    -math.sqrt(5.0 - math.sqrt(10.0)),
    0.0,
    math.sqrt(5.0 - math.sqrt(10.0)),
    math.sqrt(5.0 + math.sqrt(10.0)),
)
_OUTER = (7.0 - 2.0 * math.sqrt(10.0)) / 60.0
_INNER = (7.0 + 2.0 * math.sqrt(10.0)) / 60.0
WEIGHTS = (_OUTER, _INNER, 8.0 / 15.0, _INNER, _OUTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMeasurement:
    """What knowing one more variable is expected to bring.

    Attributes
    ----------
    variable : str
    share : float
        Share of the variance from all that is not known that goes with this variable, in [0, 1].
    width_80_after : float
        Expected width of the 80 % interval once it is known (`interval_width`).
    narrows_80_by : float
        By how much that is narrower than now.
    """

    variable: str
    share: float
    width_80_after: float
    narrows_80_by: float


@dataclass(frozen=True, slots=True)
class _Possible:
    """Values that an unknown variable may turn out to have, as rows of numeric columns."""

    rows: list[dict[int, float]]
    chances: list[float]


def next_measurements(
    evaluator: SheetEvaluator, known: list[Floats], *, lp: float, variance: float
) -> tuple[NextMeasurement, ...]:
    """Every unknown variable of one patient, the most valuable first.

    Parameters
    ----------
    evaluator : SheetEvaluator
    known : list of ndarray of shape (1,)
        The sheet's columns, NaN where missing (`SheetEvaluator.numeric_columns`).
    lp, variance : float
        Linear predictor of the patient, and its variance over the draws of what is missing.

    Notes
    -----
    A number is tried at five Gauss-Hermite nodes of its conditional distribution, inside its hard
    range, a category at each of its levels. The prediction at each is the tool's own, so with one
    unknown variable all of the variance goes with it.
    """
    unknown = _unknown(evaluator, known)
    if not unknown:
        return ()
    possible = _possible_values(evaluator, known, unknown)
    tried = _tried(known, possible)
    shares = _shares(evaluator, tried, possible)
    if evaluator.ordinal is None:
        now = width_80(evaluator, lp, variance)
        widths = [width_80(evaluator, lp, variance * (1.0 - share)) for share in shares]
    else:
        now = float(mixture_widths_80(evaluator, known)[0])
        found_widths = mixture_widths_80(evaluator, tried)
        parts = _by_option(found_widths, possible)
        # Steps between values may make the expected width a little larger, which tells nothing.
        widths = [min(now, _mean(own, o.chances)) for own, o in zip(parts, possible, strict=True)]
    found = []
    for spec, share, after in zip(unknown, shares, widths, strict=True):
        found.append(
            NextMeasurement(
                variable=spec.name, share=share, width_80_after=after, narrows_80_by=now - after
            )
        )
    return tuple(sorted(found, key=lambda item: -item.share))


def _unknown(evaluator: SheetEvaluator, known: list[Floats]) -> list[VariableSpec]:
    lacking = {
        column.variable
        for column, values in zip(evaluator.sheet.columns, known, strict=True)
        if np.isnan(values[0])
    }
    return [spec for spec in evaluator.sheet.variables if spec.name in lacking]


def _possible_values(
    evaluator: SheetEvaluator, known: list[Floats], unknown: list[VariableSpec]
) -> list[_Possible]:
    (group,) = condition(evaluator.normal, known)
    positions = [int(column[0]) for column in group.columns]
    means = {place: float(mean[0]) for place, mean in zip(positions, group.means, strict=True)}
    precision = evaluator.normal.precision[np.ix_(positions, positions)]
    variances = dict(zip(positions, np.diag(np.linalg.inv(precision)), strict=True))
    found = []
    for spec in unknown:
        own = [
            i for i, column in enumerate(evaluator.sheet.columns) if column.variable == spec.name
        ]
        if spec.kind == "number":
            found.append(_numbers(spec, own[0], means[own[0]], float(variances[own[0]])))
        else:
            found.append(_levels(evaluator, spec, own, means))
    return found


def _numbers(spec: VariableSpec, place: int, mean: float, variance: float) -> _Possible:
    low, high = spec.hard if spec.hard is not None else (-math.inf, math.inf)
    values = [min(max(mean + node * math.sqrt(variance), low), high) for node in NODES]
    return _Possible([{place: value} for value in values], list(WEIGHTS))


def _levels(
    evaluator: SheetEvaluator, spec: VariableSpec, own: list[int], means: dict[int, float]
) -> _Possible:
    columns = evaluator.sheet.columns
    chances = level_chances(spec, {columns[place].level: means[place] for place in own})
    rows = [{place: float(columns[place].level == level) for place in own} for level in spec.levels]
    return _Possible(rows, list(chances))


def _tried(known: list[Floats], possible: list[_Possible]) -> list[Floats]:
    """The patient's columns once for each possible value."""
    rows = [row for option in possible for row in option.rows]
    tried = [np.repeat(column, len(rows)) for column in known]
    for number, row in enumerate(rows):
        for place, value in row.items():
            tried[place][number] = value
    return tried


def _by_option(values: Floats, possible: list[_Possible]) -> list[Floats]:
    ends = np.cumsum([len(option.rows) for option in possible])
    return np.split(values, ends[:-1])


def _shares(
    evaluator: SheetEvaluator, tried: list[Floats], possible: list[_Possible]
) -> list[float]:
    means, variances = evaluator.moments(tried, len(tried[0]))
    parts = zip(_by_option(means, possible), _by_option(variances, possible), strict=True)
    shares = []
    for option, (own_means, own_variances) in zip(possible, parts, strict=True):
        moved = _variance(own_means, option.chances)
        left = _mean(own_variances, option.chances)
        shares.append(moved / (moved + left) if moved > 0.0 else 0.0)
    return shares


def _mean(values: Floats, chances: list[float]) -> float:
    return sum(chance * float(value) for chance, value in zip(chances, values, strict=True))


def _variance(values: Floats, chances: list[float]) -> float:
    center = _mean(values, chances)
    return sum(c * (float(v) - center) ** 2 for c, v in zip(chances, values, strict=True))
