"""The one path of every way in: given columns, assessed, evaluated, and told row by row."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Bools, Floats, Texts
from hiprisk.sheet.applicability import Assessment, RowNotes, assess
from hiprisk.sheet.columns import GivenColumns
from hiprisk.sheet.evaluate import Prediction, SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.sheet.links import expit
from hiprisk.sheet.patterns import RowPatterns, row_patterns
from hiprisk.values import Note

OVERFLOW = Note("OVERFLOW")
NOT_SELECTED = Note("NOT_SELECTED")
# 95 % of normal values lie within so many standard deviations.
NORMAL_95 = 1.959963984540054
TEXT_COLUMNS = ("imputed", "flags", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a model makes of given rows.

    Attributes
    ----------
    given : GivenColumns
    assessment : Assessment
        ``OVERFLOW`` is among the reasons where the model's own numbers ran out.
    usable : ndarray of bool, shape (n_rows,)
        Rows without a reason.
    known : list of ndarray, each of shape (n_usable,)
        The sheet's columns of the usable rows, NaN where missing.
    prediction : Prediction
        Of the usable rows.
    """

    given: GivenColumns
    assessment: Assessment
    usable: Bools
    known: list[Floats]
    prediction: Prediction

    def in_rows(self, values: Floats) -> Floats:
        """A value of each usable row put in its row: NaN where a row has none."""
        if self.usable.all():
            return values
        whole = np.full(len(self.usable), np.nan)
        whole[self.usable] = values
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Added columns of n rows.

    Attributes
    ----------
    numbers : dict of str to ndarray
        ``predicted`` or ``risk``, the bounds, and ``chance_<event>``; NaN where a row was refused.
    imputed : dict of str to ndarray of bool
        Usable rows in which a variable was imputed.
    flags, reasons : RowNotes
        Flags of the usable rows, reasons of the others.
    refused : ndarray of bool
    """

    numbers: dict[str, Floats]
    imputed: dict[str, Bools]
    flags: RowNotes
    reasons: RowNotes
    refused: Bools

    def texts(self) -> dict[str, Texts]:
        """``imputed``, ``flags`` and ``reason`` as a scored file has them, by semicolons."""
        return {name: patterns.spread() for name, patterns in self.patterns().items()}

    def patterns(self) -> dict[str, RowPatterns]:
        """The same, each text once: a large file has few of them."""
        imputed = row_patterns(
            list(self.imputed), list(self.imputed.values()), n_rows=len(self.refused)
        )
        found = (imputed, self.flags.patterns(), self.reasons.patterns())
        return dict(zip(TEXT_COLUMNS, found, strict=True))

    def among_all(self, selected: Bools) -> Answers:
        """The answers put among rows that were not asked about, whose reason says so."""
        if selected.all():
            return self

        def spread(mask: Bools) -> Bools:
            whole = np.zeros(len(selected), dtype=bool)
            whole[selected] = mask
            return whole

        def notes(of: RowNotes) -> dict[Note, Bools]:
            return {note: spread(mask) for note, mask in of.masks.items()}

        numbers = {}
        for name, values in self.numbers.items():
            numbers[name] = np.full(len(selected), np.nan)
            numbers[name][selected] = values
        return Answers(
            numbers=numbers,
            imputed={name: spread(mask) for name, mask in self.imputed.items()},
            flags=RowNotes(masks=notes(self.flags), n_rows=len(selected)),
            reasons=RowNotes(
                masks={**notes(self.reasons), NOT_SELECTED: ~selected}, n_rows=len(selected)
            ),
            refused=spread(self.refused),
        )

    def row(self, row: int = 0) -> dict[str, object]:
        """One row as plain values: None where there is no number, lists of codes."""
        plain: dict[str, object] = {}
        for name, values in self.numbers.items():
            value = float(values[row])
            plain[name] = None if np.isnan(value) else value
        plain["imputed"] = [name for name, mask in self.imputed.items() if mask[row]]
        plain["flags"] = [str(note) for note in self.flags.of_row(row)]
        plain["reason"] = [str(note) for note in self.reasons.of_row(row)]
        return plain


def column_names(evaluator: SheetEvaluator) -> tuple[str, ...]:
    """Names of the added columns, in order."""
    outcome = evaluator.sheet.outcome
    first = "risk" if outcome.kind == "binary" else "predicted"
    bounds = ("lower_80", "upper_80", "lower_95", "upper_95")
    chances = tuple(f"chance_{event.name}" for event in evaluator.sheet.told_events)
    return (first, *bounds, *chances, *TEXT_COLUMNS)


def evaluate(evaluator: SheetEvaluator, given: GivenColumns) -> Evaluation:
    """Assess every row and predict those that may be predicted, each once."""
    assessment = assess(evaluator.sheet, given)
    usable = assessment.usable
    columns = given.columns
    if not usable.all():
        columns = {name: values[usable] for name, values in columns.items()}
    known = evaluator.numeric_columns(columns, int(usable.sum()))
    # Overflow is looked for below, row by row.
    with np.errstate(over="ignore", invalid="ignore"):
        prediction = evaluator.predict_numeric(known)
    broken = _overflowed(prediction)
    if broken.any():
        # A value without a stated range was so large that the model's own numbers ran out.
        rows = np.zeros(given.n_rows, dtype=bool)
        rows[np.flatnonzero(usable)[broken]] = True
        reasons = RowNotes(masks={**assessment.reasons.masks, OVERFLOW: rows}, n_rows=given.n_rows)
        assessment = Assessment(reasons=reasons, flags=assessment.flags)
        usable = usable & ~rows
        known = [values[~broken] for values in known]
        prediction = prediction.among(~broken)
    new_sites = assessment.new_sites
    if new_sites is not None:
        prediction = _site_given(evaluator, prediction, new_sites[usable])
    return Evaluation(
        given=given, assessment=assessment, usable=usable, known=known, prediction=prediction
    )


def _site_given(evaluator: SheetEvaluator, prediction: Prediction, new: Bools) -> Prediction:
    """The prediction in which a site that the model does not know is new, and not imputed."""
    place = [spec.name for spec in evaluator.sheet.variables].index(
        evaluator.sheet.site_variable or ""
    )
    imputed = prediction.imputed.copy()
    imputed[new, place] = False
    return replace(prediction, imputed=imputed)


def answer(evaluator: SheetEvaluator, given: GivenColumns) -> Answers:
    """Predict every row that may be predicted and say why the others may not."""
    return answers_of(evaluator, evaluate(evaluator, given))


def answers_of(evaluator: SheetEvaluator, evaluation: Evaluation) -> Answers:
    """An evaluation as the columns that a scored file adds."""
    usable, prediction = evaluation.usable, evaluation.prediction
    numbers = _numbers(evaluator, prediction)
    return Answers(
        numbers={name: evaluation.in_rows(values) for name, values in numbers.items()},
        imputed=_imputed(evaluator, prediction, usable),
        flags=evaluation.assessment.flags.among(usable),
        reasons=evaluation.assessment.reasons,
        refused=~usable,
    )


def _overflowed(prediction: Prediction) -> Bools:
    """Rows whose linear predictor, prediction, or chance of an event is no number."""
    broken = ~np.isfinite(prediction.predicted) | ~np.isfinite(prediction.imputation_variance)
    # Bounds of the outcome would hide an infinite linear predictor.
    broken |= ~np.isfinite(prediction.lp)
    for chance in prediction.chances.values():
        broken |= ~np.isfinite(chance)
    return np.asarray(broken)


def _numbers(evaluator: SheetEvaluator, prediction: Prediction) -> dict[str, Floats]:
    first = "risk" if evaluator.sheet.outcome.kind == "binary" else "predicted"
    missing = np.full(len(prediction.predicted), np.nan)
    found: dict[str, Floats] = {first: prediction.predicted}
    for level in ("80", "95"):
        lower, upper = prediction.intervals.get(level, (missing, missing))
        found[f"lower_{level}"], found[f"upper_{level}"] = lower, upper
    for name, chance in prediction.chances.items():
        found[f"chance_{name}"] = chance
    return found


def _imputed(evaluator: SheetEvaluator, prediction: Prediction, usable: Bools) -> dict[str, Bools]:
    imputed = prediction.imputed
    if not usable.all():
        imputed = np.zeros((len(usable), imputed.shape[1]), dtype=bool)
        imputed[usable] = prediction.imputed
    names = (spec.name for spec in evaluator.sheet.variables)
    return dict(zip(names, imputed.T, strict=True))


def plausible_range(sheet: Sheet, risk: float) -> tuple[float, float] | None:
    """Where the risk of a patient lies in 95 % of sites (the 95 % plausible value range).

    None where it is not needed: a score's intervals contain how sites differ, and a model with
    sites by name is asked about a site.

    References
    ----------
    .. [1] Raudenbush, Bryk (2002). Hierarchical Linear Models, 2nd ed. Sage, p. 71.
    """
    sites = sheet.sites
    if sites is None or sites.variable is not None or sheet.outcome.kind != "binary":
        return None
    if not 0.0 < risk < 1.0:
        return None
    lp, reach = math.log(risk / (1.0 - risk)), NORMAL_95 * math.sqrt(sites.variance)
    low, high = expit(np.array([lp - reach, lp + reach]))
    return float(low), float(high)
