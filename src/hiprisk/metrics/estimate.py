"""A value and its interval: the one form in which a result is reported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its interval; an end is None where there is none."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        """Value and ends for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}
