"""Candidates of one's own checked before anything is fitted: class, settings, and a trial fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hiprisk.config import EstimatorSettings, Setting, SettingRange, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.own.estimator import check_estimator, own_estimator
from hiprisk.learning.own.fitting import OwnFit, fit_own
from hiprisk.learning.own.portability import is_benchmark

# Of the trial fit: simulated, since what an estimator says of it may be shown.
_ROWS, _INPUTS = 400, 4


def check_own_candidates(config: StudyConfig) -> None:
    """Raise unless every candidate of one's own can be fitted at the ends of its search.

    Raises
    ------
    ConfigError, MissingExtraError
    """
    for name, settings in config.families.own.items():
        check_estimator(name, settings, kind=config.outcome.kind)
        for params in corners(settings):
            _check_fit(name, settings, params, is_binary=config.outcome.kind == "binary")
    own = config.families.own
    if all(name in own and is_benchmark(own[name]) for name in config.families.named()):
        raise ConfigError(
            f"no candidate can be chosen: {', '.join(own)} can only be compared with a model",
            column="families",
            advice="add linear, logistic or boosting; a benchmark is never chosen",
        )


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
    name: str, settings: EstimatorSettings, params: Mapping[str, Any], *, is_binary: bool
) -> None:
    """Fit simulated people twice: it must work, and give the same predictions again."""
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(_ROWS, _INPUTS))
    outcome = 50.0 + 10.0 * (inputs[:, 0] + rng.normal(size=_ROWS))
    y = (outcome > 50.0).astype(np.intp) if is_binary else outcome
    try:
        first, again = (
            _predicted(settings, params, inputs, y, is_binary=is_binary) for _ in range(2)
        )
    except NotPortableError as refusal:
        raise ConfigError(
            f"{settings.estimator} cannot be written as a sheet{_with(params)}: {refusal.reason}",
            code=refusal.code,
            column=f"families.{name}",
            advice=f"{refusal.advice}; or say benchmark: true",
        ) from refusal
    except Exception as broken:  # the code of somebody else may raise anything
        # These people are simulated, so that what the class says of them may be shown.
        cause = broken.__cause__ or broken
        raise ConfigError(
            f"{settings.estimator} cannot be fitted to {_ROWS} simulated people"
            f"{_with(params)}: {type(cause).__name__}: {cause}",
            column=f"families.{name}",
            advice="correct the setting, or narrow its search",
        ) from broken
    if not np.array_equal(first, again):
        raise ConfigError(
            f"{settings.estimator} predicts otherwise when it is fitted again",
            column=f"families.{name}.estimator",
            advice="a study gives the same numbers each time: let the class draw its random "
            "numbers by a setting random_state",
        )


def _with(params: Mapping[str, Any]) -> str:
    said = ", ".join(f"{key}: {value}" for key, value in params.items())
    return f" with {said}" if said else ""


def _predicted(
    settings: EstimatorSettings, params: Mapping[str, Any], inputs: Any, y: Any, *, is_binary: bool
) -> Any:
    fitted = fit_own(
        [inputs], y, own=own_estimator(settings), params=params,
        link="logit" if is_binary else "identity", names=tuple(map(str, range(_INPUTS))),
    )  # fmt: skip
    if isinstance(fitted, OwnFit) and not is_benchmark(settings):
        fitted.to_model()
    return fitted.linear_predictor(inputs)
