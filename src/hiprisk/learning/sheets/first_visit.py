"""All participants of the first visit, as the sheet describes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.learning.sheets.export import number_summary, variable_summary
from hiprisk.sheet.answers import evaluate
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import FirstVisit, Sheet, VariableSpec


def with_first_visit(sheet: Sheet, frame: pd.DataFrame) -> Sheet:
    """The same sheet with a description of the people of a first visit.

    Parameters
    ----------
    sheet : Sheet
    frame : DataFrame
        A checked cohort with the sheet's variables, nobody left out for what came later.

    Returns
    -------
    Sheet
        Without a description where no row can be predicted.
    """
    evaluation = evaluate(SheetEvaluator(sheet), cohort_columns(sheet.variables, frame))
    predicted = evaluation.prediction.predicted
    if not len(predicted):
        return sheet
    numbers = [_known_numbers(spec, frame) for spec in sheet.variables]
    return replace(
        sheet,
        first_visit=FirstVisit(
            n_people=len(frame),
            variables=tuple(variable_summary(spec, frame[spec.name]) for spec in sheet.variables),
            means=tuple(None if v is None else float(v.mean()) for v in numbers),
            sds=tuple(None if v is None else float(v.std()) for v in numbers),
            predictions=number_summary(predicted),
            mean_prediction=float(predicted.mean()),
            sd_prediction=float(predicted.std()),
        ),
    )


def _known_numbers(spec: VariableSpec, frame: pd.DataFrame) -> Floats | None:
    if spec.kind == "category":
        return None
    return np.asarray(frame[spec.name].dropna().to_numpy(dtype=np.float64))
