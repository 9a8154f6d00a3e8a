"""The design: which columns a model sees, and how they come from variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Dictionary, Variable
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.derived import features_of, roots
from hiprisk.sheet.basis_functions import add_derived
from hiprisk.sheet.format import Column, Derived
from hiprisk.spelling import did_you_mean

HOW_TO_ADD = "see docs/how-to/own-variables.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How variables become the numbers that a model is fitted to.

    Attributes
    ----------
    variables : tuple of str
        Variables that must be known, in the order in which they are asked for.
    columns : tuple of Column
        One numeric column a number, one a level of a category but the first.
    derived : tuple of Derived
        Columns computed from columns, in order.
    inputs : tuple of str
        Columns, plain or derived, that enter the model.
    predictor_of : tuple of str
        Predictor of the config that each input comes from.
    n_site_columns : int
        How many columns, and inputs, at the end are indicators of named sites: all sites but the
        first.
    """

    variables: tuple[str, ...]
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...]
    inputs: tuple[str, ...]
    predictor_of: tuple[str, ...]
    n_site_columns: int = 0

    @property
    def n_imputed(self) -> int:
        """How many columns at the beginning are imputed from each other: all but those of sites."""
        return len(self.columns) - self.n_site_columns

    def labels(self, dictionary: Mapping[str, Variable]) -> dict[str, str]:
        """What a person reads for variables and derived columns, by name."""
        labels = {one.name: one.label for one in self.derived}
        return labels | {name: variable.label for name, variable in dictionary.items()}

    def numeric(self, frame: pd.DataFrame) -> Floats:
        """Columns of a cohort frame, shape (n_rows, n_columns), NaN where missing."""
        return numeric_columns(self.columns, frame)

    def model_inputs(self, numeric: Floats) -> Floats:
        """Inputs of imputed columns, (n_rows, n_inputs); the columns where these are the same."""
        place = {column.name: position for position, column in enumerate(self.columns)}
        operands = {name for one in self.derived for name in one.of if isinstance(name, str)}
        named = {
            name: np.ascontiguousarray(numeric[:, place[name]])
            for name in operands
            if name in place
        }
        add_derived(self.derived, named)
        if not self.derived:
            positions = [place[name] for name in self.inputs]
            same = positions == list(range(numeric.shape[1]))
            return numeric if same else np.take(numeric, positions, axis=1)
        found = np.empty((len(numeric), len(self.inputs)))
        for position, name in enumerate(self.inputs):
            found[:, position] = named[name] if name in named else numeric[:, place[name]]
        return found


def numeric_columns(columns: Sequence[Column], frame: pd.DataFrame) -> Floats:
    """Numbers as they are and indicators of levels, shape (n_rows, n_columns)."""
    found = np.empty((len(frame), len(columns)))
    for position, column in enumerate(columns):
        values = frame[column.variable]
        if column.level is None:
            found[:, position] = values.to_numpy(dtype=np.float64)
        else:
            indicator = (values == column.level).to_numpy(dtype=np.float64)
            indicator[values.isna().to_numpy()] = np.nan
            found[:, position] = indicator
    return found


def plan_design(predictors: Sequence[str], dictionary: Dictionary, frame: pd.DataFrame) -> Design:
    """Decide on columns and derived features for the predictors of a study.

    Parameters
    ----------
    predictors : sequence of str
        Dictionary variables or derived features.
    dictionary : Dictionary
        With the features that the study declares.
    frame : DataFrame
        The development cohort; a level that nobody in it has gets no column.

    Raises
    ------
    ConfigError
        If a predictor is neither in the dictionary nor a derived feature.
    InputError
        If the cohort lacks a variable, or a variable or derived feature does not vary.
    """
    features = features_of(dictionary)
    derived: dict[str, Derived] = {}
    needed: dict[str, None] = {}
    for name in predictors:
        steps = features.get(name, ())
        if not steps and name not in dictionary:
            raise ConfigError(
                f"'{name}' is neither a variable of the dictionary nor a derived feature",
                column="blocks",
                advice=did_you_mean(name, [*dictionary, *features], otherwise=HOW_TO_ADD),
            )
        derived.update({step.name: step for step in steps})
        for variable in roots(steps) if steps else (name,):
            needed[variable] = None
    _check_present(list(needed), frame)
    columns = tuple(
        column for name in needed for column in columns_of(dictionary[name], frame[name])
    )
    _check_operands(derived.values(), columns)
    inputs, origin = [], []
    for name in predictors:
        own = [name] if name in derived else [c.name for c in columns if c.variable == name]
        inputs += own
        origin += [name] * len(own)
    design = Design(
        variables=tuple(needed),
        columns=columns,
        derived=tuple(derived.values()),
        inputs=tuple(inputs),
        predictor_of=tuple(origin),
    )
    _check_features_vary(design, frame)
    return design


