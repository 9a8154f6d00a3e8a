"""The adjusted effect of an exposure in a data frame without missing values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.effects.evalue import EValue, e_value_of_difference, e_value_of_ratio
from hiprisk.inference.effects.standardisation import Contrast, estimate_effects
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_groups, check_level
from hiprisk.metrics.intervals.wald import wald
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.spelling import did_you_mean

MEASURES = {
    "continuous": ("mean_difference",),
    "binary": ("odds_ratio", "risk_difference", "risk_ratio"),
}
RATIOS = {"odds_ratio", "risk_ratio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureEffect:
    """The effect of an exposure, adjusted for confounders.

    Attributes
    ----------
    kind : str
        Of the outcome.
    outcome, exposure : str
    comparison : str
        Which values of the exposure are compared.
    confounders : tuple of str
    n, n_persons : int
    covariance : str
        ``HC3``, or ``CR1`` where persons have several rows; ``model`` where a robust one rests on
        a single row or person.
    effects : tuple of Estimate
        Mean difference; or odds ratio, and marginal risk difference and risk ratio.
    e_value : EValue
        Of the mean difference, or of the risk ratio.
    level : float
    """

    kind: OutcomeKind
    outcome: str
    exposure: str
    comparison: str
    confounders: tuple[str, ...]
    n: int
    n_persons: int
    covariance: str
    effects: tuple[Estimate, ...]
    e_value: EValue
    level: float

    def to_frame(self) -> pd.DataFrame:
        """One row a measure: measure, value, low, high."""
        return pd.DataFrame([{"measure": one.name, **one.to_dict()} for one in self.effects])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        names = ("kind", "outcome", "exposure", "comparison", "n", "n_persons", "covariance",
                 "level")  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "confounders": list(self.confounders),
            "effects": {one.name: one.to_dict() for one in self.effects},
            "e_value": self.e_value.to_dict(),
        }


def exposure_effect(
    frame: pd.DataFrame,
    *,
    outcome: str,
    exposure: str,
    confounders: Sequence[str] = (),
    exposed: Any = None,
    groups: ArrayLike | None = None,
    level: float = 0.95,
) -> ExposureEffect:
    """The effect of an exposure on an outcome, adjusted for confounders.

    Parameters
    ----------
    frame : DataFrame
        Without missing values in the columns concerned; `hiprisk.associate` imputes.
    outcome : str
        Column of numbers, or of 0 and 1 (booleans): linear or logistic regression.
    exposure : str
        Column of two values, or of numbers: the effect is then that of one unit more.
    confounders : sequence of str
        Columns; categories enter as indicators.
    exposed : object, optional
        Value that counts as exposed, where the exposure's two values are not 0 and 1.
    groups : array-like, shape (n_rows,), optional
        Person (or site) of each row: rows of a group are dependent.
    level : float
        Of the intervals.

    Returns
    -------
    ExposureEffect
        Risk difference and ratio are marginal: standardised to the people in the frame.

    Raises
    ------
    InputError
        If a value is missing, a column does not vary, columns repeat each other or separate the
        outcome, or there are too few rows.
    ConfigError
        If there is no such column, or it is not said who is exposed.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> people = pd.DataFrame({"pain": rng.random(300) < 0.4, "age": rng.normal(60, 9, 300)})
    >>> people["score"] = 30 + 8 * people["pain"] + 0.2 * people["age"] + rng.normal(0, 10, 300)
    >>> found = exposure_effect(people, outcome="score", exposure="pain", confounders=["age"])
    >>> found.effects[0].name, found.effects[0].low < 8 < found.effects[0].high
    ('mean_difference', True)
    """
    check_level(level)
    columns = [outcome, exposure, *confounders]
    _check_columns(frame, columns)
    y = _numbers(frame[outcome], "outcome")
    kind: OutcomeKind = "binary" if np.isin(y, (0.0, 1.0)).all() else "continuous"
    values, comparison, shift = _exposure(frame[exposure], exposed)
    design = np.column_stack([values, *(_indicators(frame[name]) for name in confounders)])
    persons = as_groups(groups, len(frame), beside=outcome)
    several = len(np.unique(persons)) < len(persons)
    found = estimate_effects(
        design, y, Contrast(high=(1.0,), low=(0.0,), shift=shift),
        link="logit" if kind == "binary" else "identity",
        kind="CR1" if several else "HC3", clusters=persons if several else None,
    )  # fmt: skip
    errors = np.sqrt(np.diag(found.covariance))
    effects = tuple(
        _effect(name, value, error, level=level, freedom=found.complete_df, log=_is_log(name))
        for name, value, error in zip(MEASURES[kind], found.values, errors, strict=True)
    )
    return ExposureEffect(
        kind=kind,
        outcome=outcome,
        exposure=exposure,
        comparison=comparison,
        confounders=tuple(confounders),
        n=len(y),
        n_persons=len(np.unique(persons)),
        covariance=found.kind,
        effects=effects,
        e_value=e_value_of_ratio(effects[-1])
        if kind == "binary"
        else e_value_of_difference(effects[0], outcome_sd=float(np.std(y, ddof=1))),
        level=level,
    )


def _is_log(name: str) -> bool:
    return name in RATIOS


def _effect(
    name: str, value: float, error: float, *, level: float, freedom: float, log: bool
) -> Estimate:
    found = wald(name, float(value), float(error), level=level, freedom=freedom)
    if not log or found.low is None or found.high is None:
        return found
    value, low, high = (float(np.exp(one)) for one in (found.value, found.low, found.high))
    return Estimate(name=name, value=value, low=low, high=high)


def _check_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    for name in columns:
        if name not in frame.columns:
            raise ConfigError(
                "there is no such column",
                column=str(name),
                advice=did_you_mean(str(name), [str(one) for one in frame.columns]),
            )
    twice = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
    if twice:
        raise ConfigError("it is named twice", column=str(twice[0]))
    for name in columns:
        n_missing = int(frame[name].isna().sum())
        if n_missing:
            raise InputError(
                f"{n_missing} of {len(frame)} values are missing",
                column=str(name),
                advice="leave out these rows, or use `hiprisk.associate`, which imputes",
            )


def _numbers(column: pd.Series[Any], role: str) -> Floats:
    try:
        return np.asarray(column.to_numpy(dtype=np.float64))
    except (TypeError, ValueError) as problem:
        raise InputError(f"the {role} must be numbers", column=str(column.name)) from problem


def _exposure(column: pd.Series[Any], exposed: Any) -> tuple[Floats, str, bool]:
    """The exposure as a column, which values are compared, and whether it is one unit more."""
    levels = list(column.unique())
    name = str(column.name)
    if exposed is not None:
        if exposed not in levels or len(levels) != 2:
            raise ConfigError(
                f"the exposure has {len(levels)} values, and the one called exposed must be one "
                "of two",
                column=name,
            )
        [other] = [one for one in levels if one != exposed]
        return (column == exposed).to_numpy(dtype=np.float64), f"{exposed} vs {other}", False
    if set(levels) == {0, 1}:
        return column.to_numpy(dtype=np.float64), "yes vs no", False
    if not pd.api.types.is_numeric_dtype(column):
        raise ConfigError(
            f"the exposure has {len(levels)} values, and it is not said which is exposed",
            column=name,
            advice="name it: exposed=...",
        )
    return _numbers(column, "exposure"), "1 unit more", True


def _indicators(column: pd.Series[Any]) -> Floats:
    """A number as it is; a category as one column a level but the first."""
    if pd.api.types.is_numeric_dtype(column):
        return _numbers(column, "confounder")[:, np.newaxis]
    found = pd.get_dummies(column, drop_first=True).to_numpy(dtype=np.float64)
    if not found.shape[1]:
        raise InputError("it does not vary", column=str(column.name), code="DEGENERATE")
    return np.asarray(found)
