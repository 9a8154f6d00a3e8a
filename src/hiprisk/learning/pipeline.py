"""Features, imputation and model type as one scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from hiprisk.arrays import Bools, Floats, Integers, row_parts
from hiprisk.bootstrap import Persons
from hiprisk.features.design import Design
from hiprisk.features.imputation import balanced_noise, draw_with_fixed_noise, multiple_imputations
from hiprisk.features.normal_fit import NormalFit, fit_normal
from hiprisk.learning.chained import draw_chained
from hiprisk.learning.model_types import FitTask, FittedModel, model_type_of_task
from hiprisk.learning.ordinal.fit import OrdinalFit
from hiprisk.learning.sites.fitting import StudySites
from hiprisk.learning.sites.unknown_site import with_unknown_site
from hiprisk.seeding import rng_for
from hiprisk.sheet.conditional_normal import NormalModel
from hiprisk.sheet.links import expit

# People whose draws are made at once, all in one part where there are no more than these.
MOST_AT_ONCE = 8_192
# Of more people, so many at a time: arrays of some 20 MiB are used again and again, while larger
# ones are got from the kernel page by page each time, a third of the time of a prediction.
PART_ROWS = 2_048
# Draws of so many bytes are kept from one fit to the next.
KEPT_BYTES = 256 * 2**20


class StudyEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Imputes missing values, derives features and fits one model type; predicts the same way.

    Parameters
    ----------
    design : Design
        Columns, derived features and inputs.
    family : str
        Name in `hiprisk.learning.model_types.MODEL_TYPES`, or of a candidate of one's own.
    params : mapping of str to float
        Settings of the model type.
    task : FitTask
        Names, link, expected signs and splines.
    n_imputations : int
        Imputed data sets behind the fit.
    method : str
        ``normal`` or ``chained``, for fitting; prediction always uses the normal model.
    proper : bool
        Draw the imputation model's parameters for each imputation (a bootstrap of the rows);
        a resample, which carries that uncertainty itself, needs it not.
    n_draws : int
        Draws with which a prediction imputes missing values.
    bounds : tuple of float or None
        A prediction is brought inside them.
    seed : int
    """

    def __init__(
        self,
        *,
        design: Design,
        family: str,
        params: Mapping[str, float],
        task: FitTask,
        n_imputations: int = 10,
        method: str = "normal",
        proper: bool = True,
        n_draws: int = 20,
        bounds: tuple[float, float] | None = None,
        seed: int = 0,
    ) -> None:
        self.design = design
        self.family = family
        self.params = params
        self.task = task
        self.n_imputations = n_imputations
        self.method = method
        self.proper = proper
        self.n_draws = n_draws
        self.bounds = bounds
        self.seed = seed

    def fit(
        self,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        auxiliary: Floats | None = None,
        sites: Integers | None = None,
    ) -> Self:
        """Fit on a cohort frame.

        Parameters
        ----------
        X : DataFrame
            Dictionary variables of the development cohort.
        y : array-like of float, shape (n_people,)
            Outcome, NaN where unknown: such people inform the imputation, never the fit.
        auxiliary : ndarray, shape (n_people, n_auxiliary), optional
            Further columns that inform the imputation.
        sites : ndarray of int, shape (n_people,), optional
            Site of each person, -1 where unknown: sites then have intercepts of their own.
        """
        return self.fit_numeric(
            self.design.numeric(X), np.asarray(y, float), auxiliary=auxiliary, sites=sites
        )

    def fit_numeric(
        self,
        columns: Floats,
        y: Floats,
        *,
        auxiliary: Floats | None = None,
        start: NormalFit | None = None,
        sites: Integers | None = None,
        groups: Integers | None = None,
    ) -> Self:
        """Fit on the design's columns, shape (n_rows, n_columns); see `fit`.

        `groups` names the person of each row, where a person may have several.
        """
        known = ~np.isnan(y)
        self.imputation_, stack = impute_for_fitting(self, columns, y, auxiliary, start, groups)
        self.n_described_ = len(columns)
        self.fit_imputed(stack, y[known], None if sites is None else sites[known])
        if self.design.n_site_columns:
            # Only a fit can say how far a site that nobody knows may lie from the mean one.
            self.imputation_ = with_unknown_site(
                self.imputation_, self.design, self.fit_, noise=self.noise()
            )
        return self

    def fit_imputed(
        self, stack: Sequence[Floats], y: Floats, sites: Integers | None = None
    ) -> Self:
        """Fit the model type on imputed columns of people whose outcome is known."""
        inputs = [self.design.model_inputs(part) for part in stack]
        self.n_fitted_ = len(y)
        return self.fit_inputs(inputs, y, sites)

    def fit_inputs(
        self, inputs: Sequence[Floats], y: Floats, sites: Integers | None = None
    ) -> Self:
        """Fit the model type on imputed inputs of people whose outcome is known."""
        task = self.task
        if sites is not None:
            n_columns = self.design.n_site_columns
            task = replace(task, sites=StudySites(sites, n_columns + 1 if n_columns else 0))
        if task.own is not None:
            task = replace(task, own=replace(task.own, seed=self.seed))
        model_type = model_type_of_task(self.family, task)
        self.fit_: FittedModel = model_type.fit(inputs, y, self.params, task)
        return self

    def noise(self) -> Floats:
        """Standard normal numbers with which every prediction imputes missing values."""
        return prediction_noise(self.seed, self.n_draws, len(self.design.columns))

    def linear_predictors(self, columns: Floats) -> Floats:
        """Linear predictor of each draw, shape (n_draws, n_rows)."""
        return imputed_once(self, columns).linear_predictors(self.fit_)

    def predict(self, X: pd.DataFrame) -> Floats:
        """Expected outcome or risk of each row of a cohort frame, shape (n_rows,)."""
        return self.predict_numeric(self.design.numeric(X))

    def predict_numeric(self, columns: Floats) -> Floats:
        """The same from the design's columns."""
        return self.to_prediction(self.linear_predictors(columns))

    def to_prediction(self, drawn: Floats) -> Floats:
        """Prediction from the linear predictors of the draws, shape (n_rows,)."""
        if self.task.link == "logit":
            # The mean of the risks over the draws, not the risk at the mean linear predictor.
            return np.asarray(expit(drawn).mean(axis=0))
        mean = np.asarray(drawn.mean(axis=0))
        return mean if self.bounds is None else np.clip(mean, *self.bounds)

    def __sklearn_is_fitted__(self) -> bool:
        """Whether `fit` was called."""
        return hasattr(self, "fit_")


