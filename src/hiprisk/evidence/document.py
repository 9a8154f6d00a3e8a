"""What a study found, as one frozen result that tables, reports and runs read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hiprisk.evidence.tables import TableOne
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.resampling import OptimismTable


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCount:
    """One step of the participant flow."""

    label: str
    n_left_out: int
    n_remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutResult:
    """The model, and a reference prediction where the config names one, on people held out."""

    label: str
    n: int
    model: tuple[Estimate, ...]
    reference_name: str | None = None
    reference: tuple[Estimate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Results of one study.

    Attributes
    ----------
    summary : tuple of str
        Plain sentences, the most important first.
    apparent : tuple of Estimate
        With percentile intervals.
    optimism : OptimismTable
    calibration : tuple of tuple of float
        Predicted and observed means by tenth of the out-of-fold prediction.
    coverage : mapping of str to float
        Share of people whose outcome lies in their interval: ``out_of_fold_80`` and so on.
    not_repeated : tuple of str
        What the resamples did not repeat.
    """

    name: str
    title: str
    kind: str
    provenance: str
    outcome_unit: str
    family: str
    n_analysed: int
    n_predictors: int
    n_coefficients: int
    summary: tuple[str, ...]
    flow: tuple[FlowCount, ...]
    table_one: TableOne
    findings: tuple[Mapping[str, Any], ...]
    families: tuple[FamilyResult, ...]
    apparent: tuple[Estimate, ...]
    optimism: OptimismTable
    holdout: HoldoutResult | None
    calibration: tuple[tuple[float, float], ...]
    coverage: Mapping[str, float]
    not_repeated: tuple[str, ...]

    def metrics(self) -> dict[str, dict[str, float | None]]:
        """Every metric as value, low and high: ``<metric>_corrected``, ``_apparent``, ``_holdout``.

        A corrected value has no interval yet: low and high are None.
        """
        found: dict[str, dict[str, float | None]] = {}
        for row in self.optimism.rows:
            found[f"{row.metric}_corrected"] = Estimate(
                name=row.metric, value=row.corrected
            ).to_dict()
        for estimate in self.apparent:
            found[f"{estimate.name}_apparent"] = estimate.to_dict()
        if self.holdout is not None:
            for estimate in self.holdout.model:
                found[f"{estimate.name}_holdout"] = estimate.to_dict()
            for estimate in self.holdout.reference:
                found[f"{estimate.name}_holdout_reference"] = estimate.to_dict()
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**_plain(fields), "metrics": self.metrics()}


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict") and not isinstance(value, Estimate):
        return _plain(value.to_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return _plain(fields)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
