"""The answer for each row, the same on every way in: numbers, what was imputed, flags, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Texts
from hiprisk.sheet.applicability import Assessment, assess
from hiprisk.sheet.evaluate import Columns, Prediction, SheetEvaluator
from hiprisk.sheet.patterns import texts_by_pattern

OVERFLOW = "OVERFLOW"
TEXT_COLUMNS = ("imputed", "flags", "reason")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Cells of one variable that could not be read: a reason for their rows."""

    variable: str
    code: str
    mask: Bools


@dataclass(frozen=True, slots=True)
class Answers:
    """Added columns of n rows.

    Attributes
    ----------
    numbers : dict of str to ndarray
        ``predicted`` or ``risk``, the bounds, and ``chance_<event>``; NaN where a row was refused.
    texts : dict of str to ndarray
        ``imputed``, ``flags`` and ``reason``; codes separated by semicolons.
    refused : ndarray of bool
    counts : dict of str to int
        Rows of each reason.
    """

    numbers: dict[str, Floats]
    texts: dict[str, Texts]
    refused: Bools
    counts: dict[str, int]


def column_names(evaluator: SheetEvaluator) -> tuple[str, ...]:
    """Names of the added columns, in order."""
    outcome = evaluator.sheet.outcome
    first = "risk" if outcome.kind == "binary" else "predicted"
    bounds = ("lower_80", "upper_80", "lower_95", "upper_95")
    chances = tuple(f"chance_{event.name}" for event in outcome.events)
    return (first, *bounds, *chances, *TEXT_COLUMNS)


def answer(
    evaluator: SheetEvaluator,
    columns: Columns,
    *,
    n_rows: int,
    unreadable: Sequence[Unreadable] = (),
) -> Answers:
    """Predict every row that may be predicted and say why the others may not.

    Parameters
    ----------
    evaluator : SheetEvaluator
    columns : mapping of str to ndarray, each of shape (n_rows,)
    n_rows : int
    unreadable : sequence of Unreadable
        Cells that hold no usable value: their rows are refused.
    """
    sheet = evaluator.sheet
    known = {spec.name for spec in sheet.variables}
    used = {name: values for name, values in columns.items() if name in known}
    assessment = assess(sheet, used, n_rows=n_rows)
    usable, reasons, counts = _reasons(assessment, unreadable, known, n_rows)
    # Overflow is looked for below, row by row.
    with np.errstate(over="ignore", invalid="ignore"):
        prediction = evaluator.predict(_rows(used, usable, evaluator))
    broken = _overflowed(prediction)
    if broken.any():
        # A value without a stated range was so large that the model's own numbers ran out.
        places = np.flatnonzero(usable)[broken]
        reasons[places] = OVERFLOW
        counts[OVERFLOW] = len(places)
        usable = usable.copy()
        usable[places] = False
        prediction = evaluator.predict(_rows(used, usable, evaluator))
    numbers = {
        name: _spread(values, usable) for name, values in _numbers(evaluator, prediction).items()
    }
    imputed = np.full(n_rows, "", dtype=object)
    imputed[usable] = _imputed_names(evaluator, prediction)
    flags = assessment.flags.joined()
    flags[~usable] = ""
    texts = {"imputed": imputed, "flags": flags, "reason": reasons}
    return Answers(numbers, texts, ~usable, counts)


def _overflowed(prediction: Prediction) -> Bools:
    """Rows whose prediction, or the chance of an event, is no number."""
    broken = ~np.isfinite(prediction.predicted) | ~np.isfinite(prediction.imputation_variance)
    for chance in prediction.chances.values():
        broken |= ~np.isfinite(chance)
    return np.asarray(broken)


def _reasons(
    assessment: Assessment, unreadable: Sequence[Unreadable], known: set[str], n_rows: int
) -> tuple[Bools, Texts, dict[str, int]]:
    usable = assessment.usable
    reasons = assessment.reasons.joined()
    counts = assessment.reasons.counts()
    for problem in unreadable:
        # A row that nobody can be sure to find again is no use, whatever the model needs.
        if problem.variable not in known and problem.code != "BAD_ID":
            continue
        code = f"{problem.code}({problem.variable})"
        usable = usable & ~problem.mask
        counts[code] = int(problem.mask.sum())
        for text in set(reasons[problem.mask]):
            here = problem.mask & (reasons == text)
            # What is wrong with a given cell comes before what is missing.
            reasons[here] = f"{code};{text}" if text else code
    return usable, reasons, counts


def _rows(columns: Columns, usable: Bools, evaluator: SheetEvaluator) -> Columns:
    if not columns:
        spec = evaluator.sheet.variables[0]
        kind: type = np.float64 if spec.kind == "number" else np.object_
        missing = np.nan if spec.kind == "number" else None
        return {spec.name: np.full(int(usable.sum()), missing, dtype=kind)}
    if usable.all():
        return columns
    return {name: values[usable] for name, values in columns.items()}


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


def _spread(values: Floats, usable: Bools) -> Floats:
    if usable.all():
        return values
    whole = np.full(len(usable), np.nan)
    whole[usable] = values
    return whole


def _imputed_names(evaluator: SheetEvaluator, prediction: Prediction) -> Texts:
    """Names of what was imputed in each row."""
    names = [spec.name for spec in evaluator.sheet.variables]
    masks = list(prediction.imputed.T)
    return texts_by_pattern(names, masks, n_rows=len(prediction.imputed))


def as_mapping(answers: Answers, row: int = 0) -> Mapping[str, object]:
    """One row's answer as plain values: None where there is no number, lists for codes."""
    plain: dict[str, object] = {}
    for name, values in answers.numbers.items():
        value = float(values[row])
        plain[name] = None if np.isnan(value) else value
    for name, texts in answers.texts.items():
        text = str(texts[row])
        plain[name] = text.split(";") if text else []
    return plain
