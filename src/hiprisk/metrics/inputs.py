"""What every metric checks of its arguments before it computes."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError


def as_continuous(
    observed: ArrayLike,
    predicted: ArrayLike,
    weights: ArrayLike | None,
    *,
    name_of_predicted: str = "predicted",
) -> tuple[Floats, Floats, Floats]:
    """Observed, predicted and weights as arrays of one length without missing values."""
    check_same_order(**{"observed": observed, name_of_predicted: predicted, "weights": weights})
    y = _as_array("observed", observed)
    p = _as_array(name_of_predicted, predicted)
    w = np.ones(len(y)) if weights is None else _as_array("weights", weights)
    for name, values in ((name_of_predicted, p), ("weights", w)):
        if len(values) != len(y):
            raise InputError(f"'{name}' has {len(values)} entries, 'observed' has {len(y)}")
    if (w < 0).any() or not (w > 0).any():
        raise InputError("'weights' must not be negative, and one must be positive")
    return y, p, w


def as_binary(
    y_true: ArrayLike, risk: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """The same for an outcome of 0 and 1 and risks in [0, 1]."""
    check_same_order(y_true=y_true, risk=risk, weights=weights)
    y, p, w = as_continuous(y_true, risk, weights)
    # The position and not the label of a row: labels are often patient numbers.
    off = np.flatnonzero((y != 0.0) & (y != 1.0))
    if off.size:
        raise InputError(
            f"'observed' must be 0 or 1; {off.size} of {y.size} are not, "
            f"first at position {off[0]}: got {y[off[0]]:g}"
        )
    off = np.flatnonzero((p < 0.0) | (p > 1.0))
    if off.size:
        raise InputError(
            f"'predicted' must lie in [0, 1]; {off.size} of {p.size} do not, "
            f"first at position {off[0]}: got {p[off[0]]:g}"
        )
    return y, p, w


def as_risks(risk: ArrayLike, probability: ArrayLike | None) -> tuple[Floats, Floats]:
    """Risks, and the probabilities by which outcomes come about: by default the risks."""
    p = _as_array("risk", risk)
    q = p if probability is None else _as_array("probability", probability)
    if len(q) != len(p):
        raise InputError(f"'probability' has {len(q)} entries, 'risk' has {len(p)}")
    for name, values in (("risk", p), ("probability", q)):
        off = np.flatnonzero((values < 0.0) | (values > 1.0))
        if off.size:
            raise InputError(
                f"'{name}' must lie in [0, 1]; {off.size} of {values.size} do not, "
                f"first at position {off[0]}: got {values[off[0]]:g}"
            )
    return p, q


def as_forecast_outcome(
    observed: ArrayLike, n_forecasts: int, weights: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Observed and weights, one for each forecast."""
    y, _, w = as_continuous(observed, observed, weights)
    if len(y) != n_forecasts:
        raise InputError(f"there are {n_forecasts} forecasts, 'observed' has {len(y)} entries")
    return y, w


def check_both_classes(y: Floats, w: Floats) -> None:
    """Raise unless there are events and non-events among people who count."""
    if not (w * y).any() or not (w * (1.0 - y)).any():
        raise InputError("discrimination needs events and non-events", code="DEGENERATE")


def check_level(level: float) -> None:
    """Raise unless a level lies inside (0, 1)."""
    if not 0.0 < level < 1.0:
        raise InputError(f"'level' must lie inside (0, 1), got {level:g}")


def as_groups(
    groups: ArrayLike | None,
    n: int,
    *,
    beside: str = "observed",
    name: str = "groups",
    by_label: bool = False,
) -> Integers:
    """Number of the person of each row, from any labels; without labels each row is a person.

    They are numbered as they first appear, so that folds and resamples are the same however a
    person is called; or, `by_label`, in the order of the labels.
    """
    if groups is None:
        return np.arange(n)
    labels = as_labels(groups, n, beside=beside, name=name)
    return pd.factorize(labels, sort=by_label)[0].astype(np.intp)


def as_labels(labels: ArrayLike, n: int, *, beside: str, name: str) -> NDArray[Any]:
    """Label of each row: one column of any type without missing entries."""
    found = np.asarray(labels)
    if found.ndim != 1:
        raise InputError(f"'{name}' must be one column, got shape {found.shape}")
    if len(found) != n:
        raise InputError(f"'{name}' has {len(found)} entries, '{beside}' has {n}")
    off = np.flatnonzero(pd.isna(found))
    if off.size:
        raise InputError(
            f"'{name}' has {off.size} missing entries, first at position {off[0]}",
            advice="name it for every row",
        )
    return found.astype(str) if found.dtype == object else found


def check_same_order(**arguments: object) -> None:
    """Raise where pandas objects have the same rows in another order: rows go by position.

    Parameters
    ----------
    arguments : object
        By the names that the caller knows them by; those without an index fit everything.
    """
    indexes = {name: getattr(one, "index", None) for name, one in arguments.items()}
    # Lists and tuples have a method of this name.
    found = [(name, one) for name, one in indexes.items() if isinstance(one, pd.Index)]
    for (first, one), (second, other) in combinations(found, 2):
        if len(one) == len(other) and not one.equals(other) and _sorted(one).equals(_sorted(other)):
            raise InputError(
                f"'{first}' and '{second}' have the same index in another order, and rows go by "
                "position",
                advice=f"reindex one of them, {second} = {second}.loc[{first}.index], or give "
                "both without an index (`.to_numpy()`)",
            )


def _sorted(index: pd.Index) -> pd.Index:
    try:
        return index.sort_values()
    except TypeError:
        # Labels of several types have no order of their own.
        return index.map(repr).sort_values()


def _as_array(name: str, values: ArrayLike) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise InputError(
            f"'{name}' must be one column of numbers without missing entries"
        ) from problem
    if array.ndim != 1 or not array.size:
        raise InputError(
            f"'{name}' must be one non-empty column, got shape {array.shape}",
            advice="of `predict_proba` take the column of the event, [:, 1]"
            if array.ndim == 2 and array.shape[1] == 2
            else None,
        )
    off = np.flatnonzero(~np.isfinite(array))
    if off.size:
        raise InputError(
            f"'{name}' has {off.size} missing or infinite entries, first at position {off[0]}"
        )
    return array
