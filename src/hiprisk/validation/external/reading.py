"""A cohort file read for a model: with the model's own variables, outcome and predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hiprisk.arrays import Bools
from hiprisk.cohort.dictionary import FROM_FILE, FROM_OUTCOME, Dictionary, Variable, load_dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import Cohort, read_cohort
from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.learning.event_codes import levels_of_outcome
from hiprisk.learning.participants.people import at_levels
from hiprisk.sheet.format import Sheet


def read_validation_cohort(
    path: CohortPath,
    mapping: CohortMapping | None,
    *,
    sheet: Sheet | None,
    outcome: OutcomeSettings,
    predictions: str | None = None,
    reference: str | None = None,
    dictionary: Dictionary | None = None,
) -> Cohort:
    """Read a cohort with the model's own variables, outcome and predictions beyond the dictionary.

    Parameters
    ----------
    path : path-like, or several
    mapping : CohortMapping, optional
    sheet : Sheet, optional
    outcome : OutcomeSettings
    predictions : str, optional
        Column of predictions that stand in the file.
    reference : str, optional
        Column of the predictions with which the model is compared.
    dictionary : Dictionary, optional
        The study's, where one is named; the model's variables win over it.

    Raises
    ------
    InputError
        If the file as a whole cannot be used.
    """
    known = dictionary or load_dictionary()
    if mapping is not None:
        known = mapping.dictionary.overlaid_by(known)
    if sheet is not None:
        known = known.with_model(sheet.variables_to_read)
    wanted = [_outcome_variable(outcome)]
    wanted += [
        Variable(name=column, label="prediction", kind="number", source=FROM_FILE)
        for column in (predictions, reference)
        if column is not None
    ]
    known = known.with_variables(
        one for one in wanted if one.name not in known or (one.levels and outcome.levels)
    )
    return read_cohort(path, mapping, dictionary=known)


def _outcome_variable(outcome: OutcomeSettings) -> Variable:
    is_category = outcome.event_level is not None
    return Variable(
        name=outcome.variable,
        label=outcome.label,
        kind="category" if is_category else "number",
        source=FROM_OUTCOME,
        unit=None if is_category else outcome.unit,
        levels=levels_of_outcome(outcome, {}) if is_category else (),
    )


def rows_with(cohort: Cohort, where: Mapping[str, Sequence[str]]) -> Bools:
    """Which rows of a cohort have certain levels of its variables; all, where none are named.

    Raises
    ------
    InputError
        If a variable is absent, or no row has the level.
    """
    keep = np.ones(cohort.n_rows, dtype=bool)
    for variable, levels in where.items():
        if variable not in cohort.frame.columns:
            raise InputError(
                "the cohort has no such variable to select by",
                code="MISSING_COLUMN",
                file=cohort.source_name,
                column=variable,
                advice="map it in the mapping",
            )
        keep &= at_levels(cohort.frame[variable], levels)
    if where and not keep.any():
        raise InputError(
            "no row has these levels", code="TOO_FEW", file=cohort.source_name, advice="see --where"
        )
    return keep
