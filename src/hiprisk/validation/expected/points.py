"""What a table of points loses against the model that it is made of, in reference people.

The people are drawn from the sheet (`hiprisk.sheet.points.people`), and outcomes come about as the
model says: so the model's own figures are what is expected of it, and the points' beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.metrics.expected.risks import model_based_concordance
from hiprisk.sheet.basis_functions import add_derived
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.sheet.points.people import reference_people
from hiprisk.sheet.points.table import PointsTable


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsLoss:
    """The points beside the model.

    Attributes
    ----------
    n_people : int
        Reference people.
    metric : str
        ``r2`` of a continuous outcome, ``c_statistic`` of a binary one.
    of_model, of_points : float or None
        The metric to be expected if the model is right; None where the sheet does not say how the
        outcome scatters.
    rmse, largest_error : float
        Root mean square and largest difference between the points' and the model's prediction.
    quantile_90 : float
        Difference that nine people in ten do not exceed.
    correlation : float
        Of the two predictions.
    """

    n_people: int
    metric: str
    of_model: float | None
    of_points: float | None
    rmse: float
    largest_error: float
    quantile_90: float
    correlation: float


def points_loss(sheet: Sheet, table: PointsTable) -> PointsLoss:
    """What a sheet's table of points loses in reference people of the sheet."""
    people = reference_people(sheet)
    evaluator = SheetEvaluator(sheet)
    n = len(next(iter(people.values())))
    known = evaluator.numeric_columns(people, n)
    model = evaluator.predict_numeric(known).predicted
    points = np.array(table.outcomes)[_totals(sheet, table, people, known)]
    error = np.abs(points - model)
    metric, of_model, of_points = _expected(sheet, model, points)
    varies = bool(np.std(points) > 0.0 and np.std(model) > 0.0)
    return PointsLoss(
        n_people=n, metric=metric, of_model=of_model, of_points=of_points,
        rmse=float(np.sqrt(np.mean(error**2))), largest_error=float(error.max()),
        quantile_90=float(np.quantile(error, 0.9)),
        correlation=float(np.corrcoef(points, model)[0, 1]) if varies else 0.0,
    )  # fmt: skip


def _totals(sheet: Sheet, table: PointsTable, people: Columns, known: list[Floats]) -> list[int]:
    """Total points of each person."""
    columns = {column.name: values for column, values in zip(sheet.columns, known, strict=True)}
    add_derived(sheet.derived, columns)
    total = np.zeros(len(known[0]))
    for one in table.predictors:
        if one.bounds is not None:
            total += one.of_numbers(columns[one.name])
        elif one.name in people:
            total += one.of_levels(np.asarray(people[one.name], dtype=object))
        else:
            total += np.array(one.points, dtype=np.float64)[columns[one.name].astype(int)]
    return [int(value) for value in total]


def _expected(
    sheet: Sheet, model: Floats, points: Floats
) -> tuple[str, float | None, float | None]:
    """C statistic or R2 to be expected of the model and of the points, if the model is right."""
    if sheet.outcome.kind == "binary":
        of_points = model_based_concordance(points, model)
        return "c_statistic", model_based_concordance(model), of_points
    if sheet.residual_sd is None:
        return "r2", None, None
    whole = float(np.var(model)) + sheet.residual_sd**2
    lost = float(np.mean((points - model) ** 2))
    of_model = 1.0 - sheet.residual_sd**2 / whole
    return "r2", of_model, 1.0 - (sheet.residual_sd**2 + lost) / whole
