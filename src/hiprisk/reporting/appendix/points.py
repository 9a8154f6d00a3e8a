"""The model for the eye: a nomogram, and a table of whole points with what it loses."""

from __future__ import annotations

from dataclasses import replace

from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.model.nomogram import LEAST_SPAN, draw_nomogram
from hiprisk.sheet.format import OutcomeSpec, Sheet, TreesModel
from hiprisk.sheet.points.nomogram import Nomogram, nomogram
from hiprisk.sheet.points.table import PointsTable, points_table
from hiprisk.validation.expected.points import PointsLoss, points_loss
from hiprisk.wording.labels import (
    capital,
    event_in_words,
    predictors_labelled,
    unit_of_amount,
    with_unit,
)
from hiprisk.wording.quantities import number, percent, score_decimals

USE_THE_MODEL = (
    "Both are for reading the model, not for patients: use the model itself for a prediction "
    "(`hiprisk predict`, or the calculator page)."
)
# Totals of a table of points, at most about so many.
MOST_TOTALS = 16


def points_section(sheet: Sheet) -> Section:
    """Nomogram and table of points, or why there are none."""
    if isinstance(sheet.model, TreesModel):
        return Section(
            anchor="points", part=APPENDIX, title="Nomogram and points",
            paragraphs=("The model consists of decision trees. Trees have no linear predictor, so "
                        "there is neither a nomogram nor a table of points.",),
        )  # fmt: skip
    found, table = nomogram(sheet), points_table(sheet)
    label = sheet.outcome.label
    found = replace(found, axes=predictors_labelled(found.axes, label))
    table = replace(table, predictors=predictors_labelled(table.predictors, label))
    if found.is_risk:
        found = replace(found, outcome_label=event_in_words(sheet.outcome))
    return Section(
        anchor="points",
        part=APPENDIX,
        title="Nomogram and points",
        paragraphs=(
            "Nomogram: read the points of each predictor from the top axis, add them, and read the "
            f"prediction below the total.{_left_out(found)}",
            "Table of points: whole points by interval and level (method of Sullivan et al. 2004, "
            f"doi:10.1002/sim.1742); {_one_point(sheet, table)}. "
            f"{_loss_in_words(sheet, points_loss(sheet, table))}",
            USE_THE_MODEL,
        ),
        pictures=(
            drawn(
                name="nomogram.png",
                ax=draw_nomogram(found),
                alt="Nomogram: an axis for each predictor with its points, the total, and what is "
                "predicted at each total. The table of points has the same in words.",
                caption="Nomogram of the model. A spline that turns is folded: its axis goes on in "
                "a line below. An axis spans the 1st to the 99th percentile of the cohort.",
                wide=True,
            ),
        ),
        tables=(_points(table), _totals(sheet, table)),
    )


def _left_out(found: Nomogram) -> str:
    small = [one.label for one in found.axes if max(one.points) < LEAST_SPAN]
    return f" Less than {LEAST_SPAN:g} point, not drawn: {'; '.join(small)}." if small else ""


def _one_point(sheet: Sheet, table: PointsTable) -> str:
    if sheet.model.type == "ordinal":
        return f"one point is {table.unit:.3g} on the scale of the linear predictor"
    unit = unit_of_amount(sheet.outcome.unit)
    return f"one point is {table.unit:.3g} {'log odds' if sheet.model.link == 'logit' else unit}"


def _loss_in_words(sheet: Sheet, loss: PointsLoss) -> str:
    """What the points lose against the model."""
    expected = ""
    if loss.of_model is not None and loss.of_points is not None:
        metric = "C statistic" if loss.metric == "c_statistic" else "R²"
        expected = (
            f"the expected {metric} is {number(loss.of_points)} against {number(loss.of_model)} of "
            "the model; "
        )
    return (
        f"What the points lose, in {loss.n_people:,} reference people drawn from the "
        f"means, ranges and correlations in the sheet: {expected}predictions differ from the "
        f"model's by {_amount(sheet, loss.rmse)} (root mean square), by at most "
        f"{_amount(sheet, loss.quantile_90)} in nine people of ten, and by "
        f"{_amount(sheet, loss.largest_error)} at most."
    )


def _amount(sheet: Sheet, value: float) -> str:
    if sheet.outcome.kind == "binary":
        return f"{100.0 * value:.1f} percentage points"
    unit = unit_of_amount(sheet.outcome.unit)
    return f"{number(value, score_decimals(sheet, 1))} {unit}".strip()


def _points(table: PointsTable) -> Table:
    rows, none = [], []
    for one in table.predictors:
        if not any(one.points):
            none.append(one.label)
            continue
        label = capital(with_unit(one.label, one.unit))
        rows += [
            (label if place == 0 else "", category, str(points))
            for place, (category, points) in enumerate(zip(one.categories, one.points, strict=True))
        ]
    without = f"; no points: {'; '.join(none)}" if none else ""
    return Table(head=("predictor", "value", "points"), rows=tuple(rows), folded=True,
                 caption=f"Points of each predictor{without}")  # fmt: skip


def _totals(sheet: Sheet, table: PointsTable) -> Table:
    step = max(1, round(len(table.totals) / MOST_TOTALS))
    rows = tuple(
        (str(total), _prediction(sheet, outcome))
        for total, outcome in zip(table.totals[::step], table.outcomes[::step], strict=True)
    )
    return Table(head=("total points", _outcome(sheet.outcome)), rows=rows, folded=True,
                 caption="Prediction at a total of points")  # fmt: skip


def _outcome(outcome: OutcomeSpec) -> str:
    if outcome.kind == "binary":
        return f"risk of: {event_in_words(outcome)}"
    return f"predicted {with_unit(outcome.label, outcome.unit)}"


def _prediction(sheet: Sheet, value: float) -> str:
    if sheet.outcome.kind == "binary":
        return percent(value)
    return number(value, score_decimals(sheet, 1))


def points_csv(sheet: Sheet) -> dict[str, bytes]:
    """The table of points as a file for people, ``points.csv``; none of trees."""
    if isinstance(sheet.model, TreesModel):
        return {}
    import csv
    import io

    from hiprisk.cohort.formulas import guarded_cell

    table = points_table(sheet)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["predictor", "unit", "value", "points", "prediction"])
    for label, unit, category, points in table.rows():
        writer.writerow([guarded_cell(label), unit, guarded_cell(category), points, ""])
    for total, outcome in zip(table.totals, table.outcomes, strict=True):
        writer.writerow(["total points", "", "", total, f"{outcome:.6g}"])
    return {"points.csv": text.getvalue().encode()}