def with_named_sites(design: Design, site: Variable) -> Design:
    """The design with the site as its last variable: an indicator of each level but the first."""
    columns = tuple(
        Column(name=f"{site.name}={level}", variable=site.name, level=level)
        for level in site.levels[1:]
    )
    names = tuple(column.name for column in columns)
    return replace(
        design,
        variables=(*design.variables, site.name),
        columns=(*design.columns, *columns),
        inputs=(*design.inputs, *names),
        predictor_of=(*design.predictor_of, *(site.name for _ in names)),
        n_site_columns=len(columns),
    )


def columns_of(variable: Variable, values: pd.Series) -> list[Column]:
    """Numeric columns of one variable, given the values that occur."""
    if variable.kind == "number":
        return [Column(name=variable.name, variable=variable.name)]
    occurring = set(values.dropna())
    levels = variable.levels or tuple(sorted(occurring))
    present = [level for level in levels if level in occurring]
    return [
        Column(name=f"{variable.name}={level}", variable=variable.name, level=level)
        for level in present[1:]
    ]


def auxiliary_columns(
    names: Sequence[str], dictionary: Mapping[str, Variable], frame: pd.DataFrame
) -> Floats:
    """Numbers of the auxiliary variables that vary, shape (n_rows, n_auxiliary)."""
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise InputError(
            f"the cohort lacks the auxiliary variable {absent[0]}",
            code="MISSING_COLUMN",
            advice="map it in the cohort's mapping, or take it out of the config",
        )
    columns = [column for name in names for column in columns_of(dictionary[name], frame[name])]
    return numeric_columns(columns, frame)


def _check_operands(derived: Iterable[Derived], columns: Sequence[Column]) -> None:
    """Raise ConfigError where a feature needs a level that has no column of its own."""
    known = {column.name for column in columns}
    for step in derived:
        absent = [name for name in step.of if isinstance(name, str) and name not in known]
        if absent:
            variable, _, level = absent[0].partition("=")
            raise ConfigError(
                f"'{level}' is the first level of {variable} in this cohort, or nobody has it: "
                "there is no column of it",
                column=f"derived.{step.name}.of",
                advice="name another level; 1 - (another level) is op: difference, of: [1, ...]",
            )
        known.add(step.name)


def _check_features_vary(design: Design, frame: pd.DataFrame) -> None:
    """Raise InputError where a derived feature is the same for everybody, or never known."""
    made = {step.name for step in design.derived}
    if not made.intersection(design.inputs):
        return
    with np.errstate(all="ignore"):
        inputs = design.model_inputs(design.numeric(frame))
    constant = [
        name
        for name, values in zip(design.inputs, inputs.T, strict=True)
        if name in made and len(np.unique(values[np.isfinite(values)])) < 2
    ]
    if constant:
        raise InputError(
            f"the derived feature {constant[0]} does not vary in the development cohort",
            code="CONSTANT",
            column=f"derived.{constant[0]}",
            advice="look at its operands, or take it out of the config's blocks",
        )


def _check_present(names: Sequence[str], frame: pd.DataFrame) -> None:
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise InputError(
            f"the cohort lacks {len(absent)} predictor(s): {', '.join(absent)}",
            code="MISSING_COLUMN",
            advice="map them in the cohort's mapping, or take them out of the config's blocks",
        )
    constant = [name for name in names if frame[name].dropna().nunique() < 2]
    if constant:
        raise InputError(
            f"{len(constant)} predictor(s) do not vary in the development cohort: "
            f"{', '.join(constant)}",
            code="CONSTANT",
            advice="take them out of the config's blocks",
        )
