"""The answer to how many people a study needs: one row a criterion."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from hiprisk.metrics.estimate import Estimate
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.wording.labels import in_words

Purpose = Literal["development", "external validation"]
# Names are those of the config's keys.
_ASSUMED = {
    "r2": "R²",
    "sd": "outcome SD",
    "mean": "outcome mean",
    "nagelkerke": "Nagelkerke R²",
    "cox_snell": "Cox-Snell R²",
    "c_statistic": "C statistic",
    "parameters": "number of candidate parameters",
    "lp_mean": "mean of the linear predictor",
    "lp_sd": "SD of the linear predictor",
    "implied_c_statistic": "implied C statistic",
    "risk_alpha": "alpha of the beta distribution",
    "risk_beta": "beta of the beta distribution",
}


def assumption_in_words(name: str) -> str:
    """What is assumed, in the words of a paper."""
    return _ASSUMED.get(name) or in_words(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What one criterion asks for.

    Attributes
    ----------
    name, what : str
    target : float
        What `what` speaks of: a shrinkage factor, a width, a margin.
    n : int
        Smallest number of people that meets it.
    reached : float or None
        The same quantity at the number of people that the study has.
    satisfied : bool or None
        None where the study's size is not known.
    counted : bool
        False for a row that is shown beside and does not enter the minimum.
    binding : bool
        It asks for most.
    """

    name: str
    what: str
    target: float
    n: int
    reached: float | None = None
    satisfied: bool | None = None
    counted: bool = True
    binding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """What was assumed, and how many people it would take were it otherwise.

    Attributes
    ----------
    low, high : float
        A little less and a little more than assumed.
    n_low, n_high : int
        People needed then.
    """

    name: str
    value: float
    low: float
    n_low: int
    high: float
    n_high: int

    @property
    def swing(self) -> int:
        """How far apart the two numbers are."""
        return abs(self.n_high - self.n_low)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """How many people a study needs, and why.

    Attributes
    ----------
    given : tuple of (str, float)
        What was assumed, by name.
    n_required : int
        Most of what the counted criteria ask for.
    n_available : int or None
        People that the study has.
    assumptions : tuple of Assumption
        The one that matters most first.
    strength_curve : tuple of (float, int)
        People needed by expected R2 (Nagelkerke's for a binary outcome).
    strength : float
        Expected R2 on the scale of that curve.
    warnings : tuple of str
        Where a criterion is known to promise too much.
    """

    purpose: Purpose
    kind: OutcomeKind
    given: tuple[tuple[str, float], ...]
    criteria: tuple[Criterion, ...]
    n_required: int
    n_available: int | None = None
    n_parameters: int | None = None
    prevalence: float | None = None
    assumptions: tuple[Assumption, ...] = ()
    strength: float | None = None
    strength_curve: tuple[tuple[float, int], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def binding(self) -> Criterion:
        """The criterion that asks for most."""
        return next(row for row in self.criteria if row.binding)

    @property
    def sufficient(self) -> bool | None:
        """Whether the study is large enough; None where its size is not known."""
        return None if self.n_available is None else self.n_available >= self.n_required

    def per_parameter(self, n: int) -> float | None:
        """People, or events and non-events whichever are fewer, for each parameter at a size."""
        if self.n_parameters is None:
            return None
        share = 1.0 if self.prevalence is None else min(self.prevalence, 1.0 - self.prevalence)
        return n * share / self.n_parameters

    def estimates(self) -> Iterator[Estimate]:
        """People needed by every criterion, and what the study reaches; none has an interval."""
        purpose = self.purpose.replace(" ", "_")
        yield Estimate(name=f"{purpose}_n_required", value=float(self.n_required))
        for row in self.criteria:
            name = f"{purpose}_{'_'.join(re.findall('[a-z0-9]+', row.name.lower()))}"
            yield Estimate(name=f"{name}_n", value=float(row.n))
            if row.reached is not None:
                yield Estimate(name=f"{name}_reached", value=row.reached)

    def to_frame(self) -> pd.DataFrame:
        """One row a criterion."""
        names = [field.name for field in dataclasses.fields(Criterion)]
        rows = [[getattr(row, name) for name in names] for row in self.criteria]
        return pd.DataFrame(rows, columns=names)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "purpose": self.purpose,
            "kind": self.kind,
            "given": dict(self.given),
            "criteria": [dataclasses.asdict(row) for row in self.criteria],
            "n_required": self.n_required,
            "n_available": self.n_available,
            "sufficient": self.sufficient,
            "n_parameters": self.n_parameters,
            "per_parameter_required": self.per_parameter(self.n_required),
            "per_parameter_available": None
            if self.n_available is None
            else self.per_parameter(self.n_available),
            "events_required": None
            if self.prevalence is None
            else round(self.n_required * self.prevalence, 1),
            "assumptions": [dataclasses.asdict(row) for row in self.assumptions],
            "strength": self.strength,
            "strength_curve": [list(point) for point in self.strength_curve],
            "warnings": list(self.warnings),
            "sentences": list(self.sentences()),
        }

    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words, the most important first."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterable[str]:
        binding = self.binding
        yield (
            f"{self.n_required:,} people are needed for {self.purpose}. The most demanding "
            f"criterion is {binding.name}: {binding.what}."
        )
        if self.n_available is not None:
            yield self._verdict(self.n_available)
        required = self.per_parameter(self.n_required)
        if required is not None:
            unit = "people" if self.prevalence is None else "events (or non-events, if fewer)"
            yield f"This is {required:.1f} {unit} per candidate parameter ({self.n_parameters})."
        if self.assumptions:
            most = self.assumptions[0]
            yield (
                f"The most influential assumption is {assumption_in_words(most.name)} = "
                f"{most.value:.4g}: {most.n_low:,} people are needed with {most.low:.4g}, "
                f"{most.n_high:,} with {most.high:.4g}."
            )
        yield from self.warnings

    def _verdict(self, n: int) -> str:
        failed = [row.name for row in self.criteria if row.counted and row.satisfied is False]
        if not failed:
            return f"The study has {n:,} people, enough for every criterion."
        return f"The study has {n:,} people, too few for {' and '.join(failed)}."


def finished(
    rows: Iterable[Criterion], *, n: int | None, reached: Iterable[float | None]
) -> tuple[Criterion, ...]:
    """The rows with the binding one marked, and judged at the study's size."""
    listed = list(rows)
    most = max(row.n for row in listed if row.counted)
    # Of two that ask for the same number one is named, not both.
    binding = next(row for row in listed if row.counted and row.n == most)
    return tuple(
        dataclasses.replace(
            row,
            binding=row is binding,
            reached=value,
            satisfied=None if n is None else n >= row.n,
        )
        for row, value in zip(listed, reached, strict=True)
    )
