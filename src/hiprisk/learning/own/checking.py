"""Candidates of one's own checked before anything is fitted: class, settings, and a trial fit."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.config import EstimatorSettings, Setting, SettingRange, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.own.estimator import OwnEstimator, check_estimator, own_estimator
from hiprisk.learning.own.fitting import OwnFit, fit_own
from hiprisk.learning.own.portability import is_benchmark

# A trial fit to so many takes little time; only one that fails is repeated with all.
_ENOUGH = 400


@dataclass(frozen=True, slots=True)
class TrialPart:
    """People that a candidate is tried on: simulated, as many as in a part of the study.

    Attributes
    ----------
    n_people, n_inputs : int
    n_events : int or None
        Those with the event; None of a continuous outcome.
    """

    n_people: int
    n_inputs: int
    n_events: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """By which the smallest is found: the rarer side of a binary outcome, then all."""
        n_events = self.n_people if self.n_events is None else self.n_events
        rarer = n_events if self.n_events is None else min(n_events, self.n_people - n_events)
        return rarer, self.n_people

    def at_most(self, n: int) -> TrialPart:
        """So many people of it, with the event as often."""
        if n >= self.n_people:
            return self
        n_events = self.n_events
        if n_events is not None:
            n_events = round(n_events * n / self.n_people)
        return replace(self, n_people=n, n_events=n_events)

    def simulated(self) -> tuple[Floats, Floats]:
        """Inputs and outcome; both sides of a binary outcome are there."""
        n = max(self.n_people, 2)
        rng = np.random.default_rng(1)
        inputs = rng.normal(size=(n, self.n_inputs))
        outcome = 50.0 + 10.0 * (inputs[:, 0] + rng.normal(size=n))
        if self.n_events is None:
            return inputs, outcome
        n_events = min(max(self.n_events, 1), n - 1)
        return inputs, (np.argsort(np.argsort(-outcome)) < n_events).astype(np.float64)


def check_own_candidates(config: StudyConfig) -> None:
    """Raise unless every candidate of one's own can be made, and one can be chosen.

    Raises
    ------
    ConfigError, MissingExtraError
    """
    own = config.families.own
    for name, settings in own.items():
        check_estimator(name, settings, kind=config.outcome.kind)
    if all(name in own and is_benchmark(own[name]) for name in config.families.named()):
        raise ConfigError(
            f"no candidate can be chosen: {', '.join(own)} can only be compared with a model",
            column="families",
            advice="add linear, logistic or boosting; a benchmark is never chosen",
        )


def check_own_fits(config: StudyConfig, part_of: Callable[[bool], TrialPart]) -> None:
    """Raise unless every candidate of one's own can be fitted at the ends of its search.

    Parameters
    ----------
    config : StudyConfig
    part_of : callable
        The smallest part that a candidate will be fitted to, of one that may be chosen (True) or
        of a benchmark.

    Raises
    ------
    ConfigError
    """
    for name, settings in config.families.own.items():
        part = part_of(not is_benchmark(settings))
        for params in corners(settings):
            _check_fit(name, settings, params, part)


def corners(settings: EstimatorSettings) -> Iterator[dict[str, Setting]]:
    """Settings in which each value of a list, and each end of a range, comes at least once."""
    choices = {name: _values(searched) for name, searched in settings.search.items()}
    for number in range(max(map(len, choices.values()), default=1)):
        yield {
            **settings.fixed,
            **{name: values[number % len(values)] for name, values in choices.items()},
        }


def _values(searched: SettingRange | tuple[Setting, ...]) -> tuple[Setting, ...]:
    if isinstance(searched, SettingRange):
        return (searched.low, searched.high)
    return searched


def _check_fit(
    name: str, settings: EstimatorSettings, params: Mapping[str, Any], part: TrialPart
) -> None:
    """Fit simulated people twice: it must work, and give the same predictions again."""
    own, few = own_estimator(settings, name), part.at_most(_ENOUGH)
    holds_sheet = not is_benchmark(settings)
    try:
        first, again = (_tried(own, params, few, sheet=holds_sheet) for _ in range(2))
    except ConfigError:
        if few == part:
            raise
        # What refuses a few may take all: more neighbours than these.
        first, again = (_tried(own, params, part, sheet=holds_sheet) for _ in range(2))
    if not np.array_equal(first, again):
        raise ConfigError(
            f"{own.path} predicts otherwise when it is fitted again",
            column=f"{own.key}.estimator",
            advice="a study gives the same numbers each time: let the class draw its random "
            "numbers by a setting random_state",
        )


def _tried(own: OwnEstimator, params: Mapping[str, Any], part: TrialPart, *, sheet: bool) -> Floats:
    """Predictions of simulated people by a fit to them."""
    try:
        with _standard_error_closed() if own.package == "lightgbm" else contextlib.nullcontext():
            return _predicted(own, params, part, sheet=sheet)
    except NotPortableError as refusal:
        raise ConfigError(
            f"{own.path} cannot be written as a sheet{_with(params)}: {refusal.reason}",
            code=refusal.code,
            column=own.key,
            advice=f"{refusal.advice}; or say benchmark: true",
        ) from refusal
    except Exception as broken:  # the code of somebody else may raise anything
        # These people are simulated, so that what the class says of them may be shown.
        cause = broken.__cause__
        said = broken.reason if isinstance(broken, ConfigError) else str(broken)
        if cause is not None:
            said = f"{type(cause).__name__}: {plain_words(str(cause))}"
        raise ConfigError(
            f"{own.path} cannot be fitted to {part.n_people} simulated people with "
            f"{part.n_inputs} inputs (as in the smallest part of the study){_with(params)}: {said}",
            column=own.key,
            advice="correct the setting, or narrow its search",
        ) from broken


def plain_words(message: str) -> str:
    """What a library says, in one line and without places in its own source."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    said = re.sub(r"^\[[\d:. -]+\]\s*", "", lines[0] if lines else "")
    said = re.sub(r" at \S*/\S+, line \d+ ?\.?", "", said)
    return re.sub(r"\S*/\S+\.\w+:\d+:?\s*", "", said)


@contextlib.contextmanager
def _standard_error_closed() -> Iterator[None]:
    """LightGBM's C++ code writes there itself what it raises as well."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _with(params: Mapping[str, Any]) -> str:
    said = ", ".join(f"{key}: {value}" for key, value in params.items())
    return f" with {said}" if said else ""


def _predicted(
    own: OwnEstimator, params: Mapping[str, Any], part: TrialPart, *, sheet: bool
) -> Floats:
    inputs, y = part.simulated()
    fitted = fit_own(
        [inputs], y, own=own, params=params,
        link="identity" if part.n_events is None else "logit",
        names=tuple(map(str, range(part.n_inputs))),
    )  # fmt: skip
    if isinstance(fitted, OwnFit) and sheet:
        fitted.to_model()
    return fitted.linear_predictor(inputs)
