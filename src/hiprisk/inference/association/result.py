"""The association table as a result: rows, differences between strata, what they mean in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hiprisk.inference.effects.evalue import EValue
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.wording.quantities import interval_digits

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationRow:
    """One effect of the table.

    Attributes
    ----------
    stratum : str
        ``all`` or a level of the strata.
    model : str
        ``crude``, ``adjusted`` (for the confounders) or ``adjusted_baseline`` (for the baseline
        score as well).
    measure : str
        ``mean_difference``, ``odds_ratio``, ``risk_difference`` or ``risk_ratio``.
    estimate : Estimate
    se, df : float
        Pooled standard error and Barnard and Rubin's degrees of freedom; on the log scale for
        ratios.
    share_missing : float
        Share of the variance that is due to missing values (lambda).
    n, n_clusters : int
    n_exposed, n_events : int or None
        None where the exposure is a number, the outcome a score.
    e_value : EValue or None
        Of mean differences and risk ratios.
    covariance : str or None
        Where it is another one than the table's: ``model``, if a robust one says nothing.
    """

    stratum: str
    model: str
    measure: str
    estimate: Estimate
    se: float
    df: float
    share_missing: float
    n: int
    n_exposed: int | None
    n_events: int | None
    n_clusters: int
    e_value: EValue | None = None
    covariance: str | None = None

    @property
    def name(self) -> str:
        """Name of the row among the metrics."""
        return f"{self.measure}_{self.model}_{self.stratum}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        value = None if self.e_value is None else self.e_value.to_dict()
        other = {} if self.covariance is None else {"covariance": self.covariance}
        return {**plain, **other, "estimate": self.estimate.to_dict(), "e_value": value}


_PLAIN = (
    "stratum", "model", "measure", "se", "df", "share_missing", "n", "n_exposed",
    "n_events", "n_clusters",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumDifference:
    """How far the effect differs between two strata (the interaction).

    Attributes
    ----------
    model, measure : str
        Measures: ``mean_difference``, ``odds_ratio`` (then `estimate` is a ratio of odds ratios),
        ``risk_difference`` or ``risk_ratio`` (a ratio of risk ratios).
    stratum, versus : str
        The effect in the first less (divided by) the effect in the second.
    estimate : Estimate
    wald : float
        F statistic with 1 and `df` degrees of freedom.
    p_value : float
        Never to be shown without `estimate`.
    """

    model: str
    measure: str
    stratum: str
    versus: str
    estimate: Estimate
    se: float
    df: float
    wald: float
    p_value: float

    @property
    def name(self) -> str:
        """Name of the difference among the metrics."""
        return f"{self.measure}_{self.model}_{self.stratum}_against_{self.versus}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "estimate": self.estimate.to_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAvailable:
    """A model without an estimate in a stratum.

    Attributes
    ----------
    model, stratum, reason : str
    """

    model: str
    stratum: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeControl:
    """The effect where none can be.

    Attributes
    ----------
    kind : str
        ``stratum`` or ``outcome``.
    where : str
        The level, or the variable.
    reason : str
        Why no effect is expected, as declared.
    row : AssociationRow
    as_expected : bool
        Whether the interval includes no effect.
    """

    kind: str
    where: str
    reason: str
    row: AssociationRow
    as_expected: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "where": self.where,
            "reason": self.reason,
            "as_expected": self.as_expected,
            **self.row.to_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationTable:
    """The table of a cohort paper, pooled over imputations.

    Attributes
    ----------
    title : str
    provenance : str
        ``simulated``, ``real`` or ``unknown``.
    exposure, outcome : str
        In words.
    unit : str
    higher_is : str
    kind : str
        ``continuous`` or ``binary``.
    confounders : tuple of str
    baseline, strata : str or None
    covariance : str
        ``HC3``, ``CR1`` or ``model``.
    n_imputations : int
        1 where nothing was missing.
    rows : tuple of AssociationRow
    differences : tuple of StratumDifference
    negative_control : NegativeControl or None
    flow : tuple of FlowStep
    notes : tuple of str
        How it was done, and what to mind.
    sentences : tuple of str
        What was found.
    not_available : tuple of NotAvailable
        Models without an estimate in a stratum, with the reason.
    cohort_fingerprint : str
        Empty where the table was made of a selection, whose file is not known here.
    """

    title: str
    provenance: str
    exposure: str
    outcome: str
    unit: str
    higher_is: str
    kind: str
    confounders: tuple[str, ...]
    baseline: str | None
    strata: str | None
    covariance: str
    n_imputations: int
    rows: tuple[AssociationRow, ...]
    differences: tuple[StratumDifference, ...]
    negative_control: NegativeControl | None
    flow: tuple[FlowStep, ...]
    notes: tuple[str, ...]
    sentences: tuple[str, ...]
    not_available: tuple[NotAvailable, ...] = ()
    cohort_fingerprint: str = ""

    @property
    def digits(self) -> int:
        """Digits after the point of effects, so that the interval keeps two that count."""
        if self.kind != "continuous":
            return 3
        return interval_digits(self.rows[0].estimate)

    def row(self, model: str, *, stratum: str = ALL, measure: str | None = None) -> AssociationRow:
        """The row of a model and stratum; of the first measure where none is named."""
        return next(
            row
            for row in self.rows
            if (row.model, row.stratum) == (model, stratum) and measure in (None, row.measure)
        )

    def estimates(self) -> Iterator[tuple[str, Estimate]]:
        """Every effect, difference between strata and negative control, by name."""
        yield from ((row.name, row.estimate) for row in self.rows)
        yield from ((one.name, one.estimate) for one in self.differences)
        control = self.negative_control
        if control is not None:
            yield f"negative_control_{control.kind}_{control.row.name}", control.row.estimate

    def to_frame(self) -> pd.DataFrame:
        """Tidy copy: one row an effect, always the same columns."""
        return pd.DataFrame(
            [
                {
                    "stratum": row.stratum,
                    "model": row.model,
                    "measure": row.measure,
                    "value": row.estimate.value,
                    "low": row.estimate.low,
                    "high": row.estimate.high,
                    "se": row.se,
                    "df": row.df,
                    "n": row.n,
                    "n_exposed": row.n_exposed,
                    "n_events": row.n_events,
                    "n_clusters": row.n_clusters,
                    "share_missing": row.share_missing,
                    "e_value": None if row.e_value is None else row.e_value.point,
                    "e_value_limit": None if row.e_value is None else row.e_value.limit,
                }
                for row in self.rows
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk associate --json`` prints."""
        plain = (
            "title", "provenance", "exposure", "outcome", "unit", "higher_is", "kind", "baseline",
            "strata", "covariance", "n_imputations",
        )  # fmt: skip
        control = self.negative_control
        lacking = {f"{one.model}_{one.stratum}": one.reason for one in self.not_available}
        return {
            **{name: getattr(self, name) for name in plain},
            **({"not_available": lacking} if lacking else {}),
            "confounders": list(self.confounders),
            "sentences": list(self.sentences),
            "notes": list(self.notes),
            "metrics": {name: estimate.to_dict() for name, estimate in self.estimates()},
            "rows": [row.to_dict() for row in self.rows],
            "differences": [difference.to_dict() for difference in self.differences],
            "negative_control": None if control is None else control.to_dict(),
            "flow": [asdict(step) for step in self.flow],
        }
