"""Multiple imputation of a data frame, without a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.imputation import multiple_imputations
from hiprisk.features.normal_fit import fit_normal
from hiprisk.learning.chained import draw_chained
from hiprisk.metrics.inputs import as_groups
from hiprisk.seeding import rng_for
from hiprisk.spelling import did_you_mean

METHODS = ("normal", "chained")
# Of fewer known values a bootstrap of the rows may draw none: of ten once in 22,000 imputations.
FEWEST_KNOWN = 10
# A text with more levels than this share of the rows is a label.
MOST_LEVELS = 0.1


def impute_frame(
    frame: pd.DataFrame,
    *,
    n_imputations: int = 20,
    method: Literal["normal", "chained"] = "normal",
    groups: ArrayLike | None = None,
    seed: int = 0,
) -> list[pd.DataFrame]:
    """Complete a data frame several times with draws of its missing values.

    Parameters
    ----------
    frame : DataFrame
        Columns of numbers, missing where NaN, and of texts or categories, which must be complete:
        they inform the imputation as indicators. The outcome belongs among the columns.
    n_imputations : int
        At least 2; analyse each and pool the results by Rubin's rules.
    method : str
        ``normal``: one multivariate normal model by EM, its parameters drawn anew for each
        imputation by a bootstrap of the rows. ``chained``: Bayesian linear regressions in turn, as
        `norm` of R's mice.
    groups : array-like, shape (n_rows,), optional
        Person of each row: all rows of a person are drawn together (``normal`` alone).
    seed : int
        The first five imputations are the same whether five or fifty are asked for.

    Returns
    -------
    list of DataFrame
        With the index and columns of `frame`. Known values are as they were; drawn ones are not
        rounded and may lie outside the range of the known ones.

    Raises
    ------
    InputError
        If a column with missing values is no number, has fewer than ten known values, or a number
        is infinite.
    ConfigError
        If there is no such method, or fewer than two imputations are asked for.

    Notes
    -----
    All columns are one model: leave out labels and what must not inform the imputation, as
    everything that is known after the outcome. A product, ratio or category made of a column is
    best formed after it is imputed.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys.
    .. [2] Honaker, King (2010). Am J Polit Sci 54(2), 561-581. doi:10.1111/j.1540-5907.2010.00447.x

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> people = pd.DataFrame({"pain": rng.normal(5, 2, 100)})
    >>> people["score"] = 8 * people["pain"] + rng.normal(0, 5, 100)
    >>> people.loc[::4, "pain"] = np.nan
    >>> completed = impute_frame(people, n_imputations=5)
    >>> len(completed), int(completed[0].isna().sum().sum())
    (5, 0)
    """
    _check_request(frame, n_imputations, method, seed)
    data, places = _numbers(frame)
    persons = as_groups(groups, len(frame), beside="frame")
    generators = [rng_for(seed, "frame", "imputation", number) for number in range(n_imputations)]
    missing = np.isnan(data)
    if not missing.any():
        return [frame.copy() for _ in generators]
    return [
        _completed(frame, part, places, missing)
        for part in _drawn(data, persons, generators, method)
    ]


def _drawn(
    data: Floats, persons: Integers, generators: Sequence[np.random.Generator], method: str
) -> Iterator[Floats]:
    if method == "chained":
        return (draw_chained(data, rng=rng) for rng in generators)
    people = Persons.of(persons)
    return multiple_imputations(data, generators, whole=fit_normal(data), persons=people)


def _completed(
    frame: pd.DataFrame, part: Floats, places: dict[int, int], missing: Bools
) -> pd.DataFrame:
    completed = frame.copy()
    for position, place in places.items():
        if missing[:, place].any():
            completed.isetitem(position, part[:, place])
    return completed


def _check_request(frame: Any, n_imputations: Any, method: str, seed: Any) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"imputation takes a DataFrame, got {type(frame).__name__}")
    if method not in METHODS:
        raise ConfigError(
            f"there is no imputation method '{method}'",
            advice=did_you_mean(method, METHODS, otherwise=f"choose from {', '.join(METHODS)}"),
        )
    for name, value in (("n_imputations", n_imputations), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ConfigError(f"{name} must be a whole number, 0 or positive, got {value!r}")
    if n_imputations < 2:
        raise ConfigError(
            f"{n_imputations} imputation(s) cannot say what missing values cost",
            advice="ask for at least 2, better 10 or more",
        )


def _numbers(frame: pd.DataFrame) -> tuple[Floats, dict[int, int]]:
    """All columns as numbers, and where each column of numbers stands among them."""
    parts: list[Floats] = []
    places: dict[int, int] = {}
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if pd.api.types.is_numeric_dtype(column):
            places[position] = len(parts)
            parts.append(_number(column))
        else:
            parts += list(_indicators(column).T)
    if not parts:
        raise InputError("the frame has no columns")
    return np.column_stack(parts), places


def _number(column: pd.Series[Any]) -> Floats:
    if pd.api.types.is_complex_dtype(column):
        raise InputError("numbers must be real", column=str(column.name))
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    n_known = int((~np.isnan(values)).sum())
    if np.isinf(values).any():
        raise InputError(
            f"{int(np.isinf(values).sum())} of {len(values)} values are infinite",
            column=str(column.name),
            advice="set them to NaN where they mean that a value is missing",
        )
    if n_known < min(len(values), FEWEST_KNOWN):
        raise InputError(
            f"{n_known} of {len(values)} values are known, too few to draw the others from",
            code="ALL_MISSING",
            column=str(column.name),
            advice="leave the column out",
        )
    return np.asarray(values)


def _indicators(column: pd.Series[Any]) -> Floats:
    n_missing, n_levels = int(column.isna().sum()), column.nunique()
    if n_missing:
        raise InputError(
            f"{n_missing} of {len(column)} values are missing, and draws are numbers",
            column=str(column.name),
            advice="give ordered levels as numbers, others as indicators of 0 and 1, NaN where the "
            "level is missing",
        )
    if n_levels > max(2, MOST_LEVELS * len(column)):
        raise InputError(
            f"{n_levels} different values in {len(column)} rows look like labels or dates, which "
            "inform no imputation",
            column=str(column.name),
            advice="leave the column out",
        )
    return np.asarray(pd.get_dummies(column, drop_first=True).to_numpy(dtype=np.float64))
