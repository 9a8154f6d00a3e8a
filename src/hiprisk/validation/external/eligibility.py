"""Whether a model can be evaluated on a cohort: the outcome, codes, units, and enough people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.checks.items import MISREAD_ITEMS
from hiprisk.cohort.findings import COPIED_ROWS, FITTED_TO_THESE_PEOPLE, Finding
from hiprisk.cohort.imputations import check_no_stack
from hiprisk.cohort.reading import Cohort
from hiprisk.cohort.shift.outcome_scale import prediction_scale_findings
from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.learning.participants.flow import FlowStep, levels_advice, outcome_remarks
from hiprisk.learning.participants.outcome import MOST_OFF_SCALE
from hiprisk.learning.study_cohort import STRUCTURAL
from hiprisk.values import UNKNOWN_CATEGORY

MIN_PEOPLE = 20
MIN_EVENTS = 5
MAX_UNKNOWN_CODES = 0.05
# Findings that say that a whole column means something else than it should.
_MISREAD = {"SHIFTED_CODES", "UNIT_SUSPECT", *MISREAD_ITEMS}


def check_usable(
    cohort: Cohort, outcome: OutcomeSettings, *, used: Sequence[str], accept_units: bool
) -> None:
    """Raise InputError if the model cannot be evaluated on the cohort as a whole.

    Parameters
    ----------
    cohort : Cohort
    outcome : OutcomeSettings
    used : sequence of str
        Variables that matter beside the outcome.
    accept_units : bool
    """
    check_no_stack(cohort)
    needed = [outcome.variable]
    if outcome.hip_replacement is not None:
        needed.append(outcome.hip_replacement.variable)
    if outcome.dichotomise is not None and outcome.dichotomise.reference == "baseline":
        needed.append(str(outcome.baseline))
    lacking = [name for name in needed if name not in cohort.frame.columns]
    if lacking:
        raise InputError(
            f"the cohort has no '{lacking[0]}', which the outcome needs",
            code="MISSING_COLUMN",
            file=cohort.source_name,
            column=lacking[0],
            advice=_lacking_advice(lacking[0], outcome, cohort),
        )
    _check_columns(cohort, {*used, *needed}, set(used) - set(needed), accept_units=accept_units)


def check_predictors(cohort: Cohort, *, used: Sequence[str], accept_units: bool) -> None:
    """Raise InputError if the model cannot predict this cohort as a whole, outcome or not.

    Parameters
    ----------
    cohort : Cohort
    used : sequence of str
        Variables that matter.
    accept_units : bool
    """
    refuse_stack(cohort)
    _check_columns(cohort, set(used), set(used), accept_units=accept_units)


def _check_columns(
    cohort: Cohort, mattering: set[str], of_known_codes: set[str], *, accept_units: bool
) -> None:
    errors = [finding for finding in cohort.findings if finding.severity == "error"]
    known = [f for f in errors if f.code in STRUCTURAL or f.column in mattering]
    refuse_misread(known, cohort, accept_units=accept_units)
    # Of the outcome the levels are declared: other codes are unknown outcomes, counted and said.
    _refuse_unknown_codes(cohort, of_known_codes)


def _lacking_advice(name: str, outcome: OutcomeSettings, cohort: Cohort) -> str:
    if name in cohort.absent:
        return (
            f"the mapping makes it of {' and '.join(cohort.absent[name])}, which the file lacks: "
            "correct the mapping, or give a file with this column"
        )
    replaced = outcome.hip_replacement
    if replaced is not None and name == replaced.variable:
        return (
            "map it in the mapping (--mapping); where it is known that nobody had a hip replaced, "
            f'{name}: {{value: "no"}} in the mapping says so'
        )
    return (
        "map it in the mapping (--mapping); of a cohort without outcomes, validate --expected "
        "tells what the model itself expects"
    )


def _refuse_unknown_codes(cohort: Cohort, names: Collection[str]) -> None:
    """Where many codes are unknown, those that look known may mean something else too."""
    for note, mask in cohort.unreadable.items():
        mattering = note.variable in names and note.code == UNKNOWN_CATEGORY
        if mattering and mask.mean() > MAX_UNKNOWN_CODES:
            first = int(np.flatnonzero(mask)[0])
            raise InputError(
                f"the codes of {int(mask.sum())} of {cohort.n_rows} rows are no level of this "
                "category, so what the other codes mean is doubtful too",
                code=note.code,
                file=cohort.file_of(first),
                row=cohort.file_row(first),
                column=note.variable,
                advice="find out what the codes mean and state them under levels in the mapping; "
                "nothing is guessed",
            )


def refuse_stack(cohort: Cohort) -> None:
    """Raise unless rows are people, declared or not: several imputations of each are none.

    Raises
    ------
    ConfigError
        If several imputations were read.
    InputError
        If rows look like stacked imputations that no mapping declares.
    """
    check_no_stack(cohort)
    undeclared = [one for one in cohort.findings if one.code == "STACKED_IMPUTATIONS"]
    refuse_misread(undeclared, cohort, accept_units=False)


def about_these_people(cohort: Cohort) -> list[Finding]:
    """That people were given twice, or the model was fitted to them: no reason to refuse."""
    codes = (FITTED_TO_THESE_PEOPLE, COPIED_ROWS)
    return [one for one in cohort.findings if one.code in codes]


def refuse_misread(findings: Sequence[Finding], cohort: Cohort, *, accept_units: bool) -> None:
    """Raise InputError if a finding says that a whole column means something else."""
    for finding in findings:
        misread = finding.code in _MISREAD and finding.severity == "error"
        if accept_units and finding.code == "UNIT_SUSPECT":
            continue
        if misread or finding.code in STRUCTURAL:
            raise InputError(
                finding.told,
                code=finding.code,
                file=cohort.source_name,
                column=finding.column,
                advice=finding.advice
                + ("; or --accept-units" if finding.code == "UNIT_SUSPECT" else ""),
            )


def check_predictions(
    column: str, outcome: OutcomeSettings, cohort: Cohort, *, accept_units: bool = False
) -> Bools:
    """Which predictions of a column are off their scale, where these are few.

    Parameters
    ----------
    column : str
        Its own hard range says what the scale is; else the outcome does.
    outcome : OutcomeSettings
    cohort : Cohort
    accept_units : bool
        Go on although the column's spread says that its scale is not the outcome's.

    Returns
    -------
    ndarray of bool, shape (n_rows,)

    Raises
    ------
    InputError
        If the column is absent, is the outcome or holds no numbers, or if so many are off the scale
        that it is another.
    """
    _refuse_no_prediction(column, outcome, cohort)
    if column not in cohort.frame.columns:
        raise InputError(
            "the cohort has no such column of predictions",
            code="MISSING_COLUMN",
            file=cohort.source_name,
            column=column,
            advice="name a column of the file, or the variable that the mapping makes of it",
        )
    values = cohort.frame[column].to_numpy(dtype=np.float64)
    low, high, slack = _scale_of_predictions(column, outcome, cohort)
    off: Bools = (values < low - slack) | (values > high + slack)
    n_off, n_known = int(off.sum()), int((~np.isnan(values)).sum())
    if n_off > MOST_OFF_SCALE * n_known:
        first = int(np.flatnonzero(off)[0])
        raise InputError(
            f"predictions must lie in [{low:g}, {high:g}]; {n_off} of {n_known} do not",
            code="OUT_OF_RANGE",
            file=cohort.file_of(first),
            row=cohort.file_row(first),
            column=column,
            advice=_scale_advice(values, outcome),
        )
    scale = tuple(prediction_scale_findings(column, outcome, cohort.frame))
    refuse_misread(scale, cohort, accept_units=accept_units)
    return off


def _refuse_no_prediction(column: str, outcome: OutcomeSettings, cohort: Cohort) -> None:
    """The outcome predicts itself without an error, and what is no number predicts nothing."""
    advice = "name a column of predictions: numbers that another model gave"
    if column == outcome.variable:
        raise InputError(
            "this is the outcome, and no prediction of it",
            code="OUTCOME",
            file=cohort.source_name,
            column=column,
            advice=advice,
        )
    known = cohort.dictionary.get(column)
    if known is not None and known.kind != "number":
        raise InputError(
            f"the column is of the kind {known.kind}, and predictions are numbers",
            code="NOT_A_NUMBER",
            file=cohort.source_name,
            column=column,
            advice=advice,
        )


def _scale_of_predictions(
    column: str, outcome: OutcomeSettings, cohort: Cohort
) -> tuple[float, float, float]:
    """Ends of the scale of predictions, and how far they may run over them."""
    known = cohort.dictionary.get(column)
    own = None if known is None else known.hard
    if outcome.kind == "binary":
        low, high = own or (0.0, 1.0)
        return max(low, 0.0), min(high, 1.0), 0.0
    if own is not None:
        return *own, 0.0
    low, high = outcome.bounds or (-np.inf, np.inf)
    # A published linear prediction may run a little over the end of its scale.
    return low, high, 0.0 if outcome.bounds is None else 0.25 * (high - low)


def _scale_advice(values: Floats, outcome: OutcomeSettings) -> str:
    if outcome.kind != "binary":
        return "a score has the scale of the outcome, or the hard range of its own variable"
    percent = np.nanmin(values) >= 0.0 and 1.0 < np.nanmax(values) <= 100.0
    return "a risk is from 0 to 1" + (
        "; this may be percent: divide the column by 100" if percent else ", not in percent"
    )


def where_they_went(flow: Sequence[FlowStep], reasons: Mapping[str, int]) -> str:
    """Where the rows of a cohort went, to stand behind a refusal."""
    steps = [f"{step.n_left_out} {step.label}" for step in flow if step.n_left_out]
    if not steps:
        return ""
    why = ", ".join(f"{code} {n}" for code, n in reasons.items())
    remarks = "".join(f"; {remark}" for remark in outcome_remarks(flow))
    left_out = "; ".join(steps) + (f" ({why})" if why else "")
    return f": of {flow[0].n_remaining} rows {left_out}{remarks}"


def check_enough(
    observed: Floats,
    outcome: OutcomeSettings,
    *,
    file: str,
    flow: Sequence[FlowStep] = (),
    reasons: Mapping[str, int] | None = None,
) -> None:
    """Raise InputError if too few people, or too few of either kind, are left.

    Parameters
    ----------
    observed : ndarray
    outcome : OutcomeSettings
    file : str
    flow : sequence of FlowStep
        From the rows of the cohort to those that are left: says where they went.
    reasons : mapping of str to int, optional
        Rows without a prediction, by reason.
    """
    if len(observed) < MIN_PEOPLE:
        raise InputError(
            f"{len(observed)} people with outcome and prediction are too few to evaluate a model "
            f"(at least {MIN_PEOPLE})" + where_they_went(flow, reasons or {}),
            code="TOO_FEW",
            file=file,
            advice=levels_advice(outcome, flow)
            or "see the reasons with hiprisk check and hiprisk score",
        )
    if outcome.kind == "binary":
        events = int(observed.sum())
        if min(events, len(observed) - events) < MIN_EVENTS:
            raise InputError(
                f"{events} events among {len(observed)} people: too few to evaluate a model "
                f"(at least {MIN_EVENTS} with and {MIN_EVENTS} without)"
                + where_they_went(flow, reasons or {}),
                code="TOO_FEW_EVENTS",
                file=file,
                advice=levels_advice(outcome, flow) or "100 of each are advised",
            )
    elif np.ptp(observed) == 0.0:
        raise InputError("the outcome does not vary", code="OUTCOME", file=file)
