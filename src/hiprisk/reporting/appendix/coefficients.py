"""Coefficients with their uncertainty: tables of the model in full, and files beside the report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from hiprisk.cohort.formulas import guarded_cell
from hiprisk.evidence.predictors.coefficients import (
    INTERCEPT,
    Coefficient,
    Coefficients,
    coefficients_of,
)
from hiprisk.reporting.page.blocks import Table
from hiprisk.sheet.format import LinearModel, OrdinalModel, Sheet, TreesModel
from hiprisk.wording.labels import column_label, sheet_labels
from hiprisk.wording.quantities import NONE

# Beside more coefficients than this, without the intercept, a matrix is a file alone.
MOST_IN_MATRIX = 15
COEFFICIENTS, COVARIANCE = "coefficients.csv", "coefficients_covariance.csv"
# On what scale the coefficients are, by the model's form and link.
SCALES = {
    ("linear", "identity"): "the outcome",
    ("linear", "logit"): "the log odds",
    ("ordinal", "logit"): "the log odds of a score at least as high",
    ("ordinal", "probit"): "the probit of the chance of a score at least as high",
    ("ordinal", "loglog"): "the log-log of the chance of a score at least as high",
    ("ordinal", "cloglog"): "the complementary log-log of the chance of a score at least as high",
}
FORMS = {"": NONE, "linear": "linear", "rcs": "restricted cubic spline"}


def coefficient_tables(sheet: Sheet, model: LinearModel | OrdinalModel) -> tuple[Table, ...]:
    """Every coefficient with standard error and interval, and how they correlate.

    Parameters
    ----------
    sheet : Sheet
    model : LinearModel or OrdinalModel
        That of the sheet.
    """
    found = coefficients_of(model)
    known = found.covariance is not None
    head = ("term", "column in the sheet", "form", "knots", "coefficient")
    labels = sheet_labels(sheet)
    rows = [(*_described(one, labels), *(_uncertain(one) if known else ())) for one in found.rows]
    table = Table(
        head=(*head, "SE", "95 % CI") if known else head,
        rows=tuple(rows),
        caption=f"Coefficients on the scale of {SCALES[model.type, model.link]}",
    )
    matrix = _correlations(found, [row[0] for row in rows])
    return (table,) if matrix is None else (table, matrix)


def _described(one: Coefficient, labels: Mapping[str, str]) -> tuple[str, ...]:
    column = "" if one.column == INTERCEPT else f"`{one.column}`"
    knots = ", ".join(f"{knot:g}" for knot in one.knots) or NONE
    return column_label(one.column, labels), column, FORMS[one.basis], knots, f"{one.value:.6g}"


def _uncertain(one: Coefficient) -> tuple[str, str]:
    return f"{one.standard_error:.3g}", f"{one.low:.3g} to {one.high:.3g}"


def _correlations(found: Coefficients, names: list[str]) -> Table | None:
    matrix = found.correlation
    if matrix is None or not _fits(found):
        return None
    return Table(
        head=("coefficient", *(str(place) for place in range(1, len(names) + 1))),
        rows=tuple(
            (f"{place}. {name}", *(f"{value:.2f}" for value in row[:place]),
             *("" for _ in row[place:]))
            for place, (name, row) in enumerate(zip(names, matrix, strict=True), start=1)
        ),
        caption="Correlation of the coefficients",
        folded=True,
    )  # fmt: skip


def _fits(found: Coefficients) -> bool:
    return sum(one.column != INTERCEPT for one in found.rows) <= MOST_IN_MATRIX


def uncertainty_in_words(model: LinearModel | OrdinalModel) -> str:
    """Where the standard errors come from, and which files have them."""
    found = coefficients_of(model)
    if found.covariance is None:
        return (
            "The sheet has no covariance of the coefficients, so that there are no standard "
            f"errors. `tables/{COEFFICIENTS}` has the coefficients."
        )
    source = (
        f"the covariance of the coefficients of {found.n_refits} bootstrap models. They describe "
        "sampling variation; the shrinkage of a penalised coefficient is not part of them"
        if found.n_refits
        else "the covariance of the fit, pooled over the imputations by Rubin's rules"
    )
    return (
        f"Standard errors (SE) are from {source}. 95 % CI: coefficient +/- 1.96 SE. "
        f"`tables/{COEFFICIENTS}` and `tables/{COVARIANCE}` have coefficients and covariance in "
        "full."
    )


def coefficient_files(sheet: Sheet) -> dict[str, bytes]:
    """Coefficients and their covariance as CSV, by file name; none of trees.

    Parameters
    ----------
    sheet : Sheet
    """
    model = sheet.model
    if isinstance(model, TreesModel):
        return {}
    found, labels = coefficients_of(model), sheet_labels(sheet)
    frame = found.to_frame()
    terms = [guarded_cell(column_label(name, labels)) for name in frame["column"]]
    columns = ["term", *frame.columns]
    rows = ([term, *map(_cell, row)] for term, row in
            zip(terms, frame.itertuples(index=False), strict=True))  # fmt: skip
    files = {COEFFICIENTS: _csv([columns, *rows])}
    if found.covariance is not None:
        names = list(frame["column"])
        matrix = ([name, *map(repr, row)] for name, row in
                  zip(names, found.covariance, strict=True))  # fmt: skip
        files[COVARIANCE] = _csv([["column", *names], *matrix])
    return files


def _cell(value: object) -> str:
    if value is None or value != value:  # a missing number is not itself
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
