"""Table 1: what the people were like, and how much of each variable was missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.cohort.dictionary import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristic:
    """One variable, or one level of a category, in one group of people.

    Attributes
    ----------
    n_known, n_missing : int
    mean, sd, q25, median, q75 : float or None
        Of a number, over known values.
    level : str or None
        Level of a category.
    n_level : int or None
        People with the level; None where so few that they could be recognised.
    share : float or None
        Share of known values, suppressed with the count.
    """

    variable: str
    label: str
    unit: str
    group: str
    n_known: int
    n_missing: int
    mean: float | None = None
    sd: float | None = None
    q25: float | None = None
    median: float | None = None
    q75: float | None = None
    level: str | None = None
    n_level: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOne:
    """Characteristics of groups of people.

    Attributes
    ----------
    groups : tuple of (str, int)
        Name and size of each group.
    n_complete : tuple of int
        People of each group who lack no variable of the table.
    smallest_cell : int
        Counts below are suppressed, and so is a second level where one could be found by
        subtraction.
    """

    groups: tuple[tuple[str, int], ...]
    n_complete: tuple[int, ...]
    rows: tuple[Characteristic, ...]
    smallest_cell: int

    def to_frame(self) -> pd.DataFrame:
        """One row a variable (or level) and group."""
        return pd.DataFrame([dataclasses.asdict(row) for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "groups": [{"name": name, "n": n} for name, n in self.groups],
            "n_complete": list(self.n_complete),
            "smallest_cell": self.smallest_cell,
            "rows": [dataclasses.asdict(row) for row in self.rows],
        }


def table_one(
    frame: pd.DataFrame,
    variables: Sequence[str],
    *,
    dictionary: Mapping[str, Variable],
    groups: Mapping[str, Bools],
    smallest_cell: int,
    partition: bool = False,
) -> TableOne:
    """Describe groups of people.

    Parameters
    ----------
    frame : DataFrame
        Dictionary variables, one row a person (or hip).
    variables : sequence of str
        Those of the frame to describe; numbers and categories.
    dictionary : mapping of str to Variable
    groups : mapping of str to ndarray of bool, shape (n_rows,)
        Groups by name; they may overlap. Empty ones are left out.
    smallest_cell : int
    partition : bool
        Whether the groups make up everybody whose table stands elsewhere, so that one count that is
        left out could be found by subtraction: then a second one is left out.
    """
    present = [name for name in variables if name in frame.columns]
    used = {name: mask for name, mask in groups.items() if mask.any()}
    rows: list[Characteristic] = []
    for name in present:
        for group, mask in used.items():
            rows += _describe(dictionary[name], frame.loc[mask, name], group, smallest_cell)
    if partition:
        rows = _undisclosed(rows)
    return TableOne(
        groups=tuple((name, int(mask.sum())) for name, mask in used.items()),
        n_complete=tuple(
            int(frame.loc[mask, present].notna().all(axis=1).sum()) for mask in used.values()
        ),
        rows=tuple(rows),
        smallest_cell=smallest_cell,
    )


def _undisclosed(rows: Sequence[Characteristic]) -> list[Characteristic]:
    """The same with no level whose count is left out in one group alone."""
    by_level: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        if row.level is not None:
            by_level.setdefault((row.variable, row.level), []).append(place)
    found = list(rows)
    for places in by_level.values():
        hidden = [place for place in places if found[place].n_level is None]
        others = [place for place in places if found[place].n_level]
        if len(hidden) == 1 and others:
            least = min(others, key=lambda place: found[place].n_level or 0)
            found[least] = dataclasses.replace(found[least], n_level=None, share=None)
    return found


def _describe(
    variable: Variable, values: pd.Series, group: str, smallest_cell: int
) -> Iterable[Characteristic]:
    known = values.dropna()
    blank = Characteristic(
        variable=variable.name,
        label=variable.label,
        unit=variable.unit or "",
        group=group,
        n_known=len(known),
        n_missing=len(values) - len(known),
    )
    if variable.kind == "number":
        return [_number(blank, known.to_numpy(dtype=np.float64))]
    return _levels(blank, known, variable.levels, smallest_cell)


def _number(blank: Characteristic, known: Floats) -> Characteristic:
    # The quartiles of a handful of people are their values.
    if len(known) < 5:
        return blank
    q25, median, q75 = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
    return dataclasses.replace(
        blank,
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)),
        q25=q25,
        median=median,
        q75=q75,
    )


def _levels(
    blank: Characteristic, known: pd.Series, levels: Sequence[str], smallest_cell: int
) -> list[Characteristic]:
    names = list(levels) or sorted(set(known))
    counts = np.array([int((known == name).sum()) for name in names], dtype=np.intp)
    shown = _shown(counts, smallest_cell)
    return [
        dataclasses.replace(
            blank,
            level=str(name),
            n_level=int(count) if show else None,
            share=float(count) / len(known) if show and len(known) else None,
        )
        for name, count, show in zip(names, counts, shown, strict=True)
    ]


def _shown(counts: Integers, smallest_cell: int) -> Bools:
    """Which counts may be shown: none that is small, and none that discloses a small one."""
    # Nobody is no one that could be recognised.
    small = (counts > 0) & (counts < smallest_cell)
    if small.sum() == 1:
        others = np.where(small | (counts == 0), np.iinfo(np.intp).max, counts)
        if (others < np.iinfo(np.intp).max).any():
            small[int(np.argmin(others))] = True
    return ~small
