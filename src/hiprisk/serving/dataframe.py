"""A frame of patients in, a frame of answers out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.arrays import Floats, Texts
from hiprisk.cohort.bundled_variables import BUNDLED, bundled_variables
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.mapping import sources_by_name
from hiprisk.errors import InputError
from hiprisk.sheet.answers import answer, column_names
from hiprisk.sheet.applicability import refuse_other_letter_case
from hiprisk.sheet.columns import read_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet


def answer_frame(evaluator: SheetEvaluator, frame: pd.DataFrame) -> pd.DataFrame:
    """Answers of every row of a frame whose columns have the sheet's names.

    Parameters
    ----------
    evaluator : SheetEvaluator
    frame : DataFrame
        Numbers as numbers or text, categories as text; missing as NaN or None.

    Returns
    -------
    DataFrame
        The added columns only, rows in the same order under the same index.

    Raises
    ------
    InputError
        If no column is a variable of the model, or one is there in another letter case or twice.
    """
    own = [spec.name for spec in evaluator.sheet.variables]
    specs = [spec for spec in evaluator.sheet.variables if spec.name in frame.columns]
    absent = [name for name in own if name not in frame.columns]
    refuse_other_letter_case(absent, map(str, frame.columns))
    if not specs:
        raise InputError(
            "no column is a variable of this model",
            code="MISSING_COLUMN",
            advice="hiprisk template lists them",
        )
    if frame.columns[frame.columns.isin(own)].has_duplicates:
        raise InputError("a column name comes twice", code="DUP_COLUMN")
    cells = {spec.name: _cells(frame[spec.name]) for spec in specs}
    given = read_columns(evaluator.sheet.variables, cells, n_rows=len(frame))
    answers = answer(evaluator, given)
    found: dict[str, Floats | Texts] = {**answers.numbers, **answers.texts()}
    return pd.DataFrame({name: found[name] for name in column_names(evaluator)}, index=frame.index)


def under_own_names(frame: pd.DataFrame, sheet: Sheet, config: Mapping[str, Any]) -> pd.DataFrame:
    """A frame whose columns have the sheet's names, where the bundle says that they have others."""
    own = [spec.name for spec in sheet.variables]
    if not config.get(BUNDLED) or frame.columns.isin(own).sum() >= len(own):
        return frame
    known = bundled_variables(sheet, config).laid_over(load_dictionary())
    found = sources_by_name(list(frame.columns), {name: known[name] for name in own})
    columns = {source.column: name for name, source in found.items()}
    return frame.rename(columns=columns)


def _cells(values: pd.Series) -> NDArray[Any]:
    """Raw values of a column: numbers as they are, else objects with None where missing."""
    # pandas' own nullable numbers have these kinds too, and hold NA, which NumPy cannot.
    if values.dtype.kind in "fiu" and isinstance(values.dtype, np.dtype):
        return values.to_numpy()
    # A copy: the array may be the frame's own, which belongs to the caller.
    cells = values.to_numpy(dtype=object).copy()
    cells[values.isna().to_numpy()] = None
    return cells
