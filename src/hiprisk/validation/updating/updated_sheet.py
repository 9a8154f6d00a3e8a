"""A sheet rewritten after an update: model, residual distribution, refits, provenance and notes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.errors import InputError
from hiprisk.learning.residual_distribution import residual_distribution, widened
from hiprisk.learning.sheets.export import with_weights
from hiprisk.seeding import rng_for
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import Prediction, SheetEvaluator
from hiprisk.sheet.format import (
    LinearModel,
    OrdinalModel,
    Sheet,
    SiteEffects,
    Term,
    TreesModel,
)
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.updating.methods import (
    METHODS,
    ClosedTest,
    UpdateData,
    UpdateFit,
    describe_method,
    fit_update,
    updated_coefficients,
)
from hiprisk.validation.updating.named_sites import named_coefficients
from hiprisk.validation.updating.ordinal import (
    OrdinalScale,
    fit_line,
    updated_model,
    updated_vector,
)
from hiprisk.wording.quantities import people_counted

REFITS = 200
MIN_RESIDUALS = 200
MIN_REFITS = 20


@dataclass(frozen=True)
class ChosenUpdate:
    """A fit, and how it came to be; the sites are named where the sheet is to have them so."""

    fit: UpdateFit
    test: ClosedTest | None
    shrinkage: float | None
    site_names: tuple[str, ...] = ()


def coefficients_of(sheet: Sheet) -> Floats:
    """Coefficients of a sheet with terms, the intercept, or intercepts, first."""
    model = sheet.model
    assert not isinstance(model, TreesModel)
    first = (model.intercept,) if isinstance(model, LinearModel) else model.intercepts
    return np.array([*first, *(c for term in model.terms for c in term.coefficients)])


def with_model(sheet: Sheet, fit: UpdateFit) -> Sheet:
    """The sheet with its model updated; intervals are not yet."""
    if fit.method != "none":
        sheet = with_log_odds(sheet)
    model = sheet.model
    if isinstance(model, TreesModel):
        return dataclasses.replace(_with_site_variance(sheet, fit), model=_scaled_trees(model, fit))
    if isinstance(model, OrdinalModel):
        return dataclasses.replace(sheet, model=updated_model(model, fit.intercept, fit.slope))
    assert isinstance(model, LinearModel)
    new = updated_coefficients(fit, coefficients_of(sheet))
    return dataclasses.replace(
        _with_site_variance(sheet, fit),
        model=dataclasses.replace(
            model, intercept=float(new[0]), terms=_terms(model, new), refits=None, covariance=None
        ),
    )


def _with_site_variance(sheet: Sheet, fit: UpdateFit) -> Sheet:
    """The sheet with the variance between sites of the update, else that of the parent."""
    if fit.sites is not None:
        effects = SiteEffects(variance=fit.sites.variance, n_sites=len(fit.sites.deviations))
        return dataclasses.replace(sheet, sites=effects)
    if sheet.sites is None or fit.coefficients is not None:
        return sheet
    # A line stretches what sites add too.
    stretched = fit.slope**2 * sheet.sites.variance
    return dataclasses.replace(sheet, sites=dataclasses.replace(sheet.sites, variance=stretched))


def _scaled_trees(model: TreesModel, fit: UpdateFit) -> TreesModel:
    """A final line laid over trees: every leaf stretched, the baseline moved.

    The new numbers are nobody's float32, so that they add up in doubles.
    """
    if fit.method == "none":
        return model
    if model.recalibration is not None:
        intercept, slope = model.recalibration
        line = (fit.intercept + fit.slope * intercept, fit.slope * slope)
        return dataclasses.replace(model, recalibration=line)
    return dataclasses.replace(
        model,
        baseline=fit.intercept * (model.divisor or 1.0) + fit.slope * model.baseline,
        precision=None,
        trees=tuple(
            dataclasses.replace(tree, value=tuple(fit.slope * value for value in tree.value))
            for tree in model.trees
        ),
    )


def with_log_odds(sheet: Sheet) -> Sheet:
    """A sheet whose trees hold the risk itself as one of log odds, as yet not recalibrated."""
    if not sheet.predicts_risk_itself:
        return sheet
    assert isinstance(sheet.model, TreesModel)
    return dataclasses.replace(
        sheet, model=dataclasses.replace(sheet.model, link="logit", recalibration=(0.0, 1.0))
    )


def _terms(model: LinearModel, coefficients: Floats) -> tuple[Term, ...]:
    terms, place = [], 1
    for term in model.terms:
        width = len(term.coefficients)
        own = tuple(map(float, coefficients[place : place + width]))
        terms.append(dataclasses.replace(term, coefficients=own))
        place += width
    return tuple(terms)


def predict_frame(sheet: Sheet, frame: pd.DataFrame) -> Prediction:
    """What a sheet says of the people of a frame."""
    return SheetEvaluator(sheet).predict(cohort_columns(sheet.variables, frame).columns)


@dataclass(frozen=True)
class OutOfFoldPredictions:
    """Cross-validated predictions of the update."""

    predicted: Floats
    imputation_variance: Floats


def with_residual_distribution(
    updated: Sheet,
    fit: UpdateFit,
    people: ValidationCohort,
    out_of_fold: OutOfFoldPredictions,
    *,
    n_rows: int,
) -> tuple[Sheet, str]:
    """The residual distribution, from cross-validated residuals where there are enough.

    Of `n_rows` rows, each as often as there are imputations.
    """
    residual = people.observed - out_of_fold.predicted
    if isinstance(updated.model, OrdinalModel):
        sd = (
            float(np.sqrt(np.mean(residual**2))) if n_rows >= MIN_RESIDUALS else updated.residual_sd
        )
        return dataclasses.replace(updated, residual_sd=sd), "own"
    if n_rows >= MIN_RESIDUALS:
        distribution = residual_distribution(
            people.observed, out_of_fold.predicted, out_of_fold.imputation_variance
        )
        if fit.sites is not None and updated.site_variable is None:
            distribution = widened(distribution, fit.sites.lacking)
        sd = float(np.sqrt(np.mean(residual**2)))
        return dataclasses.replace(updated, distribution=distribution, residual_sd=sd), (
            "re-estimated"
        )
    old = updated.distribution
    if old is None:
        return updated, "not available"
    # The scatter by predicted level belongs to the old predictions; the line moves its levels
    # along.
    if fit.coefficients is None and fit.slope > 0:
        levels = tuple(fit.intercept + fit.slope * level for level in old.levels)
        updated = dataclasses.replace(updated, distribution=dataclasses.replace(old, levels=levels))
    return updated, "kept"


def with_refits(
    updated: Sheet,
    parent: Sheet,
    data: Sequence[UpdateData],
    groups: Integers,
    chosen: ChosenUpdate,
    seed: int,
) -> Sheet:
    """Refits of the update: persons resampled, over the parent's own refits where it has them.

    Refits take the imputations in turn, so that their spread has what lies between imputations.
    """
    model = updated.model
    if isinstance(model, TreesModel):
        return updated
    assert not isinstance(parent.model, TreesModel)
    # Without refits of its own the parent counts as known: only the update's own spread is left.
    base = parent.model.refits or (tuple(map(float, coefficients_of(parent))),) * REFITS
    rng = rng_for(seed, "update", "refits")
    persons = Persons.of(groups)
    found = []
    for number, vector in enumerate(base):
        # Drawn before the fit can fail: a refused refit must not change the draws of those after
        # it.
        weights = persons.draw_counts(rng)[persons.of_row].astype(np.float64)
        refit = _refit(data[number % len(data)], np.array(vector), weights, chosen)
        if refit is not None:
            found.append(refit)
    # A spread of so few would look like certainty.
    if len(found) < MIN_REFITS:
        return updated
    # The refits of many intercepts say it already.
    covariance = None
    if isinstance(model, LinearModel):
        spread = np.atleast_2d(np.cov(np.array(found), rowvar=False))
        covariance = tuple(tuple(map(float, row)) for row in spread)
    return dataclasses.replace(
        updated,
        model=dataclasses.replace(
            model,
            refits=tuple(tuple(map(float, row)) for row in found),
            covariance=covariance,
        ),
    )


def _refit(
    data: UpdateData, vector: Floats, weights: Floats, chosen: ChosenUpdate
) -> Floats | None:
    if data.ordinal is not None:
        return _ordinal_refit(data, data.ordinal.with_vector(vector), weights, chosen)
    assert data.functions is not None
    lp = vector[0] + data.functions @ vector[1:]
    own = dataclasses.replace(data, lp=lp, weights=weights)
    try:
        fit = fit_update(own, chosen.fit.method)
        new = updated_coefficients(fit, vector)
        if chosen.shrinkage is not None:
            simple = updated_coefficients(fit_update(own, "recalibrate"), vector)
            new = simple + chosen.shrinkage * (new - simple)
        if chosen.site_names and fit.sites is not None:
            new = named_coefficients(new, fit.sites)
    except InputError:
        # A resample of one class, or in which a term does not vary.
        return None
    return new


def _ordinal_refit(
    data: UpdateData, scale: OrdinalScale, weights: Floats, chosen: ChosenUpdate
) -> Floats | None:
    n_free = METHODS.index(chosen.fit.method)
    try:
        return updated_vector(scale, fit_line(scale, data.observed, weights, n_free=n_free))
    except InputError:
        return None


def with_provenance(
    updated: Sheet,
    people: ValidationCohort,
    chosen: ChosenUpdate,
    parent: ModelIdentity,
    *,
    n_rows: int,
) -> Sheet:
    """Provenance, notes and weights of the new version; `people` may be a stack of `n_rows`."""
    provenance, mixed = combined_provenance(parent.provenance, people.provenance)
    named = parent.name + (f"@{parent.version}" if parent.version else "")
    over = f" in {people.n // n_rows} imputations" if people.n > n_rows else ""
    notes = [
        *updated.notes,
        f"Updated from {named} on {people_counted(people.n_people, n_rows)}{over}: "
        f"{describe_method(chosen.fit.method)}.",
        "Ranges, means and the filling-in of missing values are the development cohort's.",
        *((mixed,) if mixed else ()),
    ]
    updated = dataclasses.replace(
        updated,
        provenance=provenance,  # type: ignore[arg-type]  # one of the sheet's literals
        notes=tuple(dict.fromkeys(notes)),
        # Every method but "none" re-estimates the average on these people.
        n_people=updated.n_people if chosen.fit.method == "none" else n_rows,
    )
    moved = chosen.fit.coefficients is not None or chosen.site_names
    if moved and updated.max_imputed_weight > 0:
        return with_weights(updated, people.frame)
    return updated


def combined_provenance(parent: str, cohort: str) -> tuple[str, str | None]:
    """Provenance of an updated model, and what is mixed in it, in words.

    What was fitted on simulated people stays so, whatever it is updated on; a model updated on
    simulated people becomes so.
    """
    people = {"simulated": "simulated people", "real": "real people"}
    words = {**people, "published": "a published model"}
    here = people.get(cohort, "people of whom it is not stated whether they are real")
    mixed = None
    if parent != cohort:
        first = words.get(parent, "people of whom it is not stated whether they are real")
        mixed = f"MIXED PROVENANCE: first from {first}, updated on {here}."
    if "simulated" in (parent, cohort):
        return "simulated", mixed
    if parent == "published":
        return "published", mixed
    return ("real" if parent == cohort == "real" else "unknown"), mixed
