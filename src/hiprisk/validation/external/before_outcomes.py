"""A cohort whose outcomes are not known yet: who gets a prediction, and what to expect of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools
from hiprisk.cohort.checks.items import ITEM_CODING
from hiprisk.cohort.findings import Finding, copied_row_counts, fitted_cautions
from hiprisk.cohort.reading import Cohort
from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.config import OutcomeSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.sheet.answers import evaluate
from hiprisk.sheet.applicability import refuse_unpredictable
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.expected.computing import expected_of_risks, expected_performance
from hiprisk.validation.external.cohort import new_site_warnings, variables_in_cohort
from hiprisk.validation.external.eligibility import (
    MIN_PEOPLE,
    about_these_people,
    check_predictions,
    check_predictors,
    refuse_misread,
    where_they_went,
)
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.wording.disclaimers import cohort_warnings, copied_rows_caution, model_warnings
from hiprisk.wording.quantities import plural


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedValidation:
    """What a model expects of a cohort before its outcomes are known.

    Attributes
    ----------
    n : int
        Rows with a prediction.
    n_with_outcome : int
        Rows whose outcome the file has already; no use is made of it.
    flow : tuple of FlowStep
        From the rows of the cohort to those with a prediction.
    reasons : mapping of str to int
        Rows without one, by reason.
    findings : tuple of Finding
    """

    model: ModelIdentity
    kind: str
    outcome: str
    outcome_unit: str
    cohort: str
    cohort_fingerprint: str
    cohort_provenance: str
    n: int
    n_with_outcome: int
    flow: tuple[FlowStep, ...]
    reasons: Mapping[str, int]
    findings: tuple[Finding, ...]
    expected: ExpectedComparison

    @property
    def summary(self) -> tuple[str, ...]:
        """Plain sentences, disclaimers first."""
        return tuple(_sentences(self))

    def to_frame(self) -> pd.DataFrame:
        """One row a figure."""
        return self.expected.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk validate --expected --json`` prints."""
        return {
            "model": self.model.to_dict(),
            "outcome": self.outcome,
            "outcome_unit": self.outcome_unit,
            "kind": self.kind,
            "cohort": self.cohort,
            "cohort_fingerprint": self.cohort_fingerprint,
            "cohort_provenance": self.cohort_provenance,
            "n": self.n,
            "n_with_outcome": self.n_with_outcome,
            "flow": [asdict(step) for step in self.flow],
            "reasons": dict(self.reasons),
            "warnings": [finding.summarised() for finding in self.findings],
            "expected": self.expected.to_dict(),
            "summary": list(self.summary),
        }


def _sentences(found: ExpectedValidation) -> Iterable[str]:
    yield from fitted_cautions(found.findings)
    yield from model_warnings(found.model.provenance)
    yield from found.model.cautions
    yield from cohort_warnings(found.cohort_provenance)
    yield from map(copied_rows_caution, copied_row_counts(found.findings))
    yield "No outcome is looked at: this is what the model itself expects, not how good it is."
    if found.n_with_outcome:
        yield (
            f"{plural(found.n_with_outcome, 'row')} of the cohort "
            f"{'have' if found.n_with_outcome > 1 else 'has'} an outcome already: without "
            "--expected they are evaluated, expected beside observed."
        )


