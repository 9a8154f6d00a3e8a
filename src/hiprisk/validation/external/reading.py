"""A cohort file read for a model: with the model's own variables, outcome and predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hiprisk.cohort.dictionary import FROM_FILE, FROM_OUTCOME, Dictionary, Variable, load_dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import Cohort, read_cohort
from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.learning.event_codes import levels_of_outcome
from hiprisk.sheet.format import Sheet
from hiprisk.values import one_code


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


def select_rows(cohort: Cohort, where: Mapping[str, Sequence[str]]) -> Cohort:
    """The rows of a cohort that have certain levels; findings are the whole file's.

    Raises
    ------
    InputError
        If a variable is absent, or no row has the level.
    """
    if not where:
        return cohort
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
        codes = cohort.frame[variable].map(lambda value: one_code(str(value)), na_action="ignore")
        keep &= codes.isin([one_code(level) for level in levels]).to_numpy()
    if not keep.any():
        raise InputError(
            "no row has these levels", code="TOO_FEW", file=cohort.source_name, advice="see --where"
        )
    return cohort.take(np.flatnonzero(keep))
