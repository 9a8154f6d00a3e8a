"""The columns of a frame or an array as variables: what they are when fitting, what they hold."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.own_variables import LONGEST_NAME, name_problem
from hiprisk.errors import HipRiskWarning, InputError
from hiprisk.sheet.columns import Columns, read_columns
from hiprisk.sheet.format import VariableSpec
from hiprisk.values import NOT_FINITE, UNKNOWN_CATEGORY, LevelReader, Note, text_of

# A category of more levels is a name or a number of a person, or a number stored as text.
MOST_LEVELS = 100
FEW_LEVELS = 10
# Levels that a refusal lists.
MOST_SHOWN = 12
FROM_DATA = "the data that the estimator was fitted to"
_TRUTH = ("no", "yes")
_WITHOUT = "dictionary=None takes every column as it is"

Cells = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenColumn:
    """One column of a frame or an array.

    Attributes
    ----------
    name : str
        As the user has it; ``x0`` and so on where columns have no names.
    cells : ndarray
        Numbers, or objects with None where missing.
    is_category : bool
    levels : tuple of str
        Of a pandas category, in its order; of truth values no and yes; else empty.
    """

    name: str
    cells: Cells
    is_category: bool = False
    levels: tuple[str, ...] = ()


def columns_of_array(values: Floats, categorical: Collection[str | int] = ()) -> list[GivenColumn]:
    """Columns of a checked array."""
    return [
        GivenColumn(
            name=f"x{place}",
            cells=values[:, place],
            is_category=place in categorical or f"x{place}" in categorical,
        )
        for place in range(values.shape[1])
    ]


def columns_of_frame(
    frame: pd.DataFrame, categorical: Collection[str | int] = ()
) -> list[GivenColumn]:
    """Columns of a frame, in its order."""
    check_unique_names(frame)
    return [
        _column(
            str(name),
            frame.iloc[:, place],
            stated=str(name) in categorical or place in categorical,
        )
        for place, name in enumerate(frame.columns)
    ]


def check_unique_names(frame: pd.DataFrame) -> None:
    """Raise InputError if two columns of a frame have the same name."""
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise InputError(
            f"the column name '{repeated[0]}' comes twice",
            code="DUP_COLUMN",
            advice="rename one of them, or leave it out",
        )


def _column(name: str, values: pd.Series, *, stated: bool) -> GivenColumn:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        occurring = set(values.dropna().unique())
        # In the order of the categories; those that nobody has are no levels.
        texts = dict.fromkeys(text_of(one) for one in dtype.categories if one in occurring)
        levels = tuple(text for text in texts if text)
        return GivenColumn(name=name, cells=_objects(values), is_category=True, levels=levels)
    if dtype.kind == "b":
        return GivenColumn(name=name, cells=_objects(values), is_category=True, levels=_TRUTH)
    if dtype.kind in "iuf":
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return GivenColumn(name=name, cells=numbers, is_category=stated)
    if dtype.kind in "mMc":
        raise InputError(
            f"holds {_IN_WORDS[dtype.kind]}, and a predictor is a number or a category",
            code="NOT_A_NUMBER",
            column=name,
            advice="make a number of it first, for instance the years since a date",
        )
    return _of_objects(name, values, stated=stated)


_IN_WORDS = {"M": "dates", "m": "durations", "c": "complex numbers (complex data not supported)"}


def _of_objects(name: str, values: pd.Series, *, stated: bool) -> GivenColumn:
    """A column of texts, truth values, or numbers that a frame holds as objects."""
    cells = _objects(values)
    kinds = {type(cell) for cell in cells if cell is not None}
    if all(issubclass(kind, bool | np.bool_) for kind in kinds) and kinds:
        return GivenColumn(name=name, cells=cells, is_category=True, levels=_TRUTH)
    if all(issubclass(kind, int | float | np.number) for kind in kinds):
        return GivenColumn(name=name, cells=cells, is_category=stated)
    if all(issubclass(kind, str) for kind in kinds):
        return GivenColumn(name=name, cells=cells, is_category=True)
    raise InputError(
        f"mixes values of different types: {', '.join(sorted(k.__name__ for k in kinds))}",
        code="MIXED_TYPES",
        column=name,
        advice="make it a column of numbers, or of texts",
    )


def _objects(values: pd.Series) -> Cells:
    # A copy: the array may be the frame's own, which belongs to the caller.
    cells = values.to_numpy(dtype=object).copy()
    cells[values.isna().to_numpy()] = None
    return cells


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedColumns:
    """The columns that an estimator was fitted to, as variables.

    Attributes
    ----------
    variables : tuple of Variable
        One a column, in order.
    names : tuple of str
        Names of the columns, as the user has them.
    """

    variables: tuple[Variable, ...]
    names: tuple[str, ...]

    @property
    def specs(self) -> tuple[VariableSpec, ...]:
        """The variables as a sheet reads their values."""
        return tuple(map(_spec, self.variables))

    @property
    def by_variable(self) -> dict[str, str]:
        """Name of the column of each variable."""
        return {one.name: name for one, name in zip(self.variables, self.names, strict=True)}

    def read(self, columns: Sequence[GivenColumn], *, unknown: str = "error") -> Columns:
        """Values of columns in the same order, by the rules by which a sheet's are read.

        Parameters
        ----------
        columns : sequence of GivenColumn
        unknown : str
            What a level is that nobody had when fitting: an ``error``, or ``missing``.

        Raises
        ------
        InputError
            If a value is infinite, no number, or no level of its category.
        """
        cells = {
            variable.name: column.cells
            for variable, column in zip(self.variables, columns, strict=True)
        }
        n_rows = len(columns[0].cells)
        given = read_columns(self.specs, cells, n_rows=n_rows)
        for note, rows in given.unreadable.items():
            if note.code != UNKNOWN_CATEGORY or unknown == "error":
                raise self._refusal(note, np.flatnonzero(rows))
        return given.columns

    def _refusal(self, note: Note, rows: NDArray[np.intp]) -> InputError:
        place = [variable.name for variable in self.variables].index(note.variable)
        variable, name = self.variables[place], self.names[place]
        where = f"in {rows.size} row(s), first at position {rows[0]}"
        if note.code == UNKNOWN_CATEGORY:
            return _unknown_level(variable, name, where)
        if note.code == NOT_FINITE:
            return InputError(
                f"infinity or a value too large {where}; NaN means missing",
                code=NOT_FINITE,
                column=name,
            )
        return InputError(
            f"must hold numbers, and holds something else {where}",
            code=note.code,
            column=name,
            advice="make it a column of numbers"
            + ("" if variable.source == FROM_DATA else f"; {_WITHOUT}"),
        )


def _unknown_level(variable: Variable, name: str, where: str) -> InputError:
    own = variable.source == FROM_DATA
    shown = variable.levels[:MOST_SHOWN]
    more = (
        f" and {len(variable.levels) - MOST_SHOWN} more"
        if len(variable.levels) > MOST_SHOWN
        else ""
    )
    return InputError(
        f"a level that {'nobody had when fitting' if own else 'the dictionary does not have'} "
        f"{where}; its levels: {', '.join(shown)}{more}",
        code=UNKNOWN_CATEGORY,
        column=name,
        advice="unknown_levels='missing' imputes it"
        if own
        else f"write its levels as listed; {_WITHOUT}",
    )


def _spec(variable: Variable) -> VariableSpec:
    kind: Any = variable.kind
    return VariableSpec(
        name=variable.name, label=variable.label, unit="", kind=kind, levels=variable.levels
    )


def describe_columns(
    columns: Sequence[GivenColumn], dictionary: Mapping[str, Variable], *, by_name: bool = False
) -> FittedColumns:
    """What the columns of training data are: the dictionary's variables, or variables of their own.

    Parameters
    ----------
    columns : sequence of GivenColumn
    dictionary : mapping of str to Variable
        Empty where no name is to be looked up.
    by_name : bool
        Nobody chose the dictionary: a column most of whose values are of another kind or no levels
        of the variable of its name (``sex`` in standard deviations) is one of its own, with a
        `HipRiskWarning`. A number outside of the hard range is none of these: the names of numbers
        say the unit (``age_years``), and there it is a wrong unit.

    Raises
    ------
    InputError
        If a category has too many levels.
    """
    named = {column.name: _known(column.name, dictionary) for column in columns}
    if by_name:
        for column in columns:
            contradiction = _contradiction(column, named[column.name])
            if contradiction:
                named[column.name] = None
                # The line of `fit` or `to_sheet` in the user's own code.
                warnings.warn(contradiction, HipRiskWarning, stacklevel=4)
    # A name that can stay stays, so that no other column is taken for it ("Pain" beside "pain").
    kept = {one.name for one in columns if free_name(one.name, ()) == one.name}
    taken = kept | {name for name, known in named.items() if known is not None}
    variables = []
    for column in columns:
        known = named[column.name]
        if known is None:
            is_kept = column.name in kept
            known = _own(column, column.name if is_kept else free_name(column.name, taken))
            taken.add(known.name)
        elif known.kind == "category" and not known.levels:
            known = _own(column, known.name)
        variables.append(known)
    return FittedColumns(variables=tuple(variables), names=tuple(column.name for column in columns))


def _contradiction(column: GivenColumn, known: Variable | None) -> str | None:
    """Why a column is not the variable of its name: most of its values are none of it."""
    if known is None or (known.kind == "category" and not known.levels):
        return None
    given = read_columns((_spec(known),), {known.name: column.cells}, n_rows=len(column.cells))
    others = {note: rows for note, rows in given.unreadable.items() if note.code != NOT_FINITE}
    n_others = sum(int(rows.sum()) for rows in others.values())
    n_known = n_others + int((~pd.isna(given.columns[known.name])).sum())
    if 2 * n_others <= n_known:
        return None
    expected = "a number" if known.kind == "number" else f"one of {', '.join(known.levels)}"
    return (
        f"{column.name}: {n_others} of {n_known} values are not what the dictionary has under this "
        f"name ({known.label}: {expected}); it is taken as a column of its own (write the values "
        f"as the dictionary does if it is that variable; {_WITHOUT})"
    )


def varying(variables: Sequence[Variable], frame: pd.DataFrame) -> dict[str, Variable]:
    """Variables that have two values or more, by name."""
    return {one.name: one for one in variables if len(frame[one.name].dropna().unique()) > 1}


def check_ranges(fitted: FittedColumns, columns: Columns) -> None:
    """Raise InputError if a value is none that the dictionary's variable can have."""
    for variable, name in zip(fitted.variables, fitted.names, strict=True):
        if variable.kind != "number":
            continue
        values = np.asarray(columns[variable.name], dtype=np.float64)
        if variable.hard is not None:
            low, high = variable.hard
            unit = f" {variable.unit}" if variable.unit else ""
            rule = f"must lie in [{low:g}, {high:g}]{unit}"
            _refuse_rows(variable, name, (values < low) | (values > high), rule)
        if variable.integer:
            _refuse_rows(variable, name, np.mod(values, 1.0) > 0.0, "must be a whole number")


