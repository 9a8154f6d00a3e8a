"""What a cohort in use says of a model, as frozen results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hiprisk.validation.external import ModelIdentity
from hiprisk.validation.watch import CalibrationWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableDrift:
    """One variable now beside the development cohort.

    Attributes
    ----------
    standardised_difference : float or None
        Of a category, that of the level that moved most; None where the sheet does not say.
    psi : float or None
        Population stability index.
    psi_by_chance : float or None
        What the index exceeds in one of twenty cohorts of this size without any drift.
    missing_then, missing_now : float
        Share of rows that lack it; None where a published model does not say.
    basis : str
        What the bins are: ``tenths of training``, ``normal tenths`` or ``levels``.
    verdict : str
        ``steady``, ``some drift``, ``much drift`` or ``not known``.
    causes : tuple of str
        Likely causes, in words.
    """

    variable: str
    standardised_difference: float | None
    psi: float | None
    psi_by_chance: float | None
    basis: str
    missing_then: float | None
    missing_now: float
    verdict: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionDrift:
    """Predictions now beside those of people as the sheet's normal model has them."""

    mean_then: float
    sd_then: float
    mean_now: float
    sd_now: float
    standardised_difference: float
    psi: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """What a cohort in use says of a model's drift.

    Attributes
    ----------
    simulated : bool
        Whether the model or the people are.
    refused : mapping of str to int
        Rows that get no prediction, by reason.
    watch : CalibrationWatch or None
        Where outcomes and times are known.
    watch_note : str
        Why there is no watch; empty where there is one.
    found : bool
        Whether anything calls for attention.
    """

    model: ModelIdentity
    cohort: str
    cohort_fingerprint: str
    simulated: bool
    n_rows: int
    refused: Mapping[str, int]
    variables: tuple[VariableDrift, ...]
    predictions: PredictionDrift | None
    watch: CalibrationWatch | None
    watch_note: str
    found: bool
    summary: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a variable."""
        rows = [{**asdict(v), "causes": "; ".join(v.causes)} for v in self.variables]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk drift --json`` prints."""
        return {
            "model": self.model.to_dict(),
            "cohort": self.cohort,
            "cohort_fingerprint": self.cohort_fingerprint,
            "simulated": self.simulated,
            "rows": self.n_rows,
            "refused": dict(self.refused),
            "variables": [{**asdict(v), "causes": list(v.causes)} for v in self.variables],
            "predictions": None if self.predictions is None else asdict(self.predictions),
            "watch": None if self.watch is None else self.watch.to_dict(),
            "watch_note": self.watch_note,
            "found": self.found,
            "summary": list(self.summary),
        }
