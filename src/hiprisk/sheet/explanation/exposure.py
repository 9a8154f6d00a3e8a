"""What a model predicts of one patient at each level of the exposure, all else as it is.

The predictions are those of patients who are alike but for the exposure. They describe differences
between people, not what changing the exposure would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Floats, Texts
from hiprisk.sheet.answers import answers_of, evaluate
from hiprisk.sheet.columns import GivenColumns
from hiprisk.sheet.evaluate import SheetEvaluator


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The category whose part in the outcome a study asks for.

    Attributes
    ----------
    variable : str
    reference : str
        The level that others are compared with.
    companions : mapping of str to float or str
        Variables that describe the same exposure (how strong it is), with their value where it
        is absent.
    """

    variable: str
    reference: str
    companions: Mapping[str, float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPrediction:
    """The prediction at one level of the exposure.

    Attributes
    ----------
    level : str
    changed : mapping of str to float, str or None
        What else had to change because it contradicts the level; None is not known.
    values : mapping of str to float or None
        ``predicted`` or ``risk``, bounds and ``chance_<event>``, as of a patient who has this
        level; None where such a patient is refused.
    difference : float or None
        Of the prediction from that at the level of reference.
    """

    level: str
    changed: Mapping[str, float | str | None]
    values: Mapping[str, float | None]
    difference: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionsByExposure:
    """Predictions of one patient at each level of the exposure.

    Attributes
    ----------
    variable, reference : str
        As of `Exposure`.
    given : str or None
        The patient's own level; None where it is not known.
    levels : tuple of LevelPrediction
        The level of reference first.
    """

    variable: str
    reference: str
    given: str | None
    levels: tuple[LevelPrediction, ...]


def predictions_by_exposure(
    evaluator: SheetEvaluator, given: GivenColumns, exposure: Exposure
) -> PredictionsByExposure:
    """Predict one patient at each level of the exposure.

    Parameters
    ----------
    evaluator : SheetEvaluator
    given : GivenColumns
        Of one row. Its own level, where it is known, keeps every value as it was given.
    exposure : Exposure
    """
    specs = {spec.name: spec for spec in evaluator.sheet.variables}
    others = [one for one in specs[exposure.variable].levels if one != exposure.reference]
    levels = (exposure.reference, *others)
    own = _value(given, exposure.variable)
    changes = [{} if level == own else _changes(given, exposure, level) for level in levels]
    columns: dict[str, Floats | Texts] = {}
    for name, values in given.columns.items():
        columns[name] = np.repeat(values, len(levels))  # type: ignore[assignment]  # either kind
    columns[exposure.variable] = np.array(levels, dtype=object)
    for row, changed in enumerate(changes):
        for name, value in changed.items():
            missing = np.nan if specs[name].kind == "number" else None
            columns[name][row] = missing if value is None else value
    repeated = replace(
        given,
        columns=columns,
        n_rows=len(levels),
        unreadable={note: np.repeat(rows, len(levels)) for note, rows in given.unreadable.items()},
    )
    numbers = answers_of(evaluator, evaluate(evaluator, repeated)).numbers
    first = next(iter(numbers.values()))
    return PredictionsByExposure(
        variable=exposure.variable,
        reference=exposure.reference,
        given=None if own is None else str(own),
        levels=tuple(
            LevelPrediction(
                level=level,
                changed=changed,
                values={name: _plain(values[row]) for name, values in numbers.items()},
                difference=_plain(first[row] - first[0]),
            )
            for row, (level, changed) in enumerate(zip(levels, changes, strict=True))
        ),
    )


def _changes(given: GivenColumns, exposure: Exposure, level: str) -> dict[str, float | str | None]:
    """Known values that contradict a level: those of its absence elsewhere, and others there."""
    known = {name: _value(given, name) for name in exposure.companions}
    at_reference = level == exposure.reference
    return {
        name: absent if at_reference else None
        for name, absent in exposure.companions.items()
        if known[name] is not None and (known[name] == absent) != at_reference
    }


def _value(given: GivenColumns, name: str) -> float | str | None:
    """What is known of the one row; None where nothing is."""
    if name not in given.columns:
        return None
    value = given.columns[name][0]
    return None if value is None or value != value else value


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