def _refuse_rows(variable: Variable, name: str, broken: Bools, rule: str) -> None:
    rows = np.flatnonzero(broken)
    if rows.size:
        raise InputError(
            f"{rule} ({variable.label}); {rows.size} of {len(broken)} rows do not, first "
            f"at position {rows[0]}",
            code="OUT_OF_RANGE",
            column=name,
            advice=f"correct the values or set them missing; {_WITHOUT}",
        )


def _known(name: str, dictionary: Mapping[str, Variable]) -> Variable | None:
    """The dictionary's variable of a column, where it is one that a model can use."""
    known = dictionary.get(name)
    return known if known is not None and known.kind in ("number", "category") else None


def _own(column: GivenColumn, name: str) -> Variable:
    """A variable of the data's own: its levels are those that occur, it has no hard range."""
    if not column.is_category:
        return Variable(name=name, label=column.name, kind="number", source=FROM_DATA)
    levels = column.levels or _occurring(column)
    _check_levels(column, levels)
    return Variable(name=name, label=column.name, kind="category", source=FROM_DATA, levels=levels)


def _check_levels(column: GivenColumn, levels: Sequence[str]) -> None:
    """Raise InputError if levels are names: a sheet writes them down for everybody to read."""
    n_known = sum(cell is not None and cell == cell for cell in column.cells)
    if len(levels) <= FEW_LEVELS or (len(levels) <= MOST_LEVELS and 2 * len(levels) <= n_known):
        return
    raise InputError(
        f"has {len(levels)} levels in {n_known} known values: a category has at "
        f"most {MOST_LEVELS}, and at least two rows a level",
        code="TOO_MANY_LEVELS",
        column=column.name,
        advice="leave it out, merge levels, or make it a column of numbers",
    )


def _occurring(column: GivenColumn) -> tuple[str, ...]:
    """Levels that occur, numbers among them in the order of numbers."""
    reader = LevelReader(())
    found = set()
    for cell in dict.fromkeys(column.cells.tolist()):
        # A frame has None and NaN for missing, and "none" is an answer: of pain, of paid work.
        is_answer = isinstance(cell, str) and cell.strip().lower() == "none"
        level = text_of(cell) if is_answer else reader.read(cell)[0]
        if level is not None:
            found.add(level)
    if all(_NUMBER.fullmatch(level) for level in found):
        return tuple(sorted(found, key=float))
    return tuple(sorted(found))


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def free_name(label: str, taken: Collection[str]) -> str:
    """A name for a variable of a sheet: small letters, digits, underscores; no other's name."""
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    if not name[:1].isalpha():
        name = f"x_{name}".rstrip("_")
    name = name[: LONGEST_NAME - 4].rstrip("_")
    if name_problem(name):
        name = f"{name}_value"
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
