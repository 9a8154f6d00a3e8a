"""What a cohort in use says of a model, as frozen results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from hiprisk.cohort.findings import Finding
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.drift.cusum import CalibrationCusum
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.external.results import ModelIdentity

DIFFERENCE = "standardised_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableDrift:
    """One variable now beside the development cohort.

    Attributes
    ----------
    difference : Estimate or None
        Standardised difference with Bonett's interval; of a category, that of the level that moved
        most; None where the sheet does not say.
    psi : float or None
        Population stability index.
    psi_by_chance : float or None
        What the index exceeds in one of twenty pairs of cohorts of these sizes without any drift.
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
    label: str
    difference: Estimate | None
    psi: float | None
    psi_by_chance: float | None
    basis: str
    missing_then: float | None
    missing_now: float
    verdict: str
    causes: tuple[str, ...]

    @property
    def standardised_difference(self) -> float | None:
        """Now minus then, in standard deviations."""
        return None if self.difference is None else self.difference.value

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = asdict(self)
        # A label is for people; files know the variable by its name.
        del plain["difference"], plain["label"]
        found = self.difference
        ends = {
            "standardised_difference": self.standardised_difference,
            "difference_low": None if found is None else found.low,
            "difference_high": None if found is None else found.high,
        }
        return {"variable": plain.pop("variable"), **ends, **plain, "causes": list(self.causes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionDrift:
    """Predictions now beside those of people as the sheet's normal model has them."""

    mean_then: float
    sd_then: float
    mean_now: float
    sd_now: float
    difference: Estimate
    psi: float
    psi_by_chance: float
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = asdict(self)
        del plain["difference"]
        ends = {
            "standardised_difference": self.difference.value,
            "difference_low": self.difference.low,
            "difference_high": self.difference.high,
        }
        return {**plain, **ends}


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """What a cohort in use says of a model's drift.

    Attributes
    ----------
    simulated : bool
        Whether the model or the people are.
    refused : mapping of str to int
        Rows that get no prediction, by reason.
    watch : CalibrationCusum or None
        Where outcomes and times are known.
    watch_note : str
        Why there is no watch; empty where there is one.
    flow : tuple of FlowStep
        From the rows of the cohort to those of the calibration CUSUM.
    findings : tuple of Finding
        Cells of the outcome that could not be used, and copied rows.
    found : bool
        Whether anything calls for attention.
    expected : ExpectedComparison or None
        Performance to be expected of these people if the model is right, beside development.
    expected_note : str
        Why there is none; empty where there is one.
    """

    model: ModelIdentity
    cohort: str
    cohort_fingerprint: str
    simulated: bool
    n_rows: int
    refused: Mapping[str, int]
    variables: tuple[VariableDrift, ...]
    predictions: PredictionDrift | None
    watch: CalibrationCusum | None
    watch_note: str
    found: bool
    summary: tuple[str, ...]
    flow: tuple[FlowStep, ...] = ()
    findings: tuple[Finding, ...] = ()
    expected: ExpectedComparison | None = None
    expected_note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """One row a variable."""
        rows = [{**v.to_dict(), "causes": "; ".join(v.causes)} for v in self.variables]
        return pd.DataFrame(rows)

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate by a name of its own; a population stability index has no interval."""
        found: list[Estimate] = []
        for v in self.variables:
            if v.difference is not None:
                found.append(replace(v.difference, name=f"{DIFFERENCE}_{v.variable}"))
            if v.psi is not None:
                found.append(Estimate(name=f"psi_{v.variable}", value=v.psi))
        if self.predictions is not None:
            moved = self.predictions
            found.append(replace(moved.difference, name=f"{DIFFERENCE}_prediction"))
            found.append(Estimate(name="psi_prediction", value=moved.psi))
        if self.watch is not None:
            found.append(self.watch.mean_error)
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk drift --json`` prints."""
        return {
            "model": self.model.to_dict(),
            "cohort": self.cohort,
            "cohort_fingerprint": self.cohort_fingerprint,
            "simulated": self.simulated,
            "rows": self.n_rows,
            "refused": dict(self.refused),
            "metrics": {one.name: one.to_dict() for one in self.estimates()},
            "variables": [v.to_dict() for v in self.variables],
            "predictions": None if self.predictions is None else self.predictions.to_dict(),
            "watch": None if self.watch is None else self.watch.to_dict(),
            "watch_note": self.watch_note,
            "expected": None if self.expected is None else self.expected.to_dict(),
            "expected_note": self.expected_note,
            "flow": [asdict(step) for step in self.flow],
            "warnings": [finding.summarised() for finding in self.findings],
            "found": self.found,
            "summary": list(self.summary),
        }
