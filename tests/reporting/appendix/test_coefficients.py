"""Coefficients in the report and as files."""

import csv
import dataclasses
import io

import numpy as np
import pytest

from hiprisk.reporting.appendix.coefficients import (
    coefficient_files,
    coefficient_tables,
    uncertainty_in_words,
)
from hiprisk.sheet.format import LinearModel, Term
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def of_columns(n, *, covariance=True):
    terms = tuple(
        Term(column=f"x{place}_y", basis="linear", coefficients=(1.0,)) for place in range(n)
    )
    matrix = tuple(map(tuple, (0.25 * np.eye(n + 1)).tolist())) if covariance else None
    return LinearModel(link="logit", intercept=-1.0, terms=terms, covariance=matrix)


def read(data):
    return list(csv.reader(io.StringIO(data.decode())))


def test_the_report_has_standard_errors_intervals_and_correlations(study):
    table, correlations = coefficient_tables(study.sheet, study.sheet.model)
    assert table.head[-2:] == ("SE", "95 % CI")
    assert all(" to " in row[-1] for row in table.rows)
    assert correlations.folded
    assert [row[place + 1] for place, row in enumerate(correlations.rows)] == ["1.00"] * len(
        table.rows
    )
    assert correlations.rows[1][0].startswith("2. ")


def test_a_matrix_of_many_coefficients_is_a_file_alone():
    sheet = small_sheet()
    assert len(coefficient_tables(sheet, of_columns(15))) == 2
    (alone,) = coefficient_tables(sheet, of_columns(16))
    assert alone.head[-1] == "95 % CI"
    assert "`tables/coefficients_covariance.csv`" in uncertainty_in_words(of_columns(16))


def test_without_a_covariance_that_is_said(study):
    model = of_columns(2, covariance=False)
    (table,) = coefficient_tables(study.sheet, model)
    assert table.head[-1] == "coefficient"
    assert "no covariance" in uncertainty_in_words(model)
    assert list(coefficient_files(dataclasses.replace(study.sheet, model=model))) == [
        "coefficients.csv"
    ]


def test_the_files_hold_the_sheets_numbers_to_the_last_digit(study):
    files = coefficient_files(study.sheet)
    model = study.sheet.model
    head, first, *rest = read(files["coefficients.csv"])
    assert head == ["term", "column", "basis", "knots", "coefficient", "standard_error", "low",
                    "high"]  # fmt: skip
    assert (first[1], float(first[4])) == ("intercept", model.intercept)
    values = [c for term in model.terms for c in term.coefficients]
    assert [float(row[4]) for row in rest] == values
    matrix = read(files["coefficients_covariance.csv"])
    assert matrix[0][1:] == [first[1], *(row[1] for row in rest)]
    assert [[float(cell) for cell in row[1:]] for row in matrix[1:]] == [
        list(row) for row in model.covariance
    ]
    assert float(first[5]) == pytest.approx(model.covariance[0][0] ** 0.5, rel=1e-12)


def test_trees_have_no_coefficients():
    assert coefficient_files(tree_sheet()) == {}
