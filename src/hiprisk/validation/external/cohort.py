"""New patients: who of a cohort can be evaluated, and what the model predicts for them.

Nobody is dropped in silence: every row that is not evaluated is counted with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.cohort.checks.items import ITEM_CODING
from hiprisk.cohort.checks.missing_codes import suspected_sentinels
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.cohort.findings import Finding, finding_at
from hiprisk.cohort.reading import Cohort
from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.cohort.shift.outcome_scale import outcome_scale_findings
from hiprisk.cohort.shift.reversed_scales import baseline_direction_findings
from hiprisk.config import OutcomeSettings
from hiprisk.config.cohort import SamplingSettings
from hiprisk.errors import InputError
from hiprisk.features.linear_parts import linear_parts
from hiprisk.learning.participants.flow import FlowStep, unknown_codes_step
from hiprisk.learning.participants.outcome import observed_outcome
from hiprisk.learning.participants.people import numbered
from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.sheet.answers import Evaluation, evaluate
from hiprisk.sheet.applicability import NEW_SITE, refuse_unpredictable
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Event, Sheet, TrainingSummary
from hiprisk.validation.external.eligibility import (
    about_these_people,
    check_enough,
    check_predictions,
    check_usable,
    refuse_misread,
)
from hiprisk.values import UNKNOWN_CATEGORY, Note
from hiprisk.wording.sites import new_site_used

_ROW = "row_in_the_cohort"
_OF_ROWS = ("observed", "predicted", "lp", "imputation_variance", "baseline", "groups", "rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationCohort:
    """People with a known outcome and the prediction that was made for them.

    Attributes
    ----------
    frame : DataFrame
        Their dictionary variables.
    scored : DataFrame
        Everybody for whom there is a prediction, also those whose outcome is not known; without
        those whom the strategy for hip replacement leaves out.
    first_visit : DataFrame
        Everybody for whom there is a prediction, also those whose hip is replaced later, which
        nobody can know at that visit.
    observed, predicted : ndarray, shape (n_people,)
    lp : ndarray, shape (n_people,)
        Linear predictor, before bounds; the mean over the draws of what was missing.
    functions : ndarray or None, shape (n_people, n_coefficients)
        For a linear model, each term's functions, mean over the draws.
    imputation_variance : ndarray, shape (n_people,)
        Variance of the linear predictor over the draws.
    cumulative : ndarray or None, shape (n_people, n_values)
        Of an ordinal model, P(outcome at most each of the score's values).
    chances : mapping of str to ndarray
        The sheet's chance of each of its events.
    baseline : ndarray, shape (n_people,)
        The outcome's baseline as given, NaN where missing or not known.
    groups : ndarray of int, shape (n_people,)
        Number of the person of each row.
    rows : ndarray of int, shape (n_people,)
        Place of each of these rows in the cohort.
    flow : tuple of FlowStep
        From the rows of the cohort to those evaluated.
    reasons : mapping of str to int
        Rows that got no prediction, by reason.
    absent : tuple of str
        Variables of the model that the cohort lacks.
    imputed_share : mapping of str to float
        Share of these people for whom a variable was imputed.
    warnings : tuple of Finding
    sampling : SamplingSettings or None
        Where cases and controls of a binary outcome were sampled apart.
    dictionary : Dictionary
        What the variables mean.
    """

    frame: pd.DataFrame
    scored: pd.DataFrame
    first_visit: pd.DataFrame
    observed: Floats
    predicted: Floats
    lp: Floats
    functions: Floats | None
    imputation_variance: Floats
    chances: Mapping[str, Floats]
    baseline: Floats
    groups: Integers
    rows: Integers
    flow: tuple[FlowStep, ...]
    reasons: Mapping[str, int]
    absent: tuple[str, ...]
    imputed_share: Mapping[str, float]
    warnings: tuple[Finding, ...]
    cohort_name: str
    fingerprint: str
    provenance: str
    dictionary: Dictionary = field(default_factory=load_dictionary, repr=False)
    sampling: SamplingSettings | None = None
    cumulative: Floats | None = None

    @property
    def n(self) -> int:
        """Number of rows evaluated."""
        return len(self.observed)

    @property
    def n_people(self) -> int:
        """Number of persons who are evaluated: fewer than rows where somebody has several."""
        return len(np.unique(self.groups))

    def judged_events(self, sheet: Sheet) -> tuple[Event, ...]:
        """The sheet's events that can be told of these people: some need a known baseline."""
        return _judged_events(sheet, self.baseline)

    def take(self, kept: Bools) -> ValidationCohort:
        """Some of the rows that are evaluated."""
        return replace(
            self,
            frame=self.frame.loc[kept].reset_index(drop=True),
            functions=None if self.functions is None else self.functions[kept],
            cumulative=None if self.cumulative is None else self.cumulative[kept],
            chances={name: values[kept] for name, values in self.chances.items()},
            **{name: getattr(self, name)[kept] for name in _OF_ROWS},
        )


def predict_cohort(
    sheet: Sheet,
    outcome: OutcomeSettings,
    cohort: Cohort,
    *,
    accept_units: bool = False,
    outcome_in_development: TrainingSummary | None = None,
) -> ValidationCohort:
    """The model's predictions for the people of a cohort whose outcome is known.

    Parameters
    ----------
    sheet : Sheet
    outcome : OutcomeSettings
        With the strategy for hip replacement.
    cohort : Cohort
    accept_units : bool
        Go on although a variable's spread, or the outcome's, says that its unit is another.
    outcome_in_development : TrainingSummary, optional
        The outcome's distribution in the development cohort, where it is known.

    Raises
    ------
    InputError
        If the outcome or every variable is absent, codes or units look wrong, people are counted
        several times, or too few people or events are left.
    """
    names, present = variables_in_cohort(sheet, cohort)
    check_usable(cohort, outcome, used=names, accept_units=accept_units)
    refuse_unpredictable(sheet, present, file=cohort.source_name)
    given = cohort_columns(sheet.variables, cohort.frame, cohort.unreadable)
    moved = compare_with_training(sheet, given.columns)
    of_outcome = outcome_warnings(cohort, outcome, outcome_in_development)
    refuse_misread([*moved, *of_outcome], cohort, accept_units=accept_units)
    evaluator = SheetEvaluator(sheet)
    of_the_model = {*names, outcome.variable}
    coding = (f for f in cohort.findings if f.code == ITEM_CODING and f.column in of_the_model)
    suspected = suspected_sentinels(cohort.findings, set(names) - _names_of_outcome(outcome))
    warnings = (
        *about_these_people(cohort),
        *coding,
        *moved,
        *suspected,
        *of_outcome,
    )
    return _evaluated(evaluator, outcome, cohort, evaluate(evaluator, given), warnings=warnings)


def variables_in_cohort(sheet: Sheet, cohort: Cohort) -> tuple[list[str], list[str]]:
    """Names of a model's variables, and those of them that a cohort has; InputError if none."""
    names = [spec.name for spec in sheet.variables]
    present = [name for name in names if name in cohort.frame.columns]
    if not present:
        raise InputError(
            f"the cohort has none of the model's {len(names)} variables",
            code="MISSING_COLUMN",
            file=cohort.source_name,
            advice="hiprisk template lists them; a mapping can rename columns",
        )
    return names, present


def _evaluated(
    evaluator: SheetEvaluator,
    outcome: OutcomeSettings,
    cohort: Cohort,
    evaluation: Evaluation,
    *,
    warnings: tuple[Finding, ...],
) -> ValidationCohort:
    frame, observed, flow = followed_up(cohort, outcome)
    rows = frame[_ROW].to_numpy()
    usable = evaluation.usable[rows]
    reasons = _reasons(evaluation, rows)
    flow.append(_step("no prediction (see reasons)", ~usable))
    frame, observed, rows = frame.loc[usable].reset_index(drop=True), observed[usable], rows[usable]
    check_enough(observed, outcome, file=cohort.source_name, flow=flow, reasons=reasons)
    # Place of each of these rows among those that have a prediction.
    places = (np.cumsum(evaluation.usable) - 1)[rows]
    prediction = evaluation.prediction.among(places)
    baseline = _baseline(frame, evaluator.sheet.outcome.baseline)
    known = [values[places] for values in evaluation.known]
    lp, functions = linear_parts(evaluator, known)
    sheet = evaluator.sheet
    names = [spec.name for spec in sheet.variables]
    return ValidationCohort(
        frame=frame.drop(columns=_ROW),
        scored=_scored(cohort, outcome, evaluation.usable),
        first_visit=cohort.frame.loc[evaluation.usable],
        observed=observed,
        predicted=prediction.predicted,
        lp=lp,
        functions=functions,
        imputation_variance=prediction.imputation_variance,
        cumulative=evaluator.cumulative(known) if evaluator.ordinal is not None else None,
        chances=prediction.chances,
        baseline=baseline,
        groups=numbered(frame, "person_id"),
        rows=frame[_ROW].to_numpy(),
        flow=tuple(flow),
        reasons=reasons,
        absent=tuple(name for name in names if name not in frame.columns),
        imputed_share=_shares_imputed(names, prediction.imputed),
        warnings=(
            *warnings,
            *new_site_warnings(evaluation, cohort, sheet, rows),
            *_event_warnings(sheet, baseline),
        ),
        cohort_name=cohort.source_name,
        fingerprint=cohort.fingerprint,
        provenance=cohort.provenance,
        dictionary=cohort.dictionary,
    )


def _reasons(evaluation: Evaluation, rows: Integers) -> dict[str, int]:
    """Why rows have no prediction, each with how many."""
    return {
        str(reason): int(mask[rows].sum())
        for reason, mask in evaluation.assessment.reasons.masks.items()
        if mask[rows].any()
    }


def _shares_imputed(names: Sequence[str], imputed: Bools) -> dict[str, float]:
    """Share of the people of whom each variable was imputed, where anybody's was."""
    shares = imputed.mean(axis=0)
    return {name: float(share) for name, share in zip(names, shares, strict=True) if share > 0}


def cohort_of_predictions(
    column: str, outcome: OutcomeSettings, cohort: Cohort, *, accept_units: bool = False
) -> ValidationCohort:
    """The same for predictions that stand in a column of the cohort.

    Raises
    ------
    InputError
        As `predict_cohort`; also if the column is absent or on another scale.
    """
    off_scale = check_predictions(column, outcome, cohort, accept_units=accept_units)
    check_usable(cohort, outcome, used=[column], accept_units=accept_units)
    frame, observed, flow = followed_up(cohort, outcome)
    values = frame[column].to_numpy(dtype=np.float64)
    missing = np.isnan(values)
    rows = frame[_ROW].to_numpy()
    counts = {n: int(m[rows].sum()) for n, m in cohort.unreadable.items() if n.variable == column}
    counts[Note("NO_PREDICTION", column)] = int(missing.sum()) - sum(counts.values())
    counts[Note("OUT_OF_RANGE", column)] = int(off_scale[rows].sum())
    missing |= off_scale[rows]
    flow.append(_step("no prediction (see reasons)", missing))
    frame, observed = frame.loc[~missing].reset_index(drop=True), observed[~missing]
    told = {str(reason): count for reason, count in counts.items() if count}
    check_enough(observed, outcome, file=cohort.source_name, flow=flow, reasons=told)
    predicted = values[~missing]
    predictable = ~(np.isnan(cohort.frame[column].to_numpy(np.float64)) | off_scale)
    return ValidationCohort(
        frame=frame.drop(columns=_ROW),
        scored=_scored(cohort, outcome, predictable),
        first_visit=cohort.frame.loc[predictable],
        observed=observed,
        predicted=predicted,
        lp=logit(predicted) if outcome.kind == "binary" else predicted,
        functions=None,
        imputation_variance=np.zeros(len(predicted)),
        chances={},
        baseline=_baseline(frame, outcome.baseline),
        groups=numbered(frame, "person_id"),
        rows=frame[_ROW].to_numpy(),
        flow=tuple(flow),
        reasons=told,
        absent=(),
        imputed_share={},
        warnings=(
            *about_these_people(cohort),
            *_off_scale_warnings(off_scale, column, cohort),
            *outcome_warnings(cohort, outcome),
        ),
        cohort_name=cohort.source_name,
        fingerprint=cohort.fingerprint,
        provenance=cohort.provenance,
        dictionary=cohort.dictionary,
    )


def _off_scale_warnings(off_scale: Bools, column: str, cohort: Cohort) -> Iterable[Finding]:
    found = finding_at(
        off_scale,
        "OUT_OF_RANGE",
        "warning",
        column,
        "predictions are off their scale",
        "these rows have none; correct them, or the unit of the whole column",
    )
    return found if cohort.rows is None else cohort.rows.in_the_file(found)


def followed_up(
    cohort: Cohort, outcome: OutcomeSettings
) -> tuple[pd.DataFrame, Floats, list[FlowStep]]:
    """Rows whose outcome is known under the declared strategy, and how it came to that.

    Returns
    -------
    tuple
        Frame (with the position in the cohort), outcome, and the steps so far.
    """
    frame = cohort.frame.assign(**{_ROW: np.arange(cohort.n_rows)})
    flow = [FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=cohort.n_rows)]
    flow += unknown_codes_step(cohort.unreadable.get(Note(UNKNOWN_CATEGORY, outcome.variable)))
    known = observed_outcome(frame, outcome, cohort.dictionary)
    flow += [
        FlowStep(label=s.label, n_left_out=s.n_left_out, n_remaining=s.n_remaining)
        for s in known.flow
    ]
    unknown = np.isnan(known.outcome)
    flow.append(_step("outcome unknown", unknown))
    return (
        known.frame.loc[~unknown].reset_index(drop=True),
        known.outcome[~unknown],
        flow,
    )


