"""Predictions that stand in a column of a file, as a model of one variable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import OutcomeSettings
from hiprisk.errors import ConfigError
from hiprisk.learning.sheets.export import number_summary, outcome_spec_of
from hiprisk.sheet.format import Column, LinearModel, MissingModel, Sheet, Term, VariableSpec


def column_sheet(
    variable: Variable, values: Floats, outcome: OutcomeSettings, *, name: str, title: str
) -> Sheet:
    """Predictions that stand in a column, as a model with one term: the prediction itself.

    Parameters
    ----------
    variable : Variable
        The dictionary's variable that holds them.
    values : ndarray, shape (n_people,)
        NaN where missing.
    outcome : OutcomeSettings
        Continuous.
    name, title : str

    Raises
    ------
    ConfigError
        If the outcome is binary: a risk is no linear predictor.
    """
    if outcome.kind == "binary":
        raise ConfigError(
            "risks in a column cannot be made a model: their linear predictor is their log odds",
            code="METHOD",
            advice="write the model down with hiprisk sheet new, and update that",
        )
    known = values[~np.isnan(values)]
    column = Column(name=variable.name, variable=variable.name)
    spec = VariableSpec(
        name=variable.name,
        label=variable.label,
        unit=variable.unit or "",
        kind="number",
        hard=variable.hard,
        soft=variable.soft,
        weight=1.0,
        training=number_summary(values),
    )
    return Sheet(
        name=name,
        title=title,
        family="linear",
        provenance="published",
        intended_use="Research and education. Not a medical device; not for decisions about a "
        "patient.",
        outcome=replace(outcome_spec_of(outcome, ()), events=()),
        variables=(spec,),
        columns=(column,),
        missing=MissingModel(
            mean=(float(known.mean()),),
            covariance=((max(float(known.var()), 1e-12),),),
            draws=((0.0,), (0.0,)),
            n_people=len(values),
        ),
        derived=(),
        model=LinearModel(
            link="identity",
            intercept=0.0,
            terms=(Term(column=variable.name, basis="linear", coefficients=(1.0,)),),
        ),
        # The one variable weighs 1: a row without it gets no prediction.
        max_imputed_weight=0.5,
        notes=(
            f"The published prediction in the column {variable.name} is the only variable; its "
            "own coefficients are not known here.",
        ),
    )