@lru_cache(maxsize=32)
def prediction_noise(seed: int, n_draws: int, width: int) -> Floats:
    """The fixed noise of a study, shape (n_draws, width); not to be written to."""
    noise = balanced_noise(n_draws, width, rng_for(seed, "prediction-draws"))
    # Shared by all refits of a study, which ask for it hundreds of times.
    noise.setflags(write=False)
    return noise


@dataclass(frozen=True)
class ImputedInputs:
    """Inputs of some people, imputed without the outcome: whole rows once, others every draw.

    Attributes
    ----------
    incomplete : ndarray of bool, shape (n_rows,)
    whole : ndarray, shape (n_complete, n_inputs)
    drawn : ndarray, shape (n_draws, n_incomplete, n_inputs)
        Without draws where nothing is missing.
    """

    incomplete: Bools
    whole: Floats
    drawn: Floats

    def linear_predictors(self, fit: FittedModel) -> Floats:
        """Linear predictor in each draw, shape (n_draws, n_rows); one draw if all is known."""
        return self._in_draws(fit.linear_predictor, at_once=not hasattr(fit, "coefficients"))

    def _in_draws(self, predictor: Callable[[Floats], Floats], *, at_once: bool = False) -> Floats:
        found = np.empty((max(1, len(self.drawn)), len(self.incomplete)))
        if len(self.whole):
            found[:, ~self.incomplete] = predictor(self.whole)
        if at_once and len(self.drawn):
            # An ensemble's call costs more than its rows. A matrix product is fast either way, and
            # the last bit of its sums depends on how many rows there are.
            rows = self.drawn.reshape(-1, self.drawn.shape[2])
            found[:, self.incomplete] = predictor(rows).reshape(len(self.drawn), -1)
            return found
        for draw, inputs in enumerate(self.drawn):
            found[draw, self.incomplete] = predictor(inputs)
        return found

    def ordinal_predictor(self, fit: OrdinalFit) -> Floats:
        """Mean over the draws of X b of an ordinal model, shape (n_rows,)."""
        return np.asarray(self._in_draws(fit.predictor).mean(axis=0))

    def at_least(self, fit: OrdinalFit) -> Floats:
        """Chance of reaching each value of a score but the lowest; mean over the draws.

        Returns
        -------
        ndarray, shape (n_rows, n_values - 1)
        """
        found = np.zeros((len(self.incomplete), len(fit.values) - 1))
        if len(self.whole):
            found[~self.incomplete] = fit.at_least(fit.predictor(self.whole))
        for inputs in self.drawn:
            found[self.incomplete] += fit.at_least(fit.predictor(inputs)) / len(self.drawn)
        return found