def expect_of_cohort(
    sheet: Sheet,
    outcome: OutcomeSettings,
    cohort: Cohort,
    *,
    model: ModelIdentity,
    development: Mapping[str, float] | None = None,
    accept_units: bool = False,
) -> ExpectedValidation:
    """What a sheet expects of everybody in a cohort who gets a prediction.

    Parameters
    ----------
    sheet : Sheet
    outcome : OutcomeSettings
        With the declared thresholds.
    cohort : Cohort
        With or without the outcome: nobody is left out for it, nor for a hip replacement, which
        nobody can know yet.
    model : ModelIdentity
    development : mapping of str to float, optional
        What the sheet expected of its development cohort, by name.
    accept_units : bool
        Go on although a variable's spread says that its unit is another.

    Raises
    ------
    ConfigError
        If several imputations were read.
    InputError
        If the cohort has none of the model's variables, codes or units look wrong, too few rows
        get a prediction, or the sheet has no distribution of the outcome.
    """
    names, present = variables_in_cohort(sheet, cohort)
    check_predictors(cohort, used=names, accept_units=accept_units)
    refuse_unpredictable(sheet, present, file=cohort.source_name)
    given = cohort_columns(sheet.variables, cohort.frame, cohort.unreadable)
    moved = compare_with_training(sheet, given.columns)
    refuse_misread(moved, cohort, accept_units=accept_units)
    coding = (f for f in cohort.findings if f.code == ITEM_CODING and f.column in names)
    evaluation = evaluate(SheetEvaluator(sheet), given)
    reasons = {str(r): int(n) for r, n in evaluation.assessment.reasons.counts().items() if n}
    _check_enough(evaluation.usable, reasons, cohort)
    expected = expected_performance(
        sheet, cohort.frame.loc[evaluation.usable], thresholds=outcome.thresholds
    )
    return _result(
        cohort,
        outcome,
        model=model,
        usable=evaluation.usable,
        reasons=reasons,
        findings=(
            *about_these_people(cohort),
            *coding,
            *moved,
            *new_site_warnings(evaluation, cohort, sheet),
        ),
        expected=ExpectedComparison.of(expected, development=development),
    )


def expect_of_risks(
    column: str,
    outcome: OutcomeSettings,
    cohort: Cohort,
    *,
    model: ModelIdentity,
    accept_units: bool = False,
) -> ExpectedValidation:
    """The same of risks that stand in a column of the cohort.

    Raises
    ------
    ConfigError
        If the outcome is continuous: of predictions alone nothing is known of its scatter.
    InputError
        If the column is absent or on another scale, or too few rows have a prediction.
    """
    if outcome.kind != "binary":
        raise ConfigError(
            "predictions in a column do not say how a continuous outcome scatters about them",
            code="USAGE",
            column="--expected",
            advice="name a bundle (hiprisk update makes one of a column)",
        )
    off_scale = check_predictions(column, outcome, cohort)
    check_predictors(cohort, used=[column], accept_units=accept_units)
    values = cohort.frame[column].to_numpy(dtype=np.float64)
    usable = ~(np.isnan(values) | off_scale)
    counts = {
        f"NO_PREDICTION:{column}": int(np.isnan(values).sum()),
        f"OUT_OF_RANGE:{column}": int(off_scale.sum()),
    }
    reasons = {reason: n for reason, n in counts.items() if n}
    _check_enough(usable, reasons, cohort)
    expected = expected_of_risks(values[usable], outcome.thresholds)
    return _result(
        cohort,
        outcome,
        model=model,
        usable=usable,
        reasons=reasons,
        findings=tuple(about_these_people(cohort)),
        expected=ExpectedComparison.of(expected),
    )


def _check_enough(usable: Bools, reasons: Mapping[str, int], cohort: Cohort) -> None:
    n = int(usable.sum())
    if n < MIN_PEOPLE:
        raise InputError(
            f"{n} rows with a prediction are too few to say what to expect (at least {MIN_PEOPLE})"
            + where_they_went(_flow(usable), reasons),
            code="TOO_FEW",
            file=cohort.source_name,
            advice="see the reasons with hiprisk check and hiprisk score",
        )


def _flow(usable: Bools) -> tuple[FlowStep, ...]:
    n, kept = len(usable), int(usable.sum())
    return (
        FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=n),
        FlowStep(label="no prediction (see reasons)", n_left_out=n - kept, n_remaining=kept),
    )


def _result(
    cohort: Cohort,
    outcome: OutcomeSettings,
    *,
    model: ModelIdentity,
    usable: Bools,
    reasons: Mapping[str, int],
    findings: tuple[Finding, ...],
    expected: ExpectedComparison,
) -> ExpectedValidation:
    known = 0
    if outcome.variable in cohort.frame.columns:
        known = int(cohort.frame[outcome.variable].notna().sum())
    return ExpectedValidation(
        model=model,
        kind=outcome.kind,
        outcome=outcome.variable,
        outcome_unit=outcome.unit,
        cohort=cohort.source_name,
        cohort_fingerprint=cohort.fingerprint,
        cohort_provenance=cohort.provenance,
        n=int(usable.sum()),
        n_with_outcome=known,
        flow=_flow(usable),
        reasons=reasons,
        findings=findings,
        expected=expected,
    )
