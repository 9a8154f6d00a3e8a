"""A model's next version: updated on new people, evaluated before and after, with its lineage."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.findings import fitted_cautions
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.sites.levels import (
    check_site_column,
    site_labels,
    site_levels,
    site_numbers,
    with_site_names,
)
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.evaluation.predictions import usable_metrics
from hiprisk.metrics.intervals.resampled import percentile_intervals
from hiprisk.metrics.registry import label_of
from hiprisk.seeding import rng_for
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.format import LinearModel, Model, OrdinalModel, Sheet, Term, TreesModel
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.imputations import stack_imputations
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.external.validation import means_by_tenth
from hiprisk.validation.performance.measures import prediction_metrics
from hiprisk.validation.performance.pooling import pool_by_name
from hiprisk.validation.updating.by_site import (
    LineBySite,
    SiteRecalibration,
    check_by_site,
    site_table,
)
from hiprisk.validation.updating.first_visit import with_updated_predictions
from hiprisk.validation.updating.methods import (
    Method,
    UpdateData,
    UpdateFit,
    check_size,
    closed_test,
    describe_method,
    fit_imputed,
    fit_update,
    shrinkage_factor,
    updated_coefficients,
)
from hiprisk.validation.updating.named_sites import with_named_sites
from hiprisk.validation.updating.ordinal import ordinal_scale
from hiprisk.validation.updating.results import CoefficientChange, UpdateResult
from hiprisk.validation.updating.updated_sheet import (
    MIN_RESIDUALS,
    ChosenUpdate,
    OutOfFoldPredictions,
    coefficients_of,
    predict_frame,
    with_log_odds,
    with_model,
    with_provenance,
    with_refits,
    with_residual_distribution,
)
from hiprisk.wording.disclaimers import cohort_warnings, model_warnings
from hiprisk.wording.quantities import interval_digits, number
from hiprisk.wording.sites import sd_between_sites

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
    by_site, name_sites : bool
        Whether the intercept differs between sites, and whether the sheet is to have them by name.
    """

    method: str
    shrinkage: bool = False
    alpha: float = 0.05
    n_resamples: int = 500
    seed: int = 0
    by_site: bool = False
    name_sites: bool = False


def update_model(
    sheet: Sheet,
    people: ValidationCohort | Sequence[ValidationCohort],
    settings: UpdateSettings,
    *,
    parent: ModelIdentity,
) -> UpdateResult:
    """Update a model on new people.

    Parameters
    ----------
    sheet : Sheet
        The parent's.
    people : ValidationCohort, or sequence of them
        With what the parent says of them; once for each imputation of a stacked file, as
        `predict_imputations` has them.
    settings : UpdateSettings
    parent : ModelIdentity

    Raises
    ------
    InputError
        If the method does not fit the model, or too few people are there for it.
    """
    several = (people,) if isinstance(people, ValidationCohort) else tuple(people)
    cohort = _cohort(sheet, several, settings)
    # Before anything is fitted: too few people are refused whatever the test would choose.
    check_size(cohort.data[0], _possible_methods(settings.method, cohort.data[0]))
    chosen = _select_update(sheet, cohort.data, settings)
    if settings.name_sites:
        chosen = dataclasses.replace(chosen, site_names=cohort.site_names)
    out_of_fold = _cross_validated(sheet, cohort, settings)
    updated, scatter = _updated_sheet(sheet, cohort, chosen, out_of_fold, parent, settings=settings)
    stages = (
        [one.predicted for one in several],
        [predict_frame(updated, one.frame).predicted for one in several],
        [one.predicted for one in out_of_fold],
    )
    before, in_sample, after = (
        _evaluated(cohort, predicted, stages[2], settings=settings) for predicted in stages
    )
    line = chosen.fit.coefficients is None
    first, kind = cohort.first, sheet.outcome.kind
    return UpdateResult(
        parent=parent,
        method=settings.method,
        chosen=chosen.fit.method,
        closed_test=chosen.test,
        shrinkage=chosen.shrinkage,
        intercept=chosen.fit.intercept if line else None,
        slope=chosen.fit.slope if line else None,
        coefficients=_changes(sheet, updated),
        kind=kind,
        outcome_unit=sheet.outcome.unit,
        n=first.n,
        n_events=cohort.n_events if kind == "binary" else None,
        flow=first.flow,
        reasons=first.reasons,
        before=before,
        apparent=in_sample,
        after=after,
        calibration_before=_tenths(cohort, stages[0]),
        calibration_after=_tenths(cohort, stages[2]),
        scatter=scatter,
        provenance=updated.provenance,
        cohort_fingerprint=first.fingerprint,
        cohort_provenance=first.provenance,
        summary=tuple(_summary(sheet, chosen, cohort, before, after, parent, scatter)),
        sheet=updated,
        n_people=first.n_people,
        imputations=len(several) if len(several) > 1 else None,
        by_site=_site_table(cohort, chosen.fit, settings),
        variance_between_sites=None if chosen.fit.sites is None else chosen.fit.sites.variance,
    )


