"""The parameters of an estimator, checked in `fit` by the rules that a study's config obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from hiprisk.cohort.dictionary import Dictionary, Variable, load_dictionary
from hiprisk.cohort.own_variables import load_own_dictionary
from hiprisk.config import ImputationSettings
from hiprisk.config.model_types import (
    BoostingSettings,
    LinearSettings,
    LogisticSettings,
    OrdinalSettings,
)
from hiprisk.errors import ConfigError
from hiprisk.learning.model_types import model_type_named
from hiprisk.spelling import did_you_mean
from hiprisk.yaml_settings import YamlDocument

# Settings of each model type that an estimator offers, with the limits of their values.
SETTINGS: Mapping[str, type] = {
    "linear": LinearSettings,
    "logistic": LogisticSettings,
    "ordinal": OrdinalSettings,
    "boosting": BoostingSettings,
}
PACKAGED = "packaged"
# What an estimator calls a setting of the imputation.
IMPUTATION = {
    "imputation": "method",
    "n_imputations": "imputations",
    "n_draws": "draws_at_prediction",
    "max_imputed_weight": "max_imputed_weight",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What is fitted and how, checked.

    Attributes
    ----------
    family : str
        Name in `hiprisk.learning.model_types.MODEL_TYPES`.
    params : dict of str to float
        Settings of the model type.
    link : str
        Of an ordinal model.
    imputation : ImputationSettings
    folds : int
        Of the out-of-fold predictions behind prediction intervals; 0 for none.
    n_resamples : int
        Bootstrap models; 0 for none.
    bounds : tuple of float or None
    seed : int
    """

    family: str
    params: dict[str, float]
    link: str
    imputation: ImputationSettings
    folds: int
    n_resamples: int
    bounds: tuple[float, float] | None
    seed: int


def checked_settings(parameters: Mapping[str, Any], *, seed: int) -> ModelSettings:
    """The parameters of an estimator as settings.

    Parameters
    ----------
    parameters : mapping of str to object
        As `get_params` gives them.
    seed : int

    Raises
    ------
    ConfigError
        With the name of the parameter, its rule and what came.
    """
    family = _one_of("model_type", parameters["model_type"], parameters["model_types"])
    _one_of("unknown_levels", parameters["unknown_levels"], ("error", "missing"))
    named = model_type_named(family).searched
    given = {name: _number(name, parameters[name]) for name in named}
    link = {"link": parameters["link"]} if family == "ordinal" else {}
    _validated(SETTINGS[family], {**given, **link}, {})
    bounds = checked_bounds(parameters.get("bounds"))
    if family == "ordinal" and bounds is None:
        raise ConfigError(
            "an ordinal model is of a bounded score", column="bounds", advice="state its ends"
        )
    imputation = {theirs: _plain(parameters[ours]) for ours, theirs in IMPUTATION.items()}
    own_names = {theirs: ours for ours, theirs in IMPUTATION.items()}
    return ModelSettings(
        family=family,
        params=given,
        link=link.get("link", "logit"),
        imputation=_validated(ImputationSettings, imputation, own_names),
        folds=_whole("interval_folds", parameters.get("interval_folds", 0), 2, 50),
        n_resamples=_whole("n_resamples", parameters["n_resamples"], 20, 10_000),
        bounds=bounds,
        seed=seed,
    )


def is_default(dictionary: object) -> bool:
    """Whether the dictionary is the packaged one, which nobody needs to have chosen."""
    return isinstance(dictionary, str) and dictionary == PACKAGED


def checked_dictionary(given: object) -> Mapping[str, Variable]:
    """The dictionary that an estimator looks names up in; empty for None."""
    if given is None:
        return {}
    if isinstance(given, Dictionary):
        return given
    if is_default(given):
        return load_dictionary()
    if isinstance(given, str | Path):
        return load_own_dictionary(given)
    raise ConfigError(
        f"must be 'packaged', a YAML file, a Dictionary or None, got {given!r}",
        column="dictionary",
    )


def _one_of(name: str, value: object, known: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise ConfigError(
        f"must be one of {', '.join(map(repr, known))}, got {value!r}",
        column=name,
        advice=did_you_mean(str(value), known, otherwise=None),
    )


def _plain(value: object) -> Any:
    # A grid of parameters is often an array, and pydantic reads no NumPy scalars.
    return value.item() if isinstance(value, np.generic) else value


def _number(name: str, value: object) -> float:
    plain = _plain(value)
    if isinstance(plain, bool) or not isinstance(plain, int | float) or not np.isfinite(plain):
        raise ConfigError(
            f"must be a finite number, got {value!r}",
            column=name,
            advice="search values with GridSearchCV or another search of scikit-learn",
        )
    return float(plain)


def _whole(name: str, value: object, fewest: int, most: int) -> int:
    plain = _plain(value)
    is_whole = isinstance(plain, int) and not isinstance(plain, bool)
    if is_whole and (plain == 0 or fewest <= plain <= most):
        return int(plain)
    raise ConfigError(
        f"must be 0 (none) or a whole number from {fewest} to {most}, got {value!r}", column=name
    )


def checked_bounds(given: Any) -> tuple[float, float] | None:
    """Bounds of an outcome that ascend; None where there are none."""
    if given is None:
        return None
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ConfigError(
            f"must be two finite numbers that ascend, or None, got {given!r}", column="bounds"
        )
    return low, high


def _validated(kind: type[Any], given: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    """Settings of a kind by the rules of a config; a letter names the parameter and what came."""
    document = YamlDocument(name="", data=dict(given), lines={}, reference="")
    try:
        return document.settings(kind)
    except ConfigError as refusal:
        key = refusal.column or ""
        raise ConfigError(
            f"{refusal.reason}, got {given[key]!r}", column=names.get(key, key)
        ) from None


def seed_of(random_state: Any) -> int:
    """The seed that a study would have."""
    if isinstance(random_state, int | np.integer) and not isinstance(random_state, bool):
        if random_state < 0:
            raise ConfigError(f"must be 0 or more, got {random_state}", column="random_state")
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
