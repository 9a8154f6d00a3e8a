"""A value and its interval: the one form in which a result is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hiprisk.arrays import Floats
from hiprisk.bootstrap import percentile_interval

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its interval; an end is None where there is none."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def from_resamples(
        cls, name: str, value: float, resampled: Floats, *, level: float = 0.95
    ) -> Estimate:
        """A value with the percentile interval of its resamples.

        Parameters
        ----------
        name : str
        value : float
        resampled : ndarray, shape (n_resamples,)
            NaN where it cannot be computed; without ends where that are too many.
        level : float
        """
        # Too many refused resamples leave no interval: those refused may all lie at one end.
        low, high = percentile_interval(resampled, level=level) or (None, None)
        return cls(name=name, value=value, low=low, high=high)

    def to_dict(self) -> dict[str, float | None]:
        """Value and ends for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}

    def to_frame(self) -> pd.DataFrame:
        """One row: metric, value, low, high."""
        import pandas as pd

        return pd.DataFrame([{"metric": self.name, **self.to_dict()}])
