"""A model's next version: updated on new people, evaluated before and after, with its lineage."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.learning.folds import grouped_folds
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.seeding import rng_for
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.format import LinearModel, Sheet, TreesModel
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.external.validation import means_by_tenth
from hiprisk.validation.performance.computing import usable_metrics
from hiprisk.validation.performance.measures import prediction_metrics
from hiprisk.validation.resampling.intervals import percentile_intervals
from hiprisk.validation.updating.methods import (
    Method,
    UpdateData,
    UpdateFit,
    check_size,
    closed_test,
    describe_method,
    fit_update,
    shrinkage_factor,
    updated_coefficients,
)
from hiprisk.validation.updating.results import CoefficientChange, UpdateResult
from hiprisk.validation.updating.updated_sheet import (
    MIN_RESIDUALS,
    ChosenUpdate,
    OutOfFoldPredictions,
    coefficients_of,
    predict_frame,
    with_model,
    with_provenance,
    with_refits,
    with_residual_distribution,
)
from hiprisk.wording.disclaimers import cohort_warnings, model_warnings

FOLDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettings:
    """How a model is to be updated.

    Attributes
    ----------
    method : str
        ``intercept``, ``recalibrate``, ``reestimate`` or ``closed-test``.
    shrinkage : bool
        Draw re-estimated coefficients towards the recalibrated ones by the heuristic factor.
    alpha : float
        Of the closed test.
    n_resamples, seed : int
        Behind intervals, folds and refits.
    """

    method: str
    shrinkage: bool = False
    alpha: float = 0.05
    n_resamples: int = 500
    seed: int = 0


def update_model(
    sheet: Sheet, people: ValidationCohort, settings: UpdateSettings, *, parent: ModelIdentity
) -> UpdateResult:
    """Update a model on new people.

    Parameters
    ----------
    sheet : Sheet
        The parent's.
    people : ValidationCohort
        With what the parent says of them.
    settings : UpdateSettings
    parent : ModelIdentity

    Raises
    ------
    InputError
        If the method does not fit the model, or too few people are there for it.
    """
    data = UpdateData(sheet.outcome.kind, people.observed, people.lp, people.functions)
    check_size(data, _possible_methods(settings.method, data))
    chosen = _select_update(sheet, data, settings)
    out_of_fold = _cross_validated(sheet, people, data, settings)
    updated, scatter = _updated_sheet(
        sheet, people, data, chosen, out_of_fold, parent, seed=settings.seed
    )
    apparent = predict_frame(updated, people.frame).predicted
    before, in_sample, after = (
        _evaluated(people, predicted, out_of_fold.predicted, kind=data.kind, settings=settings)
        for predicted in (people.predicted, apparent, out_of_fold.predicted)
    )
    line = chosen.fit.coefficients is None
    return UpdateResult(
        parent=parent,
        method=settings.method,
        chosen=chosen.fit.method,
        closed_test=chosen.test,
        shrinkage=chosen.shrinkage,
        intercept=chosen.fit.intercept if line else None,
        slope=chosen.fit.slope if line else None,
        coefficients=_changes(sheet, updated),
        kind=data.kind,
        outcome_unit=sheet.outcome.unit,
        n=people.n,
        n_events=int(people.observed.sum()) if data.kind == "binary" else None,
        flow=people.flow,
        reasons=people.reasons,
        before=before,
        apparent=in_sample,
        after=after,
        calibration_before=means_by_tenth(people.observed, people.predicted),
        calibration_after=means_by_tenth(people.observed, out_of_fold.predicted),
        scatter=scatter,
        provenance=updated.provenance,
        cohort_fingerprint=people.fingerprint,
        cohort_provenance=people.provenance,
        summary=tuple(_summary(chosen, people, before, after, parent, scatter)),
        sheet=updated,
        n_people=people.n_people,
    )


def _updated_sheet(
    sheet: Sheet,
    people: ValidationCohort,
    data: UpdateData,
    chosen: ChosenUpdate,
    out_of_fold: OutOfFoldPredictions,
    parent: ModelIdentity,
    *,
    seed: int,
) -> tuple[Sheet, str]:
    """The updated sheet, and what became of its residual distribution."""
    if chosen.fit.method == "none":
        # Nothing is written then; the parent stays as it is, to the last byte.
        return sheet, "kept" if sheet.distribution is not None else "not available"
    updated, scatter = with_model(sheet, chosen.fit), "not available"
    if sheet.outcome.kind == "continuous":
        updated, scatter = with_residual_distribution(updated, chosen.fit, people, out_of_fold)
    updated = with_refits(updated, sheet, data, people.groups, chosen, seed)
    updated = with_provenance(updated, people, chosen, parent)
    check_sheet(updated, name="the updated sheet")
    return updated, scatter


def _evaluated(
    people: ValidationCohort,
    predicted: Floats,
    reference: Floats,
    *,
    kind: str,
    settings: UpdateSettings,
) -> tuple[Estimate, ...]:
    """Metrics that both these predictions and the reference have, on the same resamples."""
    shared, _ = usable_metrics(prediction_metrics(kind), people.observed, reference)
    usable, _ = usable_metrics(shared, people.observed, predicted)
    return percentile_intervals(
        people.observed,
        predicted,
        metrics=usable,
        groups=people.groups,
        n_resamples=settings.n_resamples,
        seed=settings.seed,
        name="update",
    )


def _possible_methods(method: str, data: UpdateData) -> tuple[Method, ...]:
    if method == "closed-test":
        several = data.functions is not None and data.functions.shape[1] > 1
        return ("reestimate",) if several else ("recalibrate",)
    return (method,)  # type: ignore[return-value]  # one of the methods, as the CLI's choices say


def _select_update(sheet: Sheet, data: UpdateData, settings: UpdateSettings) -> ChosenUpdate:
    test = None
    method = settings.method
    if method == "closed-test":
        test = closed_test(data, alpha=settings.alpha)
        method = test.chosen
    fit = fit_update(data, method)  # type: ignore[arg-type]  # one of the methods
    if not settings.shrinkage or fit.coefficients is None:
        return ChosenUpdate(fit, test, None)
    factor = shrinkage_factor(data, fit)
    return ChosenUpdate(_shrunken(sheet, data, fit, factor), test, factor)


def _shrunken(sheet: Sheet, data: UpdateData, fit: UpdateFit, factor: float) -> UpdateFit:
    assert fit.coefficients is not None
    simple = updated_coefficients(fit_update(data, "recalibrate"), coefficients_of(sheet))
    drawn = simple + factor * (fit.coefficients - simple)
    return dataclasses.replace(fit, coefficients=drawn)


def _cross_validated(
    sheet: Sheet, people: ValidationCohort, data: UpdateData, settings: UpdateSettings
) -> OutOfFoldPredictions:
    n_folds = min(FOLDS, len(np.unique(people.groups)))
    rng = rng_for(settings.seed, "update", "folds")
    predicted, variance = np.empty(people.n), np.empty(people.n)
    for left_out in grouped_folds(people.groups, n_folds=n_folds, rng=rng):
        learn = np.setdiff1d(np.arange(people.n), left_out)
        own = with_model(sheet, _select_update(sheet, data.take(learn), settings).fit)
        answer = predict_frame(own, people.frame.iloc[left_out])
        predicted[left_out] = answer.predicted
        variance[left_out] = answer.imputation_variance
    return OutOfFoldPredictions(predicted, variance)


def _changes(before: Sheet, after: Sheet) -> tuple[CoefficientChange, ...]:
    if not isinstance(before.model, LinearModel):
        assert isinstance(after.model, TreesModel)
        change = CoefficientChange(
            term="baseline", before=before.model.baseline, after=after.model.baseline
        )
        return (change,)
    names = ["intercept"]
    for term in before.model.terms:
        plain = [term.column] * len(term.coefficients)
        names += [name + "'" * bend for bend, name in enumerate(plain)]
    old, new = coefficients_of(before), coefficients_of(after)
    return tuple(
        CoefficientChange(term=name, before=float(b), after=float(a))
        for name, b, a in zip(names, old, new, strict=True)
    )


def _summary(
    chosen: ChosenUpdate,
    people: ValidationCohort,
    before: tuple[Estimate, ...],
    after: tuple[Estimate, ...],
    parent: ModelIdentity,
    scatter: str,
) -> Iterable[str]:
    yield from model_warnings(parent.provenance)
    yield from parent.cautions
    yield from cohort_warnings(people.provenance)
    if chosen.test is not None and chosen.fit.method == "none":
        yield (
            f"No update is needed: the closed test did not reject the original model at "
            f"{chosen.test.alpha:g}."
        )
        return
    yield f"Update: {describe_method(chosen.fit.method)}."
    if chosen.shrinkage is not None:
        yield (
            f"Shrinkage towards recalibration: weight {chosen.shrinkage:.2f} for the re-estimated "
            f"coefficients, {1 - chosen.shrinkage:.2f} for the recalibrated ones."
        )
    old = {e.name: e for e in before}
    new = {e.name: e for e in after}
    main = "rmse" if "rmse" in new else "brier"
    if main in new and main in old:
        better = new[main].value < old[main].value
        yield (
            f"Cross-validated {label_of(main)}: {old[main].value:.3f} before, "
            f"{new[main].value:.3f} after" + ("." if better else "; no improvement.")
        )
    if scatter == "kept":
        yield (
            f"Fewer than {MIN_RESIDUALS} people: prediction intervals keep the residual SD of the "
            "original model."
        )