@dataclass(frozen=True)
class _Cohort:
    """The people of an update, once for each imputation."""

    people: tuple[ValidationCohort, ...]
    data: tuple[UpdateData, ...]
    site_names: tuple[str, ...] = ()

    @property
    def first(self) -> ValidationCohort:
        """Of whom there are as many in every imputation."""
        return self.people[0]

    @property
    def n_events(self) -> int:
        """People with the event, on average over the imputations."""
        return round(float(np.mean([float(one.observed.sum()) for one in self.people])))

    @property
    def whole(self) -> ValidationCohort:
        """All imputations below one another."""
        return self.first if len(self.people) == 1 else stack_imputations(self.people)


def _data(sheet: Sheet, people: ValidationCohort) -> UpdateData:
    return UpdateData(
        sheet.outcome.kind,
        people.observed,
        _log_odds(sheet, people) if sheet.predicts_risk_itself else people.lp,
        people.functions,
        ordinal=ordinal_scale(sheet, people),
    )


def _log_odds(sheet: Sheet, people: ValidationCohort) -> Floats:
    """Linear predictors of people whose risk a forest holds itself."""
    return predict_frame(with_log_odds(sheet), people.frame).lp


def _cohort(
    sheet: Sheet, people: tuple[ValidationCohort, ...], settings: UpdateSettings
) -> _Cohort:
    data = tuple(_data(sheet, one) for one in people)
    if not settings.by_site:
        return _Cohort(people, data)
    check_by_site(sheet, settings.method, name_sites=settings.name_sites)
    check_site_column(
        people[0].frame,
        people[0].observed,
        otherwise="leave out --by-site",
        file=people[0].cohort_name,
    )
    names = site_levels(people[0].frame)
    return _Cohort(
        tuple(dataclasses.replace(one, frame=with_site_names(one.frame)) for one in people),
        tuple(
            dataclasses.replace(own, sites=site_numbers(one.frame), n_sites=len(names))
            for own, one in zip(data, people, strict=True)
        ),
        names,
    )


def _site_table(
    cohort: _Cohort, fit: UpdateFit, settings: UpdateSettings
) -> tuple[SiteRecalibration, ...] | None:
    if fit.sites is None:
        return None
    first, line = cohort.data[0], LineBySite(fit.intercept, fit.slope, fit.sites)
    assert first.sites is not None
    if settings.name_sites:
        names: Sequence[str] = cohort.site_names
        return site_table(first.kind, first.observed, first.lp, first.sites, line, names)
    # A hospital's name is not shown unless the sheet has it; its number is that of other tables.
    labels = site_labels(first.sites, len(cohort.site_names))
    rows = site_table(first.kind, first.observed, first.lp, first.sites, line, labels)
    return tuple(sorted(rows, key=lambda row: int(row.site.split()[-1])))


def _with_update(sheet: Sheet, cohort: _Cohort, fit: UpdateFit, settings: UpdateSettings) -> Sheet:
    """The sheet with its model updated, and its sites by name where asked for."""
    updated = with_model(sheet, fit)
    if fit.sites is None or not settings.name_sites:
        return updated
    return with_named_sites(updated, cohort.site_names, fit.sites, seed=settings.seed)


