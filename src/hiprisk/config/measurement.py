"""Measurement error of predictors, as far as the study states it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from hiprisk.config.fields import Name, refuse


def _as_range(value: Any) -> Any:
    return (
        (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    )


def _positive_and_ascending(ends: tuple[float, float]) -> tuple[float, float]:
    if not 0.0 < ends[0] <= ends[1]:
        raise refuse("a standard error of measurement is a positive number, or two that ascend")
    return ends


# One number where it is known, two where only a range is.
_ONE_OR_TWO = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    ]
}
StandardError = Annotated[
    tuple[float, float],
    BeforeValidator(_as_range),
    AfterValidator(_positive_and_ascending),
    WithJsonSchema(_ONE_OR_TWO),
]
MeasurementError = dict[Name, StandardError]


def refuse_unknown(declared: Mapping[str, Any], predictors: Sequence[str]) -> None:
    """Refuse an error of something that is no predictor."""
    unknown = [name for name in declared if name not in predictors]
    if unknown:
        raise refuse(f"measurement_error names {unknown[0]}, which is in no block")
