"""What an update did and what it is worth, as a frozen result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.sheet.format import Sheet
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.updating.by_site import SiteRecalibration
from hiprisk.validation.updating.methods import ClosedTest, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class CoefficientChange:
    """One coefficient before and after."""

    term: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateResult:
    """What an update did and what it is worth.

    Attributes
    ----------
    chosen : str
        ``none`` where the closed test found nothing to update; then the sheet is the parent's.
    shrinkage : float or None
        Factor, where it was asked for and coefficients were re-estimated.
    before : tuple of Estimate
        The parent on these people.
    apparent : tuple of Estimate
        The update on the participants it was fitted to: optimistic.
    after : tuple of Estimate
        The update cross-validated.
    n, n_people : int
        Rows, and the persons behind them.
    imputations : int or None
        Over how many stacked imputations it was fitted; None where there is one row a person.
    scatter : str
        Of the residuals: ``re-estimated``, ``kept`` or ``not available``; ``own`` of an ordinal
        model, whose distribution is recalibrated with it.
    by_site : tuple of SiteRecalibration or None
        Where the intercept differs between sites.
    """

    parent: ModelIdentity
    method: str
    chosen: Method
    closed_test: ClosedTest | None
    shrinkage: float | None
    intercept: float | None
    slope: float | None
    coefficients: tuple[CoefficientChange, ...]
    kind: str
    outcome_unit: str
    n: int
    n_events: int | None
    flow: tuple[FlowStep, ...]
    reasons: Mapping[str, int]
    before: tuple[Estimate, ...]
    apparent: tuple[Estimate, ...]
    after: tuple[Estimate, ...]
    calibration_before: tuple[tuple[float, float], ...]
    calibration_after: tuple[tuple[float, float], ...]
    scatter: str
    provenance: str
    cohort_fingerprint: str
    cohort_provenance: str
    summary: tuple[str, ...]
    sheet: Sheet
    n_people: int | None = None
    imputations: int | None = None
    by_site: tuple[SiteRecalibration, ...] | None = None
    variance_between_sites: float | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: before, apparent, and cross-validated."""
        rows = []
        for stage, estimates in (
            ("before", self.before),
            ("after, apparent", self.apparent),
            ("after, cross-validated", self.after),
        ):
            rows += [(e.name, stage, e.value, e.low, e.high) for e in estimates]
        return pd.DataFrame(rows, columns=["metric", "stage", "value", "low", "high"])

    def metrics(self) -> dict[str, dict[str, float | None]]:
        """``<metric>_before``, ``_apparent`` and ``_cross_validated``."""
        stages = (
            ("before", self.before), ("apparent", self.apparent), ("cross_validated", self.after),
        )  # fmt: skip
        return {f"{e.name}_{end}": e.to_dict() for end, estimates in stages for e in estimates}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the sheet."""
        test = self.closed_test
        return {
            "parent": self.parent.to_dict(),
            "method": self.method,
            "chosen": self.chosen,
            "closed_test": None if test is None else _test_dict(test),
            "shrinkage": self.shrinkage,
            "intercept": self.intercept,
            "slope": self.slope,
            "coefficients": [asdict(change) for change in self.coefficients],
            "n": self.n,
            "n_events": self.n_events,
            **({} if self.n_people in (None, self.n) else {"n_people": self.n_people}),
            **({} if self.imputations is None else {"imputations": self.imputations}),
            **({} if self.by_site is None else {"by_site": [asdict(one) for one in self.by_site]}),
            **(
                {}
                if self.variance_between_sites is None
                else {"variance_between_sites": self.variance_between_sites}
            ),
            "flow": [asdict(step) for step in self.flow],
            "reasons": dict(self.reasons),
            "metrics": self.metrics(),
            "calibration_before": [list(point) for point in self.calibration_before],
            "calibration_after": [list(point) for point in self.calibration_after],
            "scatter": self.scatter,
            "provenance": self.provenance,
            "cohort_fingerprint": self.cohort_fingerprint,
            "cohort_provenance": self.cohort_provenance,
            "summary": list(self.summary),
        }

    def lineage(
        self, ancestors: Mapping[str, Any] | None, *, parent_fingerprint: str | None = None
    ) -> dict[str, Any]:
        """Where the new version comes from, for its manifest.

        Parameters
        ----------
        ancestors : mapping or None
            The parent's own lineage.
        parent_fingerprint : str, optional
            Of the cohort that the parent was fitted to.
        """
        return {
            "parent_name": self.parent.name,
            "parent_version": self.parent.version,
            "parent_bundle_sha256": self.parent.bundle_sha256,
            "parent_provenance": self.parent.provenance,
            **(
                {}
                if parent_fingerprint is None
                else {"parent_cohort_fingerprint": parent_fingerprint}
            ),
            "method": self.chosen,
            "asked": self.method,
            "shrinkage": self.shrinkage,
            "cohort_fingerprint": self.cohort_fingerprint,
            "cohort_provenance": self.cohort_provenance,
            "n": self.n,
            "n_events": self.n_events,
            **({} if self.imputations is None else {"imputations": self.imputations}),
            "parent_lineage": None if ancestors is None else dict(ancestors),
        }


def _test_dict(test: ClosedTest) -> dict[str, Any]:
    return {
        "chosen": test.chosen,
        "alpha": test.alpha,
        # Over imputations alone a test has a method and degrees of freedom below.
        "tests": [
            {key: value for key, value in asdict(one).items() if value is not None}
            for one in test.tests
        ],
    }
