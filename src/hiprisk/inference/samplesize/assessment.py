"""A study judged by what it got: people, events, parameters and strength."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.config import Range, SampleSizeSettings, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.features.back import back_features
from hiprisk.features.design import Design
from hiprisk.features.hip import hip_features
from hiprisk.inference.samplesize.assumptions import STRENGTHS, changed
from hiprisk.inference.samplesize.criteria import SampleSize
from hiprisk.inference.samplesize.development import development_size

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeFinding:
    """Whether a study is large enough, in a sentence and in full.

    Attributes
    ----------
    sentence : str
    sufficient : bool or None
        None where it cannot be said.
    size : SampleSize or None
        None where the model explains nothing: no size is large enough for that.
    strength_from : str
        ``declared`` in the config, or ``estimated`` in the study itself.
    """

    sentence: str
    sufficient: bool | None
    n: int
    n_events: int | None
    n_parameters: int
    strength_from: str
    size: SampleSize | None

    def to_frame(self) -> pd.DataFrame:
        """One row a criterion; empty where there is no size."""
        return pd.DataFrame() if self.size is None else self.size.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain: dict[str, Any] = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self)
        }
        plain["size"] = None if self.size is None else self.size.to_dict()
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
        R2 that the study found, corrected for optimism; Nagelkerke's for a binary outcome.
    mean, sd : float, optional
        Of a continuous outcome.
    n_rows : int, optional
        Where people have more than one row: told, and not counted as people.

    Returns
    -------
    SampleSizeFinding
    """
    kind = config.outcome.kind
    declared = config.samplesize
    parameters = declared.parameters or n_parameters
    prevalence = None if n_events is None else n_events / n
    from_config = any(getattr(declared, name) is not None for name in STRENGTHS)
    expected = _filled(declared, prevalence=prevalence, mean=mean, sd=sd)
    if not from_config:
        if strength is None or strength <= 0.0:
            return _nothing(n, n_events, parameters, n_rows)
        name = "r2" if kind == "continuous" else "nagelkerke"
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
    )


def _filled(declared: SampleSizeSettings, **found: float | None) -> SampleSizeSettings:
    """What was declared, and what was found where nothing was."""
    for name, value in found.items():
        if value is not None and getattr(declared, name) is None:
            declared = changed(declared, name, value)
    return declared


def _nothing(
    n: int, n_events: int | None, n_parameters: int, n_rows: int | None
) -> SampleSizeFinding:
    return SampleSizeFinding(
        sentence=(
            f"{_people(n, n_events, n_rows)} and {n_parameters} candidate parameters: whether that "
            "is enough cannot be said from this study, since what it found explains nothing; "
            "declare what was expected under samplesize in the config."
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
    name = "R2" if size.kind == "continuous" else "Nagelkerke R2"
    strength = f"{name} {size.strength:.2f}, {'as declared' if from_config else 'as found here'}"
    head = (
        f"{people}; {size.n_required:,} would be needed for {size.n_parameters} "
        f"candidate parameters ({strength})"
    )
    failed = [row.name for row in size.criteria if row.counted and row.satisfied is False]
    if failed:
        return f"{head}: too small by {' and '.join(failed)}."
    return f"{head}: large enough by every criterion."


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


def count_parameters(config: StudyConfig, design: Design | None = None) -> int:
    """Candidate parameters of a study: one a number, one a level but the first, and spline terms.

    Parameters
    ----------
    config : StudyConfig
    design : Design, optional
        Of the cohort; without it the dictionary's levels count.

    Returns
    -------
    int
        Without the intercept. Spline terms count at the most knots that tuning may choose. Trees
        have no such number; a linear model of the same predictors stands in for them.

    Raises
    ------
    ConfigError
        If a category has no levels in the dictionary and there is no cohort.
    """
    inputs = list(design.inputs) if design is not None else _inputs_of(config)
    family = config.families.linear or config.families.logistic
    if family is None:
        return len(inputs)
    searched = family.spline_knots
    most = max(searched) if isinstance(searched, tuple) else _highest(searched)
    extra = max(round(most) - 2, 0)
    return len(inputs) + extra * sum(name in family.splines for name in inputs)


def _highest(searched: float | Range) -> float:
    return searched.high if isinstance(searched, Range) else searched


def _inputs_of(config: StudyConfig) -> list[str]:
    dictionary = load_dictionary()
    derived = {**hip_features(), **back_features()}
    found: list[str] = []
    for name in config.predictors:
        variable = dictionary.get(name)
        if name in derived or (variable is not None and variable.kind == "number"):
            found.append(name)
        elif variable is None or not variable.levels:
            raise ConfigError(
                f"the number of levels of '{name}' is not known without a cohort",
                column="blocks",
                advice="name a cohort, or state samplesize.parameters",
            )
        else:
            found += [f"{name}={level}" for level in variable.levels[1:]]
    return found
