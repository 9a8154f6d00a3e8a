"""How the people of a cohort were sampled."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked_dataclass


@checked_dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class SamplingSettings:
    """Cases and controls sampled apart: their share is not that of the population.

    Attributes
    ----------
    case_control : float or str
        Share of the target population that has the event; ``unknown`` where nobody can tell.
        Example: ``0.12``
    """

    case_control: Annotated[float, Field(gt=0.0, lt=1.0)] | Literal["unknown"]

    @property
    def prevalence(self) -> float | None:
        """In the target population; None where it is not known."""
        return None if isinstance(self.case_control, str) else self.case_control

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"case_control": self.case_control}
