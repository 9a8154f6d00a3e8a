"""What a study will do: people, parameters, events, sample size, fits and their time."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.cohort.findings import Finding
from hiprisk.inference.samplesize import SampleSize
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.outcome_kind import OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """People of the development cohort with and without an event.

    Attributes
    ----------
    label : str
    n_with, n_without : int
        Of those of whom it is known; a person of several rows may be among both.
    """

    label: str
    n_with: int
    n_without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """One part of the work.

    Attributes
    ----------
    name : str
    what : str
        How the number of fits comes about.
    n_fits : int
        Fits of a model; 0 of a part that evaluates or draws.
    seconds_low, seconds_high : float or None
        Estimated time with the workers of the plan; None where it was not measured.
    """

    name: str
    what: str
    n_fits: int
    seconds_low: float | None = None
    seconds_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSize:
    """Whether the cohort is large enough to develop the model.

    Attributes
    ----------
    sentence : str
    sufficient : bool or None
        None where no expected performance is declared.
    least_strength : float or None
        Smallest R2 (Nagelkerke's of a binary outcome) for which the people are enough; None where
        one is declared, and where they are too few whatever it is.
    size : SampleSize or None
        The criteria, where an expected performance is declared.
    """

    sentence: str
    sufficient: bool | None
    least_strength: float | None = None
    size: SampleSize | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """A study before anything is fitted.

    Attributes
    ----------
    name, title : str
    kind : str
        Of the outcome: ``continuous`` or ``binary``.
    summary : tuple of str
        The study in five lines.
    provenance : str
        ``simulated`` or ``real``.
    flow : tuple of FlowStep
        From the rows of the cohort to those analysed.
    n_rows, n_people : int
        Of the development cohort, with a known outcome.
    n_holdout : int or None
        Rows held out with a known outcome; None where nobody is held out.
    n_predictors, n_parameters : int
        Variables and features of the blocks; candidate parameters with levels and splines.
    share_missing : float
        Of all values of predictors.
    events : tuple of PlannedEvent
    sample_size : PlannedSize
    parts : tuple of PlannedPart
        In the order of the work.
    workers : int
    seconds_low, seconds_high : float or None
        Of all parts; None where nothing was timed.
    findings : tuple of Finding
    """

    name: str
    title: str
    kind: OutcomeKind
    summary: tuple[str, ...]
    provenance: str
    flow: tuple[FlowStep, ...]
    n_rows: int
    n_people: int
    n_holdout: int | None
    n_predictors: int
    n_parameters: int
    share_missing: float
    events: tuple[PlannedEvent, ...]
    sample_size: PlannedSize
    parts: tuple[PlannedPart, ...]
    workers: int
    findings: tuple[Finding, ...]

    @property
    def n_fits(self) -> int:
        """Fits of a model in all parts."""
        return sum(part.n_fits for part in self.parts)

    @property
    def seconds_low(self) -> float | None:
        """Of all parts together."""
        return _sum([part.seconds_low for part in self.parts])

    @property
    def seconds_high(self) -> float | None:
        """Of all parts together."""
        return _sum([part.seconds_high for part in self.parts])

    def to_frame(self) -> pd.DataFrame:
        """One row a part: its fits and its estimated seconds."""
        names = [field.name for field in dataclasses.fields(PlannedPart)]
        return pd.DataFrame(
            [[getattr(part, name) for name in names] for part in self.parts], columns=names
        )

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk plan --json`` prints."""
        size = self.sample_size
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "summary": list(self.summary),
            "provenance": self.provenance,
            "flow": [dataclasses.asdict(step) for step in self.flow],
            "n_rows": self.n_rows,
            "n_people": self.n_people,
            "n_holdout": self.n_holdout,
            "n_predictors": self.n_predictors,
            "n_parameters": self.n_parameters,
            "share_missing": round(self.share_missing, 6),
            "events": [dataclasses.asdict(event) for event in self.events],
            "sample_size": {
                "sentence": size.sentence,
                "sufficient": size.sufficient,
                "least_strength": size.least_strength,
                "size": size.size and size.size.to_dict(),
            },
            "parts": [_rounded(part) for part in self.parts],
            "n_fits": self.n_fits,
            "workers": self.workers,
            "seconds": _seconds(self.seconds_low, self.seconds_high),
            "findings": [finding.summarised() for finding in self.findings],
        }


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _seconds(low: float | None, high: float | None) -> list[float] | None:
    return None if low is None or high is None else [round(low, 1), round(high, 1)]


def _rounded(part: PlannedPart) -> dict[str, Any]:
    return {
        "name": part.name,
        "what": part.what,
        "n_fits": part.n_fits,
        "seconds": _seconds(part.seconds_low, part.seconds_high),
    }
