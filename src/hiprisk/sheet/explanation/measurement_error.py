"""How far a prediction moves within the measurement error of what was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Texts
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import MeasurementError, VariableSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredVariable:
    """One variable and how far the prediction moves when it is off by one standard error.

    Attributes
    ----------
    moves_low, moves_high : float
        Half the difference between predictions at the value plus and minus one standard error, at
        the smallest and the largest figure known for it; in the prediction's unit.
    """

    variable: str
    error: MeasurementError
    moves_low: float
    moves_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRange:
    """All variables of one instrument; their errors are taken as independent.

    Attributes
    ----------
    moves_low, moves_high : float
        Root of the sum of squares over the variables: one standard error of the prediction from
        measurement alone.
    """

    instrument: str
    variables: tuple[MeasuredVariable, ...]
    moves_low: float
    moves_high: float


def measurement_ranges(evaluator: SheetEvaluator, columns: Columns) -> tuple[InstrumentRange, ...]:
    """How far one patient's prediction moves, instrument by instrument.

    Parameters
    ----------
    evaluator : SheetEvaluator
    columns : mapping of str to ndarray of shape (1,)
        As for `SheetEvaluator.predict`. Variables that are not known, or whose error the sheet
        does not know, are left out.
    """
    measured = [
        spec for spec in evaluator.sheet.variables if spec.measurement and _is_known(spec, columns)
    ]
    if not measured:
        return ()
    found = _moves(evaluator, columns, measured)
    instruments = dict.fromkeys(item.error.instrument for item in found)
    return tuple(_together(name, found) for name in instruments)


def _is_known(spec: VariableSpec, columns: Columns) -> bool:
    values = columns.get(spec.name)
    return values is not None and not np.isnan(np.asarray(values, dtype=np.float64)[0])


def _moves(
    evaluator: SheetEvaluator, columns: Columns, measured: list[VariableSpec]
) -> list[MeasuredVariable]:
    rows: list[tuple[str, float]] = []
    for spec in measured:
        assert spec.measurement is not None
        value = float(np.asarray(columns[spec.name], dtype=np.float64)[0])
        low, high = spec.hard if spec.hard is not None else (-math.inf, math.inf)
        for error in (spec.measurement.low, spec.measurement.high):
            rows += [(spec.name, min(max(value + sign * error, low), high)) for sign in (-1, 1)]
    tried: dict[str, Floats | Texts] = {}
    for name, values in columns.items():
        tried[name] = np.repeat(values, len(rows))  # type: ignore[assignment]  # either kind stays
    for number, (name, value) in enumerate(rows):
        tried[name][number] = value
    predicted = evaluator.predict(tried).predicted
    half = np.abs(predicted[1::2] - predicted[0::2]) / 2.0
    return [
        MeasuredVariable(
            variable=spec.name,
            error=spec.measurement,
            moves_low=float(half[2 * i]),
            moves_high=float(half[2 * i + 1]),
        )
        for i, spec in enumerate(measured)
        if spec.measurement is not None
    ]


def _together(instrument: str, found: list[MeasuredVariable]) -> InstrumentRange:
    own = tuple(item for item in found if item.error.instrument == instrument)
    return InstrumentRange(
        instrument=instrument,
        variables=own,
        moves_low=math.sqrt(sum(item.moves_low**2 for item in own)),
        moves_high=math.sqrt(sum(item.moves_high**2 for item in own)),
    )