def outcome_warnings(
    cohort: Cohort, outcome: OutcomeSettings, in_development: TrainingSummary | None = None
) -> list[Finding]:
    """Cells of the outcome or of hip replacement that are left out; an outcome that runs back.

    Also one on another scale: an error where it is clear, which `predict_cohort` refuses.
    """
    replaced = outcome.hip_replacement
    names = {outcome.variable, replaced.variable if replaced is not None else ""}
    here = {note for note, mask in cohort.unreadable.items() if mask.any()}
    if _any_off_scale(cohort, outcome):
        here.add(Note("OUT_OF_RANGE", outcome.variable))
    unusable = [
        replace(finding, severity="warning", advice=f"taken as unknown; {finding.advice}")
        for finding in cohort.findings
        if finding.column in names and Note(finding.code, finding.column) in here
    ]
    return [
        *unusable,
        *suspected_sentinels(cohort.findings, _names_of_outcome(outcome)),
        *baseline_direction_findings(outcome.variable, outcome.baseline, cohort.frame),
        *outcome_scale_findings(outcome, cohort.frame, in_development),
    ]


def _names_of_outcome(outcome: OutcomeSettings) -> set[str]:
    return {name for name in (outcome.variable, outcome.baseline) if name is not None}


def _any_off_scale(cohort: Cohort, outcome: OutcomeSettings) -> bool:
    if outcome.bounds is None:
        return False
    values = cohort.frame[outcome.variable]
    return bool(((values < outcome.bounds[0]) | (values > outcome.bounds[1])).any())


