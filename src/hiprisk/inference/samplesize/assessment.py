"""A study judged by what it got: people, events, parameters and strength."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.cohort.findings import Finding
from hiprisk.config import SampleSizeSettings, StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.samplesize.assumptions import STRENGTHS, changed
from hiprisk.inference.samplesize.criteria import SampleSize
from hiprisk.inference.samplesize.development import development_size
from hiprisk.inference.samplesize.external import external_size
from hiprisk.inference.samplesize.instability import (
    MIN_BEYOND,
    Instability,
    expected_instability,
)
from hiprisk.inference.samplesize.population import in_new_people
from hiprisk.outcome_kind import OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeFinding:
    """Whether a study is large enough, in a sentence and in full.

    Attributes
    ----------
    sentence : str
    sufficient : bool or None
        None where it cannot be said.
    size : SampleSize or None
        None where the model explains nothing, for which no size is large enough, and where what
        it explains is not available.
    strength_from : str
        ``declared`` in the config, or ``estimated`` in the study itself.
    external : SampleSize or None
        People whom a validation of this model in others would need.
    instability : Instability or None
        Expected of an unpenalised model of so many people and parameters, with normal predictors;
        None also where so few people could not be fitted.
    """

    sentence: str
    sufficient: bool | None
    n: int
    n_events: int | None
    n_parameters: int
    strength_from: str
    size: SampleSize | None
    external: SampleSize | None = None
    instability: Instability | None = None

    def finding(self) -> Finding | None:
        """The judgement among the findings of a study; None where it is large enough."""
        if self.sufficient is None:
            return Finding(
                code="SAMPLE_SIZE_UNKNOWN", severity="note", message=self.sentence,
                advice="declare under samplesize what was expected before the study",
            )  # fmt: skip
        if self.sufficient:
            return None
        return Finding(
            code="SAMPLE_TOO_SMALL", severity="warning", message=self.sentence,
            advice="use fewer candidate parameters or more people, and read intervals and "
            "stability before the predictions",
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """One row a criterion; empty where there is no size."""
        return pd.DataFrame() if self.size is None else self.size.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain: dict[str, Any] = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self)
        }
        for name in ("size", "external", "instability"):
            part = getattr(self, name)
            plain[name] = None if part is None else part.to_dict()
        return plain


def assess_study(
    config: StudyConfig,
    *,
    n: int,
    n_parameters: int,
    n_events: int | None = None,
    strength: float | None = None,
    mean: float | None = None,
    sd: float | None = None,
    n_rows: int | None = None,
) -> SampleSizeFinding:
    """Judge a study's size for development by what it got.

    Parameters
    ----------
    config : StudyConfig
        What its ``samplesize`` section declares goes before what the study found.
    n : int
        People with a known outcome.
    n_parameters : int
        Candidate parameters, see `count_parameters`; a number in the config goes before.
    n_events : int, optional
        Of a binary outcome.
    strength : float, optional
        R2 that the study found, corrected for optimism; Nagelkerke's for a binary outcome. None
        where it is not available.
    mean, sd : float, optional
        Of a continuous outcome.
    n_rows : int, optional
        Where people have more than one row: told, and not counted as people.

    Returns
    -------
    SampleSizeFinding
        With what a validation in others would need, and how unstable a model of so many people is
        expected to be.
    """
    kind = config.outcome.kind
    declared = config.samplesize
    parameters = declared.parameters or n_parameters
    prevalence = None if n_events is None else n_events / n
    from_config = any(getattr(declared, name) is not None for name in STRENGTHS)
    expected = _filled(declared, prevalence=prevalence, mean=mean, sd=sd)
    if not from_config:
        if strength is None or strength <= 0.0:
            people = _people(n, n_events, n_rows)
            return _nothing(people, n, n_events, parameters, known=strength is not None)
        name = "r2" if kind == "continuous" else "nagelkerke"
        # At an R2 of 1 the formulas divide by what is left unexplained.
        expected = changed(expected, name, min(strength, 0.999))
    size = development_size(kind, parameters, expected, n=n)
    return SampleSizeFinding(
        sentence=_sentence(size, _people(n, n_events, n_rows), from_config=from_config),
        sufficient=size.sufficient,
        n=n,
        n_events=n_events,
        n_parameters=parameters,
        strength_from="declared" if from_config else "estimated",
        size=size,
        external=_external_of(kind, declared, expected),
        instability=_expected_of(size, expected, config.seed),
    )


def _external_of(
    kind: OutcomeKind, declared: SampleSizeSettings, expected: SampleSizeSettings
) -> SampleSize | None:
    """None where what was declared of new people does not go with what the study found."""
    try:
        return external_size(kind, in_new_people(declared, expected))
    except (ConfigError, InputError):
        return None


def _expected_of(size: SampleSize, expected: SampleSizeSettings, seed: int) -> Instability | None:
    n, parameters = size.n_available, size.n_parameters
    assert n is not None
    assert parameters is not None
    if n < parameters + MIN_BEYOND:
        return None
    try:
        return expected_instability(size.kind, n, parameters, expected, seed=seed)
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        return None


def _filled(declared: SampleSizeSettings, **found: float | None) -> SampleSizeSettings:
    """What was declared, and what was found where nothing was."""
    for name, value in found.items():
        if value is not None and getattr(declared, name) is None:
            declared = changed(declared, name, value)
    return declared


def _nothing(
    people: str, n: int, n_events: int | None, n_parameters: int, *, known: bool
) -> SampleSizeFinding:
    why = (
        "the model of this study explains nothing"
        if known
        else "the R² of its model is not available"
    )
    return SampleSizeFinding(
        sentence=(
            f"{people} and {n_parameters} candidate parameters: the required "
            f"sample size cannot be computed, because {why}. "
            "Declare the expected performance under `samplesize` in the config."
        ),
        sufficient=None,
        n=n,
        n_events=n_events,
        n_parameters=n_parameters,
        strength_from="estimated",
        size=None,
    )


def _people(n: int, n_events: int | None, n_rows: int | None) -> str:
    told = [] if n_events is None else [f"{n_events:,} events"]
    if n_rows is not None and n_rows != n:
        told.append(f"{n_rows:,} rows")
    return f"{n:,} people" + (f" ({', '.join(told)})" if told else "")


def _sentence(size: SampleSize, people: str, *, from_config: bool) -> str:
    name = "R²" if size.kind == "continuous" else "Nagelkerke R²"
    strength = (
        f"{name} {size.strength:.2f}, {'as declared' if from_config else 'as estimated here'}"
    )
    head = (
        f"{people} available, {size.n_required:,} needed for {size.n_parameters} candidate "
        f"parameters ({strength})"
    )
    failed = [row.name for row in size.criteria if row.counted and row.satisfied is False]
    if failed:
        return f"{head}: too few for {' and '.join(failed)}."
    return f"{head}: enough for every criterion."


def expected_from_study(config: StudyConfig, outcome: Floats | None) -> SampleSizeSettings:
    """The config's expectations, with mean and spread of the outcome read off the cohort.

    Parameters
    ----------
    config : StudyConfig
    outcome : ndarray or None, shape (n_people,)
        Known outcomes; None where there is no cohort yet.
    """
    if outcome is None or not len(outcome):
        return config.samplesize
    if config.outcome.kind == "binary":
        return _filled(config.samplesize, prevalence=float(outcome.mean()))
    return _filled(config.samplesize, mean=float(outcome.mean()), sd=float(outcome.std(ddof=1)))
