"""One candidate family of a study, as it came out of tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyResult:
    """One candidate: its cross-validated loss at its best settings.

    Attributes
    ----------
    loss : float
        Mean squared error, or mean log loss.
    gain_over_mean : float
        Share of the loss of the mean that the family saves.
    trials : tuple of dict
        Every setting that was tried.
    """

    name: str
    loss: float
    gain_over_mean: float
    params: Mapping[str, float]
    chosen: bool
    trials: tuple[Mapping[str, Any], ...] = ()