def _scored(cohort: Cohort, outcome: OutcomeSettings, usable: Bools) -> pd.DataFrame:
    """Everybody under the declared strategy who gets a prediction, outcome known or not."""
    frame = cohort.frame.assign(**{_ROW: np.arange(cohort.n_rows)})
    frame = observed_outcome(frame, outcome, cohort.dictionary).frame
    kept = usable[frame[_ROW].to_numpy()]
    scored: pd.DataFrame = frame.loc[kept].drop(columns=_ROW).reset_index(drop=True)
    return scored


def _judged_events(sheet: Sheet, baseline: Floats) -> tuple[Event, ...]:
    knows_baseline = not np.isnan(baseline).all()
    return tuple(e for e in sheet.outcome.events if knows_baseline or e.reference != "baseline")


def new_site_warnings(
    evaluation: Evaluation, cohort: Cohort, sheet: Sheet, rows: Integers | None = None
) -> list[Finding]:
    """Rows with a prediction whose site is none of the model's: how many, and what stands for it.

    `rows` are the cohort's rows that count; all of them otherwise.
    """
    new = evaluation.assessment.new_sites
    if new is None:
        return []
    counted = new & evaluation.usable
    count = int((counted if rows is None else counted[rows]).sum())
    if not count:
        return []
    n = int(evaluation.usable.sum()) if rows is None else len(rows)
    return [
        Finding(
            code=NEW_SITE,
            severity="warning",
            column=sheet.site_variable,
            message=f"the site of {count} of {n} rows is not among the model's: "
            + new_site_used(sheet),
            advice="check how the sites are spelt; of sites that are new, hiprisk update makes a "
            "version of the model",
            count=count,
        )
    ]


def _event_warnings(sheet: Sheet, baseline: Floats) -> list[Finding]:
    """Events that nobody can tell, for lack of the baseline that they start from."""
    judged = _judged_events(sheet, baseline)
    lost = [event.name for event in sheet.outcome.events if event not in judged]
    if not lost:
        return []
    return [
        Finding(
            code="MISSING_COLUMN",
            severity="warning",
            column=sheet.outcome.baseline,
            message=f"nobody's baseline is known: {', '.join(lost)} cannot be evaluated",
            advice="map the baseline, where the cohort has it",
        )
    ]


def _baseline(frame: pd.DataFrame, name: str | None) -> Floats:
    if name is None or name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64)


def _step(label: str, left_out: Bools) -> FlowStep:
    return FlowStep(label=label, n_left_out=int(left_out.sum()), n_remaining=int((~left_out).sum()))
