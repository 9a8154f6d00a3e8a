"""Scales that run the other way and codes that are swapped, seen in the signs of correlations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.arrays import Floats
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.shift.units import PROBABILITIES, misfit, reversed_scale
from hiprisk.sheet.format import Column, Sheet, VariableSpec

# Correlations of the development cohort that are worth a look, and how clear the file's must be.
STRONG = 0.3
CLEAR_SE = 4.0
CLEAR = 0.15
FEWEST_PAIRS = 100
# An outcome falls as its own baseline rises only where one of the two runs the other way.
OPPOSITE = -0.2
FEWEST_FOLLOWED = 30


def direction_findings(
    sheet: Sheet, columns: Mapping[str, NDArray[np.generic]]
) -> Iterable[Finding]:
    """Variables whose strong correlations all have the opposite sign of the development cohort's.

    Parameters
    ----------
    sheet : Sheet
        Its covariance of the columns is that of the development cohort.
    columns : mapping of str to ndarray

    Notes
    -----
    The variable that explains most changed signs is named first and taken as turned before the
    others are looked at. Of two that only disagree with each other, the one is named that looks
    more like the development cohort when turned; the message names both.
    """
    here = [
        (place, column)
        for place, column in enumerate(sheet.columns)
        if column.variable in columns and _turns(sheet.variable(column.variable))
    ]
    if len(here) < 2:
        return
    values = [_numbers(column, columns) for _, column in here]
    places = [place for place, _ in here]
    then = _correlations(np.array(sheet.missing.covariance))[np.ix_(places, places)]
    signs = _changed_signs(then, values, [column.variable for _, column in here])
    while True:
        changed = (signs < 0).sum(axis=1)
        suspects = np.flatnonzero((changed > 0) & ~(signs > 0).any(axis=1))
        if not suspects.size:
            return
        most = suspects[changed[suspects] == changed[suspects].max()]
        gains = [_gain(sheet, here[i][1], values[i]) for i in most]
        turned = int(most[int(np.argmax(gains))])
        with_whom = [here[j][1].variable for j in np.flatnonzero(signs[turned] < 0)]
        yield _finding(sheet.variable(here[turned][1].variable), with_whom, values[turned])
        signs[turned], signs[:, turned] = -signs[turned], -signs[:, turned]


def baseline_direction_findings(
    outcome: str, baseline: str | None, frame: pd.DataFrame
) -> Iterable[Finding]:
    """A warning where an outcome clearly falls as its baseline, the same score before, rises.

    Parameters
    ----------
    outcome : str
        Variable of the outcome.
    baseline : str or None
        Variable that is declared its baseline.
    frame : DataFrame
        People with both; without one of the two columns nothing can be said.
    """
    if baseline is None or not {outcome, baseline} <= set(frame.columns):
        return
    both = frame[[baseline, outcome]].dropna()
    if not all(map(pd.api.types.is_numeric_dtype, both.dtypes)):
        return
    if len(both) < FEWEST_FOLLOWED or (both.nunique() < 2).any():
        return
    correlation = float(np.corrcoef(both.rank().to_numpy(), rowvar=False)[0, 1])
    if correlation < OPPOSITE:
        yield Finding(
            code="DIRECTION_SUSPECT",
            severity="warning",
            column=outcome,
            count=len(both),
            message=f"it falls as its baseline {baseline} rises (rank correlation "
            f"{correlation:.2f}): one of the two may run the other way",
            advice="if one is higher better and the other higher worse, state reverse: true for "
            "one of them in the mapping",
        )


def _turns(spec: VariableSpec) -> bool:
    """Whether a variable can run the other way at all: a bounded number, or one of two levels."""
    return len(spec.levels) == 2 if spec.kind == "category" else spec.hard is not None


def _numbers(column: Column, columns: Mapping[str, NDArray[np.generic]]) -> Floats:
    values = columns[column.variable]
    if column.level is None:
        return np.asarray(values, dtype=np.float64)
    texts = np.asarray(values, dtype=object)
    found = np.asarray(texts == np.array(column.level, dtype=object), dtype=np.float64)
    found[texts == np.array(None, dtype=object)] = np.nan
    return found


def _correlations(covariance: Floats) -> Floats:
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    product = np.outer(spread, spread)
    found = np.zeros_like(covariance)
    np.divide(covariance, product, out=found, where=product > 0)
    return found


def _changed_signs(then: Floats, values: list[Floats], variables: list[str]) -> Floats:
    """1 where a strong correlation has kept its sign, -1 where it has changed, else 0."""
    signs = np.zeros_like(then)
    for i, j in np.argwhere(np.triu(np.abs(then) >= STRONG, k=1)):
        if variables[i] != variables[j]:
            now = _clear_correlation(values[i], values[j])
            signs[i, j] = signs[j, i] = np.sign(now * then[i, j])
    return signs


def _clear_correlation(one: Floats, other: Floats) -> float:
    """Correlation where both are known; 0 where it may as well be none."""
    known = ~(np.isnan(one) | np.isnan(other))
    n = int(known.sum())
    if n < FEWEST_PAIRS:
        return 0.0
    x, y = one[known] - one[known].mean(), other[known] - other[known].mean()
    product = float(np.sqrt((x @ x) * (y @ y)))
    r = float(x @ y) / product if product > 0 and np.isfinite(product) else 0.0
    return r if abs(r) > max(CLEAR, CLEAR_SE / np.sqrt(n)) else 0.0


def _gain(sheet: Sheet, column: Column, values: Floats) -> float:
    """How much more a variable looks like the development cohort when it is turned."""
    spec = sheet.variable(column.variable)
    known = values[~np.isnan(values)]
    if spec.kind == "number":
        quantiles = np.quantile(known, PROBABILITIES)
        return misfit(quantiles, spec) - misfit(quantiles, spec, reversed_scale(spec))
    shares = spec.training.level_shares if spec.training is not None else ()
    if len(shares) != 2 or column.level is None:
        return 0.0
    expected = shares[spec.levels.index(column.level)]
    return abs(float(known.mean()) - expected) - abs(1.0 - float(known.mean()) - expected)


def _finding(spec: VariableSpec, with_whom: list[str], values: Floats) -> Finding:
    names = ", ".join(dict.fromkeys(with_whom))
    category = spec.kind == "category"
    return Finding(
        code="CODING_SUSPECT" if category else "DIRECTION_SUSPECT",
        severity="warning",
        column=spec.name,
        count=int((~np.isnan(values)).sum()),
        message=f"its correlation with {names} has the opposite sign from the development cohort: "
        + ("are the codes swapped?" if category else "is a scale reversed?"),
        advice="check levels in the mapping"
        if category
        else "if it is higher better for higher worse, or the reverse, state reverse: true in the "
        "mapping",
    )
