"""What validate, update, drift, associate and compare found, as files."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import pandas as pd

from hiprisk.errors import InputError
from hiprisk.inference.association import AssociationTable
from hiprisk.inference.increment import AddedValue
from hiprisk.reporting.results.conclusion_reports import added_value_report, association_report
from hiprisk.reporting.results.drift_report import drift_page
from hiprisk.reporting.results.result_files import ResultFiles
from hiprisk.reporting.results.update_report import update_report
from hiprisk.reporting.results.validation_report import expected_report, validation_report
from hiprisk.validation.drift import DriftReport
from hiprisk.validation.external.before_outcomes import ExpectedValidation
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.validation.updating.results import UpdateResult


@singledispatch
def files_of_result(result: Any) -> ResultFiles:
    """The files of what validate, update, drift, associate or compare found.

    Raises
    ------
    InputError
        If it is the result of something else.
    """
    raise InputError(
        f"a {type(result).__name__} is no result of validate, update, drift, associate or compare",
        code="NOT_A_RESULT",
    )


@files_of_result.register
def _(result: ExternalValidation) -> ResultFiles:
    return ResultFiles(
        name="validation",
        plain=result.to_dict(),
        tables=result.tables(),
        report=validation_report(result),
    )


@files_of_result.register
def _(result: ExpectedValidation) -> ResultFiles:
    return ResultFiles(
        name="expected",
        plain=result.to_dict(),
        tables={"expected": result.to_frame()},
        report=expected_report(result),
    )


@files_of_result.register
def _(result: UpdateResult) -> ResultFiles:
    changed = [(one.term, one.before, one.after) for one in result.coefficients]
    coefficients = pd.DataFrame(changed, columns=["term", "before", "after"])
    return ResultFiles(
        name="update",
        plain=result.to_dict(),
        tables={"metrics": result.to_frame(), "coefficients": coefficients},
        report=update_report(result),
    )


@files_of_result.register
def _(report: DriftReport) -> ResultFiles:
    tables = {"variables": report.to_frame()}
    if report.expected is not None:
        tables["expected"] = report.expected.to_frame()
    if report.watch is not None:
        tables["watch"] = report.watch.to_frame()
    return ResultFiles(
        name="drift", plain=report.to_dict(), tables=tables, report=drift_page(report)
    )


@files_of_result.register
def _(table: AssociationTable) -> ResultFiles:
    return ResultFiles(
        name="association",
        plain=table.to_dict(),
        tables={"effects": table.to_frame()},
        report=association_report(table),
    )


@files_of_result.register
def _(result: AddedValue) -> ResultFiles:
    return ResultFiles(
        name="added_value",
        plain=result.to_dict(),
        tables={"gains": result.to_frame()},
        report=added_value_report(result),
    )
