"""Predictors that others determine: refused where nothing penalises them, else told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.findings import Finding
from hiprisk.config import Range
from hiprisk.errors import InputError
from hiprisk.inference.increment.nested_models import independent_functions
from hiprisk.inference.increment.plan import MIN_UNIQUE_SHARE
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.planning.training_parts import rows_outside_of_folds
from hiprisk.seeding import rng_for

# Model types that estimate a coefficient of each input.
_REGRESSIONS = ("linear", "logistic", "ordinal")
# Share of an input's variance below which an unpenalised fit is refused as singular.
_SINGULAR = 1e-12
# Standardised coefficient from which an input is named as one that determines another.
_NAMED, _MOST_NAMED = 1e-6, 5


def check_redundancy(study: PreparedStudy) -> None:
    """Raise InputError where a regression without a penalty has no unique solution.

    Of everybody and of each fold that candidates are tuned on: a level may have nobody there.

    Raises
    ------
    InputError
        With code ``DEGENERATE``, and the predictors by name.
    """
    model_types = _unpenalised(study)
    if not model_types:
        return
    inputs = _filled_inputs(study)
    known = np.flatnonzero(~np.isnan(study.data.outcome))
    _refuse(study, inputs[known], model_types[0], where="")
    for number, rows in enumerate(rows_outside_of_folds(study), start=1):
        in_fold = inputs[np.intersect1d(rows, known)]
        _refuse(study, in_fold, model_types[0], where=f" without the people of fold {number}")


def redundancy_findings(study: PreparedStudy) -> Iterator[Finding]:
    """Predictors that others determine, or nearly, among people without missing values."""
    if not set(_REGRESSIONS) & {*study.config.families.named()}:
        return
    with np.errstate(all="ignore"):
        inputs = study.design.model_inputs(study.data.columns)
    complete = inputs[np.isfinite(inputs).all(axis=1)]
    for place, by in _dependent(complete, MIN_UNIQUE_SHARE):
        yield Finding(
            code="PREDICTOR_REDUNDANT",
            severity="warning",
            column="blocks",
            message=f"{study.design.inputs[place]} is {_determined(study, by)}: how the effect is "
            "shared between them is the penalty's choice, predictions are the same",
            advice="leave one of them out, unless only predictions matter",
        )


def _unpenalised(study: PreparedStudy) -> list[str]:
    """Regressions of which a penalty of 0 is fixed, or will be tried."""
    found = []
    for name, settings in study.config.families.named().items():
        penalty = getattr(settings, "penalty", None) if name in _REGRESSIONS else None
        if isinstance(penalty, Range):
            penalty = penalty.low
        values = penalty if isinstance(penalty, tuple) else (penalty,)
        if 0.0 in values:
            found.append(name)
    return found


def _refuse(study: PreparedStudy, inputs: Floats, model_type: str, *, where: str) -> None:
    for place, by in _dependent(inputs, _SINGULAR):
        name = study.design.inputs[place]
        raise InputError(
            f"{name} {f'is {_determined(study, by)}' if by else 'does not vary'}{where}, so that "
            f"{model_type} without a penalty has no unique solution",
            code="DEGENERATE",
            column="blocks",
            advice=f"take {name} out of blocks, or set families.{model_type}.penalty above 0",
        )


def _determined(study: PreparedStudy, by: Sequence[int]) -> str:
    names = [study.design.inputs[place] for place in by]
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    *first, last = names[:_MOST_NAMED] + more
    named = f"{', '.join(first)} and {last}" if first else last
    return f"a linear combination of {named}" if first else f"a linear function of {named}"


def _filled_inputs(study: PreparedStudy) -> Floats:
    """Inputs with missing values drawn at random: what depends exactly still does, no more."""
    columns = study.data.columns.copy()
    rng = rng_for(study.config.seed, "redundancy")
    for values in columns.T:
        absent = np.isnan(values)
        values[absent] = rng.normal(np.nanmean(values), np.nanstd(values), absent.sum())
    with np.errstate(all="ignore"):
        return study.design.model_inputs(columns)


def _dependent(inputs: Floats, least_share: float) -> Iterator[tuple[int, list[int]]]:
    """Inputs that those before them determine, with the ones that do; none of a constant."""
    n_rows, width = inputs.shape
    if n_rows <= width + 1 or not np.isfinite(inputs).all():
        return
    kept = independent_functions(inputs, [np.arange(width)], least_share=least_share)
    gone = sorted(set(range(width)) - set(kept))
    if not gone:
        # Standardised copies of a million people's inputs are not made for nothing.
        return
    spread = inputs.std(axis=0)
    standard = (inputs - inputs.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    for place in gone:
        solved = np.linalg.lstsq(standard[:, kept], standard[:, place], rcond=None)[0]
        yield place, [at for at, size in zip(kept, np.abs(solved), strict=True) if size > _NAMED]