@dataclass(frozen=True, eq=False)
class InputsInParts:
    """The same of many people: their draws are made part by part, each time they are asked for.

    All draws of a million people with 50 columns would be 8 GB.

    Attributes
    ----------
    estimator : StudyEstimator
        Its imputation model is fitted.
    columns : ndarray, shape (n_rows, n_columns)
    """

    estimator: StudyEstimator
    columns: Floats

    def linear_predictors(self, fit: FittedModel) -> Floats:
        """Linear predictor in each draw, shape (n_draws, n_rows); one draw if all is known."""
        complete = not np.isnan(self.columns).any()
        n_draws = 1 if complete else len(self.estimator.noise())
        found = np.empty((n_draws, len(self.columns)))
        for rows, part in self._parts():
            found[:, rows] = part.linear_predictors(fit)
        return found

    def ordinal_predictor(self, fit: OrdinalFit) -> Floats:
        """Mean over the draws of X b of an ordinal model, shape (n_rows,)."""
        return np.concatenate([part.ordinal_predictor(fit) for _, part in self._parts()])

    def at_least(self, fit: OrdinalFit) -> Floats:
        """Chance of reaching each value of a score but the lowest; mean over the draws."""
        return np.concatenate([part.at_least(fit) for _, part in self._parts()])

    def _parts(self) -> Iterator[tuple[slice, ImputedInputs]]:
        for rows in row_parts(len(self.columns), PART_ROWS):
            yield rows, _all_at_once(self.estimator, self.columns[rows])


def imputed_inputs(estimator: StudyEstimator, columns: Floats) -> ImputedInputs | InputsInParts:
    """Inputs with missing values imputed without the outcome, once for each draw.

    Kept for several fits, unless the draws are more than fit into memory many times.
    """
    n_numbers = estimator.n_draws * len(columns) * len(estimator.design.inputs)
    if 8 * n_numbers <= KEPT_BYTES:
        return _all_at_once(estimator, columns)
    return InputsInParts(estimator, columns)


def imputed_once(estimator: StudyEstimator, columns: Floats) -> ImputedInputs | InputsInParts:
    """The same for one fit alone: nothing is gained by keeping the draws of many people."""
    if len(columns) <= MOST_AT_ONCE:
        return _all_at_once(estimator, columns)
    return InputsInParts(estimator, columns)


def _all_at_once(estimator: StudyEstimator, columns: Floats) -> ImputedInputs:
    inputs = estimator.design.model_inputs
    incomplete = np.asarray(np.isnan(columns).any(axis=1))
    whole = inputs(columns[~incomplete])
    drawn = np.empty((0, 0, whole.shape[1]))
    if incomplete.any():
        parts = draw_with_fixed_noise(columns[incomplete], estimator.imputation_, estimator.noise())
        n_draws, n_rows, width = parts.shape
        drawn = inputs(parts.reshape(-1, width)).reshape(n_draws, n_rows, -1)
    return ImputedInputs(incomplete, whole, drawn)


def impute_for_fitting(
    estimator: StudyEstimator,
    columns: Floats,
    y: Floats,
    auxiliary: Floats | None,
    start: NormalFit | None,
    groups: Integers | None = None,
) -> tuple[NormalModel, list[Floats]]:
    """Fit the imputation model with the outcome, and impute people whose outcome is known.

    Parameters
    ----------
    groups : ndarray of int, shape (n_rows,), optional
        Person of each row; each is a person of its own where they are not given.

    Returns
    -------
    tuple
        The model of the columns alone, which predictions use, and one imputed array an
        imputation, each of shape (n_known, n_columns).
    """
    width = estimator.design.n_imputed
    columns, of_sites = columns[:, :width], columns[:, width:]
    joint = np.column_stack([columns, y] if auxiliary is None else [columns, y, auxiliary])
    known = ~np.isnan(y)
    whole = fit_normal(joint, start=start)
    # The outcome helps to estimate the joint distribution, and is unknown when one predicts.
    model = whole.marginal(width).model()
    # Imputations of complete rows would all be the same.
    if not np.isnan(columns[known]).any():
        imputed = [columns[known]]
    else:
        imputed = [part[:, :width] for part in _imputations(estimator, joint, known, whole, groups)]
    if not of_sites.shape[1]:
        return model, imputed
    # The fit takes sites from their numbers: an unknown one is a site of its own there.
    told = np.nan_to_num(of_sites[known])
    model = with_unknown_site(model, estimator.design, None)
    return model, [np.column_stack([part, told]) for part in imputed]


def _imputations(
    estimator: StudyEstimator,
    joint: Floats,
    known: Bools,
    whole: NormalFit,
    groups: Integers | None,
) -> Iterator[Floats]:
    # By number: the first five imputations are the same whether five or fifty are asked for.
    numbers = range(estimator.n_imputations)
    generators = [rng_for(estimator.seed, "imputation", number) for number in numbers]
    if estimator.method == "chained":
        return (draw_chained(joint, rng=rng)[known] for rng in generators)
    persons = None
    if estimator.proper:
        persons = Persons.of(np.arange(len(joint)) if groups is None else groups)
    return multiple_imputations(joint, generators, whole=whole, persons=persons, rows=known)
