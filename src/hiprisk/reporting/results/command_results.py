"""What validate, update, drift, associate and compare found, as files."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import pandas as pd

from hiprisk.errors import InputError
from hiprisk.inference.association import AssociationTable
from hiprisk.inference.increment import AddedValue
from hiprisk.reporting.plots.association import association_picture
from hiprisk.reporting.plots.drift import drift_figures
from hiprisk.reporting.plots.external import update_figures, validation_figures
from hiprisk.reporting.plots.increment import draw_added_value
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.results.result_files import ResultFiles
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
        title=f"External validation of {result.model.title}",
        summary=tuple(result.summary),
        plain=result.to_dict(),
        tables=result.tables(),
        figures=validation_figures(result),
    )


@files_of_result.register
def _(result: ExpectedValidation) -> ResultFiles:
    return ResultFiles(
        name="expected",
        title=f"Performance to be expected of {result.model.title}",
        summary=tuple(result.summary),
        plain=result.to_dict(),
        tables={"expected": result.to_frame()},
        figures={},
    )


@files_of_result.register
def _(result: UpdateResult) -> ResultFiles:
    changed = [(one.term, one.before, one.after) for one in result.coefficients]
    coefficients = pd.DataFrame(changed, columns=["term", "before", "after"])
    return ResultFiles(
        name="update",
        title=f"Update of {result.parent.title}",
        summary=result.summary,
        plain=result.to_dict(),
        tables={"metrics": result.to_frame(), "coefficients": coefficients},
        figures=update_figures(result),
    )


@files_of_result.register
def _(report: DriftReport) -> ResultFiles:
    tables = {"variables": report.to_frame()}
    if report.expected is not None:
        tables["expected"] = report.expected.to_frame()
    if report.watch is not None:
        tables["watch"] = report.watch.to_frame()
    return ResultFiles(
        name="drift",
        title=f"Drift of {report.model.title}",
        summary=report.summary,
        plain=report.to_dict(),
        tables=tables,
        figures=drift_figures(report),
    )


@files_of_result.register
def _(table: AssociationTable) -> ResultFiles:
    return ResultFiles(
        name="association",
        title=table.title,
        summary=table.sentences,
        plain=table.to_dict(),
        tables={"effects": table.to_frame()},
        figures={"association.png": association_picture(table)},
    )


@files_of_result.register
def _(result: AddedValue) -> ResultFiles:
    return ResultFiles(
        name="added_value",
        title=f"What is added to {' + '.join(result.base)}: {result.outcome_label}",
        summary=result.sentences(),
        plain=result.to_dict(),
        tables={"gains": result.to_frame()},
        figures={"added_value.png": as_png(draw_added_value(result))},
    )
