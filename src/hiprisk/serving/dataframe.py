"""A frame of patients in, a frame of answers out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Texts
from hiprisk.errors import InputError
from hiprisk.serving.values import as_number, as_text, is_not_known
from hiprisk.sheet.answers import Unreadable, answer, column_names
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import VariableSpec


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
        If no column is a variable of the model, or a name comes twice.
    """
    specs = [spec for spec in evaluator.sheet.variables if spec.name in frame.columns]
    if not specs:
        raise InputError(
            "no column is a variable of this model",
            code="MISSING_COLUMN",
            advice="hiprisk template lists them",
        )
    if frame.columns.has_duplicates:
        raise InputError("a column name comes twice", code="DUP_COLUMN")
    columns: dict[str, Floats | Texts] = {}
    unreadable: list[Unreadable] = []
    for spec in specs:
        values = frame[spec.name]
        if spec.kind == "number":
            columns[spec.name], problems = read_numbers(spec.name, values)
            unreadable += problems
        else:
            columns[spec.name] = read_levels(spec, values)
    answers = answer(evaluator, columns, n_rows=len(frame), unreadable=unreadable)
    found: dict[str, Floats | Texts] = {
        **answers.numbers,
        **answers.texts,
    }
    return pd.DataFrame({name: found[name] for name in column_names(evaluator)}, index=frame.index)


def read_numbers(name: str, values: pd.Series) -> tuple[Floats, list[Unreadable]]:
    """Numbers of a column; what is neither a number nor missing is unreadable."""
    if values.dtype.kind in "fiu":
        return values.to_numpy(dtype=np.float64), []
    missing = values.isna().to_numpy()
    numbers = np.full(len(values), np.nan)
    bad = np.zeros(len(values), dtype=bool)
    for position, value in enumerate(values):
        if missing[position] or is_not_known(value):
            continue
        number = as_number(value)
        bad[position] = number is None
        numbers[position] = np.nan if number is None else number
    return numbers, [Unreadable(name, "NOT_A_NUMBER", bad)] if bad.any() else []


def read_levels(spec: VariableSpec, values: pd.Series) -> Texts:
    """Levels of a category as text, None where missing; unknown texts stay as they are."""
    texts = values.to_numpy(dtype=object).copy()
    texts[values.isna().to_numpy()] = None
    cells = [None if is_not_known(text) else as_text(text) for text in texts]
    return np.array([*cells, None], dtype=object)[:-1]