def _updated_sheet(
    sheet: Sheet,
    cohort: _Cohort,
    chosen: ChosenUpdate,
    out_of_fold: Sequence[OutOfFoldPredictions],
    parent: ModelIdentity,
    *,
    settings: UpdateSettings,
) -> tuple[Sheet, str]:
    """The updated sheet, and what became of its residual distribution."""
    if chosen.fit.method == "none":
        # Nothing is written then; the parent stays as it is, to the last byte.
        if isinstance(sheet.model, OrdinalModel):
            return sheet, "own"
        return sheet, "kept" if sheet.distribution is not None else "not available"
    updated, scatter = _with_update(sheet, cohort, chosen.fit, settings), "not available"
    whole, n_rows = cohort.whole, cohort.first.n
    if sheet.outcome.kind == "continuous":
        everything = OutOfFoldPredictions(
            np.concatenate([one.predicted for one in out_of_fold]),
            np.concatenate([one.imputation_variance for one in out_of_fold]),
        )
        updated, scatter = with_residual_distribution(
            updated, chosen.fit, whole, everything, n_rows=n_rows
        )
    updated = with_refits(updated, sheet, cohort.data, cohort.first.groups, chosen, settings.seed)
    updated = with_provenance(updated, whole, chosen, parent, n_rows=n_rows)
    updated = with_updated_predictions(updated, sheet)
    # What is written must be readable again.
    check_sheet(updated, name="the updated sheet")
    return updated, scatter


def _evaluated(
    cohort: _Cohort,
    predicted: Sequence[Floats],
    reference: Sequence[Floats],
    *,
    settings: UpdateSettings,
) -> tuple[Estimate, ...]:
    """Metrics that both these predictions and the reference have, on the same resamples."""
    found = []
    for people, data, own, other in zip(
        cohort.people, cohort.data, predicted, reference, strict=True
    ):
        # Only what the cross-validated update has too: a value before alone tells no change.
        shared, _ = usable_metrics(prediction_metrics(data.kind), people.observed, other)
        usable, _ = usable_metrics(shared, people.observed, own)
        found.append(
            percentile_intervals(
                people.observed,
                own,
                metrics=usable,
                groups=people.groups,
                n_resamples=settings.n_resamples,
                seed=settings.seed,
                name="update",
            )
        )
    return found[0] if len(found) == 1 else pool_by_name(found, cohort.first.n_people)


def _tenths(cohort: _Cohort, predicted: Sequence[Floats]) -> tuple[tuple[float, float], ...]:
    """Means of predicted and observed by tenth, averaged over imputations."""
    each = [
        means_by_tenth(people.observed, own)
        for people, own in zip(cohort.people, predicted, strict=True)
    ]
    if len(each) == 1:
        return each[0]
    return tuple((float(p), float(o)) for p, o in np.mean(each, axis=0))


def _possible_methods(method: str, data: UpdateData) -> tuple[Method, ...]:
    if method == "closed-test":
        several = data.functions is not None and data.functions.shape[1] > 1
        return ("reestimate",) if several else ("recalibrate",)
    return (method,)  # type: ignore[return-value]  # one of the methods, as the CLI's choices say


def _select_update(
    sheet: Sheet, data: Sequence[UpdateData], settings: UpdateSettings
) -> ChosenUpdate:
    test = None
    method = settings.method
    if method == "closed-test":
        test = closed_test(*data, alpha=settings.alpha)
        method = test.chosen
    fit = fit_imputed(data, method)  # type: ignore[arg-type]  # one of the methods
    if not settings.shrinkage or fit.coefficients is None:
        return ChosenUpdate(fit, test, None)
    factor = float(np.mean([shrinkage_factor(one, fit_update(one, fit.method)) for one in data]))
    return ChosenUpdate(_shrunken(sheet, data, fit, factor), test, factor)


def _shrunken(sheet: Sheet, data: Sequence[UpdateData], fit: UpdateFit, factor: float) -> UpdateFit:
    assert fit.coefficients is not None
    simple = updated_coefficients(fit_imputed(data, "recalibrate"), coefficients_of(sheet))
    drawn = simple + factor * (fit.coefficients - simple)
    return dataclasses.replace(fit, coefficients=drawn)


def _cross_validated(
    sheet: Sheet, cohort: _Cohort, settings: UpdateSettings
) -> tuple[OutOfFoldPredictions, ...]:
    """Each imputation's people, predicted by an update that was fitted to others."""
    first = cohort.first
    n_folds = min(FOLDS, first.n_people)
    rng = rng_for(settings.seed, "update", "folds")
    shape = (len(cohort.people), first.n)
    predicted, variance = np.empty(shape), np.empty(shape)
    for left_out in grouped_folds(first.groups, n_folds=n_folds, rng=rng):
        learn = np.setdiff1d(np.arange(first.n), left_out)
        fit = _select_update(sheet, [one.take(learn) for one in cohort.data], settings).fit
        own = _with_update(sheet, cohort, fit, settings)
        for draw, people in enumerate(cohort.people):
            answer = predict_frame(own, people.frame.iloc[left_out])
            predicted[draw, left_out] = answer.predicted
            variance[draw, left_out] = answer.imputation_variance
    return tuple(OutOfFoldPredictions(p, v) for p, v in zip(predicted, variance, strict=True))


