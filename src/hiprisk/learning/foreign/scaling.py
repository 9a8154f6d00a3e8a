"""Pipelines: a model behind steps that shift and scale each input by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.learning.foreign.refusal import NotPortableError

KNOWN_STEPS = "StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler and SimpleImputer"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One scaler: operations in its order, each with a number for every input.

    Attributes
    ----------
    operations : tuple of (str, tuple of float)
        ``subtract``, ``divide``, ``multiply`` or ``add``.
    """

    operations: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Scaling:
    """The steps before a model, in order."""

    steps: tuple[Step, ...] = ()

    def apply(self, values: Floats, feature: Integers) -> Floats:
        """Scaled values, each of the input that `feature` names, with the scalers' own rounding."""
        for step in self.steps:
            for operation, numbers in step.operations:
                values = _OPERATIONS[operation](values, np.array(numbers)[feature])
        return values

    def as_line(self, width: int) -> tuple[Floats, Floats]:
        """All steps as one: constant and factor of each input."""
        constant, factor = np.zeros(width), np.ones(width)
        for step in self.steps:
            for operation, numbers in step.operations:
                constant = _OPERATIONS[operation](constant, np.array(numbers))
                if operation in ("divide", "multiply"):
                    factor = _OPERATIONS[operation](factor, np.array(numbers))
        return constant, factor


UNSCALED = Scaling()
_OPERATIONS = {
    "subtract": np.subtract,
    "divide": np.divide,
    "multiply": np.multiply,
    "add": np.add,
}


def split_pipeline(estimator: Any) -> tuple[Any, Scaling]:
    """The model at the end of a fitted scikit-learn pipeline, and the scaling before it.

    Any other estimator comes back as it is.

    Raises
    ------
    NotPortableError
        If a step does more than shift and scale each input by itself.
    """
    if _path(estimator) != ("sklearn", "Pipeline"):
        return estimator, UNSCALED
    *before, (_, last) = estimator.steps
    last, after = split_pipeline(last)
    steps = tuple(step for name, one in before for step in _steps(name, one))
    return last, Scaling((*steps, *after.steps))


def _steps(name: str, transformer: Any) -> Sequence[Step]:
    if transformer is None or transformer == "passthrough":
        return ()
    if _path(transformer) == ("sklearn", "Pipeline"):
        return [step for inner, one in transformer.steps for step in _steps(inner, one)]
    kind = type(transformer).__name__
    if _path(transformer)[0] != "sklearn" or kind not in _READERS:
        raise NotPortableError(
            f"the step '{name}' ({kind}) of the pipeline does more than scale each input by itself",
            advice=f"a sheet takes {KNOWN_STEPS} before a model; do the rest before the fit",
        )
    return _READERS[kind](name, transformer)


def _path(thing: Any) -> tuple[str, str]:
    return type(thing).__module__.partition(".")[0], type(thing).__name__


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(map(float, np.ravel(values)))


def _centred(centre: Any, scale: Any) -> Sequence[Step]:
    operations = []
    if centre is not None:
        operations.append(("subtract", _numbers(centre)))
    if scale is not None:
        operations.append(("divide", _numbers(scale)))
    return [Step(operations=tuple(operations))]


def _standard(name: str, scaler: Any) -> Sequence[Step]:
    del name
    mean = scaler.mean_ if scaler.with_mean else None
    return _centred(mean, scaler.scale_ if scaler.with_std else None)


def _robust(name: str, scaler: Any) -> Sequence[Step]:
    del name
    centre = scaler.center_ if scaler.with_centering else None
    return _centred(centre, scaler.scale_ if scaler.with_scaling else None)


def _largest(name: str, scaler: Any) -> Sequence[Step]:
    _refuse_clip(name, scaler)
    return _centred(None, scaler.scale_)


def _smallest_to_largest(name: str, scaler: Any) -> Sequence[Step]:
    _refuse_clip(name, scaler)
    return [
        Step(operations=(("multiply", _numbers(scaler.scale_)), ("add", _numbers(scaler.min_))))
    ]


def _refuse_clip(name: str, scaler: Any) -> None:
    if getattr(scaler, "clip", False):
        raise NotPortableError(
            f"the step '{name}' ({type(scaler).__name__}, clip=True) holds values inside limits",
            advice="use clip=False",
        )


def _imputer(name: str, imputer: Any) -> Sequence[Step]:
    if imputer.add_indicator:
        raise NotPortableError(
            f"the step '{name}' (SimpleImputer) adds columns that say what was missing",
            advice="use add_indicator=False: a sheet imputes by itself",
        )
    if np.isnan(np.asarray(imputer.statistics_, dtype=float)).any():
        raise NotPortableError(
            f"the step '{name}' (SimpleImputer) dropped a column without any value",
            advice="leave the column out",
        )
    # Complete rows pass as they are, and a sheet predicts from complete rows alone.
    return ()


_READERS = {
    "StandardScaler": _standard,
    "RobustScaler": _robust,
    "MaxAbsScaler": _largest,
    "MinMaxScaler": _smallest_to_largest,
    "SimpleImputer": _imputer,
}
