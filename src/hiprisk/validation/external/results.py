"""What an external validation found, as one frozen result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hiprisk.config.cohort import SamplingSettings
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.external.case_mix_results import CaseMix
from hiprisk.validation.performance.reference import ReferenceComparison
from hiprisk.validation.performance.results import Performance, by_name
from hiprisk.validation.sites.calibration_results import ClusteredCalibration
from hiprisk.validation.subgroups.results import Subgroups


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model was evaluated; version and hash are None for predictions in a column.

    Attributes
    ----------
    cautions : tuple of str
        Notes of the sheet that belong before any figure: invented coefficients, mixed provenance.
    reference_people : str or None
        Of an updated model: the version whose development cohort its ranges, means and case mix
        are still of.
    """

    name: str
    title: str
    provenance: str
    estimand: str
    version: str | None = None
    bundle_sha256: str | None = None
    cautions: tuple[str, ...] = ()
    reference_people: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {**asdict(self), "cautions": list(self.cautions)}
        if self.reference_people is None:
            del plain["reference_people"]
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalValidation:
    """What new people say of a model.

    Attributes
    ----------
    performance : Performance
        Every figure, metrics of predictions with percentile intervals over resampled persons.
    calibration : tuple of tuple of float
        Predicted and observed means by tenth of the prediction.
    groups : Subgroups or None
        The same metrics by group, with the spread between groups; None where not asked for.
    n : int
        Rows that are evaluated: people, or hips where a row is a hip.
    n_people : int or None
        Persons behind them.
    imputations : int or None
        Over how many stacked imputations everything is pooled; None for one row a person.
    sampling : SamplingSettings or None
        Where cases and controls were sampled apart.
    clustered_calibration : ClusteredCalibration or None
        Calibration curves by site, their mean and a band for a new site; None without sites.
    reference_comparison : ReferenceComparison or None
        The model beside a reference prediction that was named.
    remarks : tuple of str
        Of sample size, of imputed values, and of sites without a calibration curve.
    summary : tuple of str
        Plain sentences, the most important first.
    expected : ExpectedComparison or None
        What the model expects of these people, beside what was observed; None where it cannot say:
        no distribution of the outcome, people sampled by it, several imputations.
    """

    model: ModelIdentity
    kind: str
    outcome: str
    outcome_unit: str
    outcome_label: str
    cohort: str
    cohort_fingerprint: str
    cohort_provenance: str
    n: int
    n_events: int | None
    flow: tuple[FlowStep, ...]
    reasons: Mapping[str, int]
    findings: tuple[Mapping[str, Any], ...]
    performance: Performance
    calibration: tuple[tuple[float, float], ...]
    groups: Subgroups | None
    case_mix: CaseMix | None
    remarks: tuple[str, ...]
    summary: tuple[str, ...]
    n_people: int | None = None
    imputations: int | None = None
    sampling: SamplingSettings | None = None
    expected: ExpectedComparison | None = None
    clustered_calibration: ClusteredCalibration | None = None
    reference_comparison: ReferenceComparison | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: overall, each event, then each group."""
        performance = self.performance
        groups = () if self.groups is None else self.groups.groups
        counts = {(group.grouping, group.level): group.n_people for group in groups}
        rows: list[tuple[object, ...]] = [
            ("all", "", self.n, e.name, e.value, e.low, e.high) for e in performance.of_outcome()
        ]
        rows += [
            ("event", event.name, int(event.n), e.name, e.value, e.low, e.high)
            for event in performance.events
            for e in performance.of_event(event)
        ]
        if self.groups is not None:
            rows += [
                (row.grouping, row.level, counts[(row.grouping, row.level)], row.metric,
                 row.estimate.value, row.estimate.low, row.estimate.high)
                for row in self.groups.estimates if row.estimate is not None
            ]  # fmt: skip
        names = ["variable", "level", "n", "metric", "value", "low", "high"]
        return pd.DataFrame(rows, columns=names)

    def named(self) -> Iterator[tuple[str, Estimate]]:
        """Every estimate by name: of an event with its name at the end, of the case mix too."""
        yield from self.performance.named()
        if self.case_mix is not None:
            yield from ((one.name, one) for one in self.case_mix.estimates())

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as tidy tables, by name."""
        performance = self.performance
        curves = {"": performance.calibration} | {e.name: e.calibration for e in performance.events}
        decisions = {"": performance.decision} | {e.name: e.decision for e in performance.events}
        found = {
            "metrics": self.to_frame(),
            "calibration_curves": _by_event(curves),
            "decision_curves": _by_event(decisions),
        }
        found = {name: table for name, table in found.items() if len(table)}
        if performance.formula_intervals:
            found["formula_intervals"] = performance.formulas_to_frame()
        if performance.decompositions:
            found["decompositions"] = performance.decomposition_frame()
        if performance.coverage is not None:
            found["coverage"] = performance.coverage.to_frame()
        if self.expected is not None:
            found["expected"] = self.expected.to_frame()
        if self.clustered_calibration is not None:
            found["clustered_calibration"] = self.clustered_calibration.to_frame()
        if self.reference_comparison is not None:
            found["murphy_diagram"] = self.reference_comparison.to_frame()
        if self.case_mix is not None:
            found["case_mix"] = self.case_mix.to_frame()
        return found

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk validate --json`` prints."""
        return {
            "model": self.model.to_dict(),
            "outcome": self.outcome,
            "outcome_unit": self.outcome_unit,
            "outcome_label": self.outcome_label,
            "kind": self.kind,
            "cohort": self.cohort,
            "cohort_fingerprint": self.cohort_fingerprint,
            "cohort_provenance": self.cohort_provenance,
            "n": self.n,
            "n_events": self.n_events,
            **({} if self.n_people in (None, self.n) else {"n_people": self.n_people}),
            **({} if self.imputations is None else {"imputations": self.imputations}),
            **({} if self.sampling is None else {"sampling": self.sampling.to_dict()}),
            "flow": [asdict(step) for step in self.flow],
            "reasons": dict(self.reasons),
            "warnings": [dict(finding) for finding in self.findings],
            "metrics": {name: e.to_dict() for name, e in self.named()},
            "calibration": [list(point) for point in self.calibration],
            **_plain(self.performance),
            "groups": None if self.groups is None else self.groups.to_dict(),
            **(
                {}
                if self.clustered_calibration is None
                else {"clustered_calibration": self.clustered_calibration.to_dict()}
            ),
            **(
                {}
                if self.reference_comparison is None
                else {"reference_comparison": self.reference_comparison.to_dict()}
            ),
            "case_mix": None if self.case_mix is None else self.case_mix.to_dict(),
            "expected": None if self.expected is None else self.expected.to_dict(),
            "remarks": list(self.remarks),
            "summary": list(self.summary),
        }


def _plain(performance: Performance) -> dict[str, Any]:
    """Performance as the keys of ``hiprisk validate --json``."""
    whole = performance.to_dict()
    curve, decision = performance.calibration, performance.decision
    names = (
        "not_available", "n_without_log_odds", "formula_intervals", "coverage", "pit", "scatter",
        "decompositions",
    )  # fmt: skip
    return {
        **{name: whole[name] for name in names if name in whole},
        "calibration_curve": None if curve is None else curve.to_dict(),
        "calibration_errors": by_name(performance.curve_errors),
        "forecast": by_name(performance.forecast),
        "events": [
            {**event.to_dict(), "utility": by_name(event.utility(performance.thresholds))}
            for event in performance.events
        ],
        "decision_curve": None if decision is None else decision.to_dict(),
        "utility": by_name(performance.utility()),
        "thresholds": list(performance.thresholds),
    }


def _by_event(curves: Mapping[str, Any]) -> pd.DataFrame:
    """Curves one below the other, that of the outcome itself without a name."""
    parts = []
    for event, curve in curves.items():
        if curve is not None:
            frame = curve.to_frame()
            frame.insert(0, "event", event)
            parts.append(frame)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