def _changes(before: Sheet, after: Sheet) -> tuple[CoefficientChange, ...]:
    if isinstance(before.model, OrdinalModel):
        return _ordinal_changes(before.model, after.model)
    if not isinstance(before.model, LinearModel):
        assert isinstance(before.model, TreesModel)
        assert isinstance(after.model, TreesModel)
        return _tree_changes(before.model, after.model)
    assert isinstance(after.model, LinearModel)
    names = ["intercept", *_term_names(after.model.terms)]
    old, new = coefficients_of(before), coefficients_of(after)
    # Sites that are named now had no coefficients before.
    old = np.concatenate([old, np.zeros(len(new) - len(old))])
    return tuple(
        CoefficientChange(term=name, before=float(b), after=float(a))
        for name, b, a in zip(names, old, new, strict=True)
    )


def _tree_changes(before: TreesModel, after: TreesModel) -> tuple[CoefficientChange, ...]:
    """The baseline; of trees that hold the risk itself, the line over its log odds."""
    if after.recalibration is None:
        change = CoefficientChange(term="baseline", before=before.baseline, after=after.baseline)
        return (change,)
    names = ("intercept of the log odds", "slope of the log odds")
    old = before.recalibration or (0.0, 1.0)
    return tuple(
        CoefficientChange(term=name, before=b, after=a)
        for name, b, a in zip(names, old, after.recalibration, strict=True)
    )


def _ordinal_changes(before: OrdinalModel, after: Model) -> tuple[CoefficientChange, ...]:
    """The middle intercept, by which all have moved, and every coefficient."""
    assert isinstance(after, OrdinalModel)
    middle = len(before.intercepts) // 2
    names = [f"intercept of {before.values[middle + 1]:g}", *_term_names(before.terms)]
    old, new = (
        [model.intercepts[middle], *(c for term in model.terms for c in term.coefficients)]
        for model in (before, after)
    )
    return tuple(
        CoefficientChange(term=name, before=b, after=a)
        for name, b, a in zip(names, old, new, strict=True)
    )


def _term_names(terms: Sequence[Term]) -> list[str]:
    return [term.column + "'" * bend for term in terms for bend in range(len(term.coefficients))]


def _summary(
    sheet: Sheet,
    chosen: ChosenUpdate,
    cohort: _Cohort,
    before: tuple[Estimate, ...],
    after: tuple[Estimate, ...],
    parent: ModelIdentity,
    scatter: str,
) -> Iterable[str]:
    yield from fitted_cautions(cohort.first.warnings)
    yield from model_warnings(parent.provenance)
    yield from parent.cautions
    yield from cohort_warnings(cohort.first.provenance)
    if chosen.test is not None and chosen.fit.method == "none":
        yield (
            f"No update is needed: the closed test did not reject the original model at "
            f"{chosen.test.alpha:g}."
        )
        return
    yield f"Update: {describe_method(chosen.fit.method)}."
    if chosen.fit.sites is not None:
        n_sites = len(chosen.fit.sites.deviations)
        yield (
            f"By site: {n_sites} sites, each intercept shrunken to the whole; "
            f"{sd_between_sites(sheet, chosen.fit.sites.variance)}. The intercept is that of the "
            "mean site."
        )
    if len(cohort.people) > 1:
        yield (
            f"Fitted in {len(cohort.people)} imputations of the same people and averaged; figures "
            "are pooled by Rubin's rules."
        )
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
        digits = interval_digits(new[main])
        yield (
            f"Cross-validated {label_of(main)}: {number(old[main].value, digits)} before, "
            f"{number(new[main].value, digits)} after" + ("." if better else "; no improvement.")
        )
    if scatter == "kept":
        yield (
            f"Fewer than {MIN_RESIDUALS} people: prediction intervals keep the residual SD of the "
            "original model."
        )
