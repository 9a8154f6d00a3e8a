"""Drift between two data frames, without any model: which columns moved, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.spelling import did_you_mean
from hiprisk.validation.drift.results import VariableDrift
from hiprisk.validation.drift.stability_index import (
    bin_shares,
    chance_psi,
    drift_verdict,
    exceeds_limit,
    missing_moved,
    population_stability_index,
)
from hiprisk.validation.drift.variables import binary_sd
from hiprisk.validation.external.mean_difference import standardised_difference_estimate
from hiprisk.wording.quantities import percent

N_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDrift:
    """Columns of a data frame beside the same columns of an earlier one.

    Attributes
    ----------
    n_then, n_now : int
        Rows.
    variables : tuple of VariableDrift
        One a column.
    """

    n_then: int
    n_now: int
    variables: tuple[VariableDrift, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a column: difference with its interval, stability index, what is missing."""
        return pd.DataFrame([one.to_dict() for one in self.variables])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "n_then": self.n_then,
            "n_now": self.n_now,
            "variables": [one.to_dict() for one in self.variables],
        }


def column_drift(
    then: pd.DataFrame, now: pd.DataFrame, *, columns: Sequence[str] | None = None
) -> FrameDrift:
    """Which columns of a data frame moved since an earlier one.

    Parameters
    ----------
    then, now : DataFrame
        For instance what a model was fitted to, and what it is asked about now.
    columns : sequence of str, optional
        By default every column of `then`; one that `now` lacks is drift.

    Returns
    -------
    FrameDrift
        Numbers by tenths of then, categories by levels. A stability index counts as drift beyond
        0.1, and as much drift beyond 0.25, but never below what chance alone gives at these sizes.

    Raises
    ------
    InputError
        If there are no rows, or a column holds numbers then and texts now.
    ConfigError
        If `then` has no such column.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> then = pd.DataFrame({"age": rng.normal(60, 8, 500), "bmi": rng.normal(27, 4, 500)})
    >>> now = pd.DataFrame({"age": rng.normal(68, 8, 400), "bmi": rng.normal(27, 4, 400)})
    >>> column_drift(then, now).to_frame()[["variable", "verdict"]].to_numpy().tolist()
    [['age', 'much drift'], ['bmi', 'steady']]
    """
    if not len(then) or not len(now):
        raise InputError(f"there are {len(then)} rows then and {len(now)} now; both need some")
    names = [str(name) for name in then.columns] if columns is None else list(columns)
    for name in names:
        if name not in then.columns:
            raise ConfigError(
                "there is no such column then",
                column=str(name),
                advice=did_you_mean(str(name), [str(one) for one in then.columns]),
            )
    return FrameDrift(
        n_then=len(then),
        n_now=len(now),
        variables=tuple(
            _drift(name, then[name], now[name] if name in now.columns else None) for name in names
        ),
    )


def _drift(name: str, then: pd.Series[Any], now: pd.Series[Any] | None) -> VariableDrift:
    missing_then = float(then.isna().mean())
    if now is None:
        return _blank(name, missing_then, 1.0, ("absent now",))
    missing_now = float(now.isna().mean())
    causes: tuple[str, ...] = ()
    if missing_moved(missing_then, len(then), missing_now, len(now)):
        causes = (
            f"missing in {percent(missing_now, 0)} of the rows, then in {percent(missing_then, 0)}",
        )
    old, new = then.dropna(), now.dropna()
    if old.empty or new.empty:
        return _blank(name, missing_then, missing_now, causes)
    numeric = _is_number(then)
    if numeric != _is_number(now):
        raise InputError(
            "it holds numbers on one side and texts on the other",
            column=name,
            advice="read both frames alike",
        )
    basis, before, after, difference = (_of_numbers if numeric else _of_levels)(old, new)
    psi, chance = (
        population_stability_index(before, after),
        chance_psi(len(before), len(new), len(old)),
    )
    far = difference is not None and exceeds_limit(difference)
    return VariableDrift(
        variable=name,
        label=name,
        difference=difference,
        psi=psi,
        psi_by_chance=chance,
        basis=basis,
        missing_then=missing_then,
        missing_now=missing_now,
        verdict=drift_verdict(psi, chance, other=far or bool(causes)),
        causes=causes,
    )


def _is_number(column: pd.Series[Any]) -> bool:
    kind = pd.api.types
    return bool(kind.is_numeric_dtype(column) and not kind.is_bool_dtype(column))


def _blank(
    name: str, missing_then: float, missing_now: float, causes: tuple[str, ...]
) -> VariableDrift:
    return VariableDrift(
        variable=name, label=name, difference=None, psi=None, psi_by_chance=None,
        basis="not known", missing_then=missing_then, missing_now=missing_now,
        verdict="some drift" if causes else "not known", causes=causes,
    )  # fmt: skip


Sides = tuple[str, Sequence[float], Sequence[float], Estimate | None]


def _of_numbers(then: pd.Series[Any], now: pd.Series[Any]) -> Sides:
    """Shares by tenths of then; few values that many share make fewer bins."""
    old, new = (one.to_numpy(dtype=np.float64) for one in (then, now))
    edges = np.unique(np.quantile(old, np.arange(1, N_BINS) / N_BINS))
    difference = None
    if old.std() + new.std() > 0.0:
        difference = standardised_difference_estimate(_moments(old), _moments(new))
    return "tenths of training", bin_shares(old, edges), bin_shares(new, edges), difference


def _moments(values: Floats) -> tuple[float, float, float]:
    return float(values.mean()), float(values.std()), float(len(values))


def _of_levels(then: pd.Series[Any], now: pd.Series[Any]) -> Sides:
    """Shares by level; a level of one side alone has none on the other."""
    old, new = then.astype(str), now.astype(str)
    levels = sorted({*old, *new})
    before, after = ([float((one == level).mean()) for level in levels] for one in (old, new))
    differences = [
        standardised_difference_estimate(
            (b, binary_sd(b), float(len(old))), (a, binary_sd(a), float(len(new)))
        )
        for b, a in zip(before, after, strict=True)
        if binary_sd(a) + binary_sd(b) > 0.0
    ]
    return "levels", before, after, max(differences, key=lambda e: abs(e.value), default=None)
