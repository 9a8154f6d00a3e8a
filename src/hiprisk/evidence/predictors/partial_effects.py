"""Partial effects: predictions as one predictor varies, the others as in the typical patient.

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., Springer, section 5.1: effects on
   the outcome's scale, over the range of the data, with pointwise intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Texts
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.contributions import Group, predictor_groups
from hiprisk.sheet.explanation.reference_patient import typical_patient
from hiprisk.sheet.format import Sheet, VariableSpec

N_POINTS = 21
# A whole number of at most so many values is drawn value by value.
FEW_VALUES = 12
TAIL = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialEffect:
    """Predictions over the values of one predictor.

    Attributes
    ----------
    label, unit : str
    variables : tuple of str
        That vary together: both sides of a joint, of which a model sees the worse one.
    kind : str
        ``number`` or ``category``.
    values : tuple of float or str
        From the 1st to the 99th percentile of the development cohort, or the levels.
    predicted : tuple of float
        Expected outcome, or risk.
    low, high : tuple of float
        Pointwise 95 % of the bootstrap models; empty where the sheet carries none.
    tenths : tuple of float
        Tenths of the development cohort's values, of a number.
    shares : tuple of float
        Share of each level in the development cohort, of a category.
    """

    label: str
    unit: str
    variables: tuple[str, ...]
    kind: str
    values: tuple[float | str, ...]
    predicted: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    tenths: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def reach(self) -> float:
        """How far the predictions lie apart: the predictor's effect over the range of the data."""
        return max(self.predicted) - min(self.predicted)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialEffects:
    """Partial effects of every predictor of a model.

    Attributes
    ----------
    effects : tuple of PartialEffect
        In the order of the sheet.
    n_refits : int
        Bootstrap models behind the intervals; 0 where there are none.
    """

    effects: tuple[PartialEffect, ...]
    n_refits: int

    def largest(self, most: int | None = None) -> tuple[PartialEffect, ...]:
        """The effects with the largest range of predictions, the largest first."""
        return tuple(sorted(self.effects, key=lambda one: -one.reach)[:most])

    def to_frame(self) -> pd.DataFrame:
        """One row a predictor and value: label, value, level, predicted, low, high."""
        names = ["predictor", "value", "level", "predicted", "low", "high"]
        return pd.DataFrame([row for one in self.effects for row in _rows(one)], columns=names)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def partial_effects(sheet: Sheet, *, n_points: int = N_POINTS) -> PartialEffects:
    """Partial effect of each predictor of a model.

    Parameters
    ----------
    sheet : Sheet
        Of a model that was fitted to people: it knows their ranges.
    n_points : int
        Places over the range of a number.
    """
    evaluator = SheetEvaluator(sheet)
    patient = typical_patient(sheet)
    effects = []
    for group in predictor_groups(sheet):
        for label, names in _varied(sheet, group):
            effects.append(_effect(evaluator, patient, label, names, n_points))
    return PartialEffects(effects=tuple(effects), n_refits=evaluator.model.n_refits)


def _varied(sheet: Sheet, group: Group) -> list[tuple[str, tuple[str, ...]]]:
    """What varies together: variables of one kind and unit that a model sees only jointly."""
    specs = [sheet.variable(name) for name in group.variables]
    first = specs[0]
    alike = all((s.kind, s.unit, s.hard) == (first.kind, first.unit, first.hard) for s in specs)
    if len(specs) == 1 or (alike and first.kind == "number"):
        return [(group.label, group.variables)]
    return [(spec.label, (spec.name,)) for spec in specs]


def _effect(
    evaluator: SheetEvaluator,
    patient: dict[str, float | str],
    label: str,
    names: tuple[str, ...],
    n_points: int,
) -> PartialEffect:
    spec = evaluator.sheet.variable(names[0])
    values = _values(spec, n_points)
    columns: dict[str, Floats | Texts] = {
        name: _column(value, len(values)) for name, value in patient.items()
    }
    for name in names:
        columns[name] = np.array(values, dtype=object if spec.kind == "category" else np.float64)
    predicted, low, high = _predicted(evaluator, columns, len(values))
    training = spec.training
    return PartialEffect(
        label=label,
        unit=spec.unit,
        variables=names,
        kind=spec.kind,
        values=values,
        predicted=predicted,
        low=low,
        high=high,
        tenths=() if training is None or spec.kind == "category" else training.edges,
        shares=() if training is None or spec.kind == "number" else training.level_shares,
    )


def _values(spec: VariableSpec, n_points: int) -> tuple[float | str, ...]:
    if spec.kind == "category":
        return spec.levels
    low, high = _ends(spec)
    if spec.integer and high - low < FEW_VALUES:
        return tuple(float(value) for value in range(round(low), round(high) + 1))
    return tuple(float(value) for value in np.linspace(low, high, n_points if high > low else 1))


def _ends(spec: VariableSpec) -> tuple[float, float]:
    """The range of the data, without its extremes: those are single people."""
    training = spec.training
    if training is not None and training.low is not None and training.high is not None:
        return training.low, training.high
    return spec.soft or spec.hard or (0.0, 1.0)


def _column(value: float | str, n_rows: int) -> Floats | Texts:
    if isinstance(value, str):
        return np.full(n_rows, value, dtype=object)
    return np.full(n_rows, float(value))


def _predicted(
    evaluator: SheetEvaluator, columns: Columns, n_rows: int
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Predictions with the pointwise interval over the bootstrap models, where there are any."""
    completed = evaluator.completed(evaluator.numeric_columns(columns, n_rows))
    to_scale = evaluator.to_risk if evaluator.sheet.outcome.kind == "binary" else evaluator.inside
    own = to_scale(evaluator.model.linear_predictor(completed, n_rows))
    if evaluator.model.n_refits < 2:
        return _floats(own), (), ()
    refitted = to_scale(evaluator.model.refitted(completed, n_rows))
    low, high = np.quantile(refitted, (TAIL, 1.0 - TAIL), axis=0)
    return _floats(own), _floats(low), _floats(high)


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _rows(effect: PartialEffect) -> list[tuple[Any, ...]]:
    number = effect.kind == "number"
    none: Sequence[None] = (None,) * len(effect.values)
    return [
        (effect.label, value if number else None, None if number else value, *ends)
        for value, *ends in zip(
            effect.values, effect.predicted, effect.low or none, effect.high or none, strict=True
        )
    ]
