"""Whether the people of a study are enough to develop its model, before it is developed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hiprisk.config import SampleSizeSettings
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize import (
    SampleSize,
    count_parameters,
    development_size,
    expected_from_study,
    external_size,
    in_new_people,
)
from hiprisk.inference.samplesize.assumptions import STRENGTHS, changed
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.planning.results import PlannedSize

# Steps of the smallest R2 for which the people are enough, and the largest that is asked about.
STEP, STRONGEST = 0.01, 0.95


def n_people_with_outcome(study: PreparedStudy) -> int:
    """People of the development cohort whose outcome is known."""
    return len(np.unique(study.data.groups[~np.isnan(study.data.outcome)]))


def n_candidate_parameters(study: PreparedStudy) -> int:
    """Candidate parameters as declared, else counted from the design."""
    stated = study.config.samplesize.parameters
    return stated or count_parameters(study.config, study.design)


def declares_strength(study: PreparedStudy) -> bool:
    """Whether the config says what is expected of the model."""
    return any(getattr(study.config.samplesize, name) is not None for name in STRENGTHS)


def check_expectations(study: PreparedStudy) -> None:
    """Raise ConfigError where what is expected of the model cannot be; else it ends the study."""
    if declares_strength(study):
        expected = _expected(study)
        _size_of(study, expected)
        external_size(study.config.outcome.kind, in_new_people(study.config.samplesize, expected))


def planned_size(study: PreparedStudy) -> PlannedSize:
    """Whether the people are enough to develop the model, by the criteria of `samplesize`."""
    expected = _expected(study)
    counted = (
        f"{n_people_with_outcome(study):,} people, {n_candidate_parameters(study)} candidate "
        "parameters"
    )
    if declares_strength(study):
        return _verdict(counted, _size_of(study, expected))
    name = "r2" if study.config.outcome.kind == "continuous" else "nagelkerke"
    word = "R²" if name == "r2" else "Nagelkerke R²"
    least = least_strength(
        lambda at: _size_of(study, changed(expected, name, at)).sufficient is True
    )
    if least is None:
        said = f"too few even if the model's {word} were {STRONGEST:g}"
    else:
        said = f"enough if the model's {word} is {least:.2f} or more"
    return PlannedSize(
        sentence=f"{counted}: {said} (declare samplesize.{name} for a verdict).",
        sufficient=None,
        least_strength=least,
    )


def _expected(study: PreparedStudy) -> SampleSizeSettings:
    outcome = study.data.outcome
    return expected_from_study(study.config, outcome[~np.isnan(outcome)])


def _size_of(study: PreparedStudy, expected: SampleSizeSettings) -> SampleSize:
    return development_size(
        study.config.outcome.kind,
        n_candidate_parameters(study),
        expected,
        n=n_people_with_outcome(study),
    )


def _verdict(counted: str, size: SampleSize) -> PlannedSize:
    verdict = f"too few, most of all for {size.binding.name}"
    if size.sufficient:
        verdict = "enough for every criterion"
    return PlannedSize(
        sentence=f"{counted}: {size.n_required:,} needed as declared; {verdict}.",
        sufficient=size.sufficient,
        size=size,
    )


def least_strength(sufficient: Callable[[float], bool]) -> float | None:
    """The smallest strength on a grid for which the people are enough; None where none is."""
    low, high = 1, round(STRONGEST / STEP)
    try:
        if not sufficient(high * STEP):
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if sufficient(middle * STEP) else (middle + 1, high)
    except ConfigError:
        # What else is expected contradicts so strong a model.
        return None
    return low * STEP
