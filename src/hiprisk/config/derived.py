"""Features that a study computes from its variables, by the sheet's closed set of expressions."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, refuse


def _operand(value: Any) -> Any:
    """A name or a number; ``true`` would count as 1."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse("must be the name of a variable, or a number")
    if not isinstance(value, str) and not math.isfinite(value):
        raise refuse("must be a finite number")
    return value


Operand = Annotated[str | float, BeforeValidator(_operand)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DerivedSettings:
    """One derived feature.

    Attributes
    ----------
    op : str
        ``minimum``, ``maximum``, ``product``, ``difference`` (first minus second), ``ratio`` (first
        over second), or ``indicator`` (1 where the first reaches the second, else 0).
    of : tuple of str or float
        Two operands: numbers, variables, ``variable=level`` (1 where it has the level, else 0), or
        other derived features.
        Example: ``[hip_flexion_right_deg, hip_flexion_left_deg]``
    label : str
        What it is, in words.
        Example: ``worse side of flexion``
    unit : str
        Its unit, in words.
        Example: ``degrees``
    """

    label: str = Field(min_length=1)
    op: Literal["minimum", "maximum", "difference", "ratio", "product", "indicator"]
    of: tuple[Operand, ...]
    unit: str = ""

    @model_validator(mode="after")
    def _two_operands(self) -> Self:
        if len(self.of) != 2:
            raise refuse("of has two operands")
        if not any(isinstance(operand, str) for operand in self.of):
            raise refuse("one of the two operands must be a variable")
        if self.op == "ratio" and self.of[1] == 0:
            raise refuse("a ratio is not divided by 0")
        return self
