"""A candidate of one's own fitted to imputed data: one fit an imputation, predictions averaged.

Stacking the imputations would change what a setting means: of ``min_samples_leaf: 20`` people would
be two, where each stands in the stack ten times.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError, HipRiskError, InputError
from hiprisk.learning.foreign.converted_fit import ConvertedFit, log_odds
from hiprisk.learning.linear import LinearFit
from hiprisk.learning.own.estimator import OwnEstimator
from hiprisk.learning.own.portability import (
    adds_log_odds,
    is_linear,
    mean_linear_fit,
    mean_trees_model,
)
from hiprisk.sheet.format import TreesModel


class OwnCandidateError(ConfigError):
    """A candidate of one's own whose class failed on the people of a study."""


@dataclass(frozen=True)
class OwnFit:
    """Fits of one class, one for each imputed data set.

    Attributes
    ----------
    link : str
        ``identity``, or ``logit`` of a classifier.
    names : tuple of str
        Inputs in order.
    own : OwnEstimator
        Which class, and of which candidate.
    params : mapping of str to value
        Its settings.
    fits : tuple of estimator
    adds_log_odds : bool
        Whether a classifier's log odds are averaged over the imputations, in place of its risks.
    """

    link: str
    names: tuple[str, ...]
    own: OwnEstimator
    params: Mapping[str, Any]
    fits: tuple[Any, ...]
    adds_log_odds: bool = False

    def linear_predictor(self, inputs: Floats) -> Floats:
        """Mean prediction of complete rows, of a classifier as log odds, shape (n_rows,)."""
        each = [self._predicted(fit, inputs) for fit in self.fits]
        if self.link == "identity":
            return np.asarray(np.mean(each, axis=0))
        if self.adds_log_odds:
            return np.asarray(np.mean([log_odds(risk) for risk in each], axis=0))
        return log_odds(np.mean(each, axis=0))

    def _predicted(self, fit: Any, inputs: Floats) -> Floats:
        try:
            with silent():
                found = np.asarray(_answer(fit, inputs, self.link), dtype=np.float64)
            if self.link == "logit":
                found = found[:, 1]
        except Exception as broken:  # the code of somebody else may raise anything
            raise _failed(self.own, self.params, "could not predict", broken) from broken
        if found.shape != (len(inputs),) or not np.isfinite(found).all():
            raise OwnCandidateError(
                f"{self.own.path} does not predict one finite number a row",
                column=self.own.key,
                advice=f"at the settings {_in_words(self.params)}; see its predict "
                "(predict_proba), narrow the search, or leave it out",
            )
        return found

    def to_model(self, refits: Floats | None = None) -> TreesModel:
        """The same as a part of the sheet; NotPortableError where no sheet can hold it."""
        del refits
        return mean_trees_model(self.fits, names=self.names)

    def written(self) -> ConvertedFit:
        """The same without the library, as the sheet will say it; see `to_model`."""
        return ConvertedFit(self.link, self.to_model())


def fit_own(
    stack: Sequence[Floats],
    y: Floats,
    *,
    own: OwnEstimator,
    params: Mapping[str, Any],
    link: str,
    names: Sequence[str],
) -> OwnFit | LinearFit:
    """Fit one estimator to each imputed data set.

    Parameters
    ----------
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
    y : ndarray, shape (n_rows,)
    own : OwnEstimator
    params : mapping of str to value
        Its settings.
    link : str
        ``identity`` or ``logit``.
    names : sequence of str

    Raises
    ------
    InputError
        If the outcome does not vary.
    NotPortableError, ConfigError
        If the class refuses these people or settings.
    """
    if len(np.unique(y)) < 2:
        raise InputError("the outcome does not vary", code="DEGENERATE")
    outcome = y.astype(np.intp) if link == "logit" else y
    fits = []
    for number, inputs in enumerate(stack):
        try:
            with silent():
                fits.append(own.made(params, number=number).fit(inputs, outcome))
        except HipRiskError:
            raise
        except Exception as broken:  # the code of somebody else may raise anything
            raise _failed(own, params, "could not be fitted", broken) from broken
    if is_linear(own.path):
        return mean_linear_fit(fits, link=link, names=names)
    return OwnFit(link, tuple(names), own, dict(params), tuple(fits), adds_log_odds(own.path))


def _answer(fit: Any, inputs: Floats, link: str) -> Any:
    return fit.predict(inputs) if link == "identity" else fit.predict_proba(inputs)


def _failed(
    own: OwnEstimator, params: Mapping[str, Any], what: str, broken: Exception
) -> OwnCandidateError:
    # What it says may hold values of the cohort.
    return OwnCandidateError(
        f"{own.path} {what}: it raised {type(broken).__name__}",
        column=own.key,
        advice=f"at the settings {_in_words(params)}; narrow the search, or leave it out",
    )


def _in_words(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in params.items()) or "of its own"


def silent() -> warnings.catch_warnings:
    """Warnings of another package, one for each of hundreds of fits, say nothing to act on."""
    return warnings.catch_warnings(action="ignore")
