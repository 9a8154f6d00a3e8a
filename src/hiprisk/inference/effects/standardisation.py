"""Effects on the scale that a paper reports, each with what every row contributes to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.inference.effects.clustered import (
    CovarianceKind,
    Link,
    RobustFit,
    check_enough_rows,
    fit_robust,
)
from hiprisk.learning.logistic.firth import FirthFit, fit_firth
from hiprisk.metrics.intervals.frequency_weights import cluster_sums
from hiprisk.sheet.links import expit


@dataclass(frozen=True)
class Contrast:
    """Which two values of the exposure are compared; its columns stand first in every design.

    Attributes
    ----------
    high, low : tuple of float, length n_exposure_columns
        Values of the exposure's columns.
    shift : bool
        A number as exposure: everybody's own value and `high` more, in place of two fixed values.
    """

    high: tuple[float, ...]
    low: tuple[float, ...]
    shift: bool = False

    def weights(self, n_columns: int) -> Floats:
        """Contrast of the coefficients, intercept first, shape (1 + n_columns,)."""
        weights = np.zeros(1 + n_columns)
        weights[1 : 1 + len(self.high)] = np.subtract(self.high, self.low)
        return weights

    def counterfactuals(self, columns: Floats) -> tuple[Floats, Floats]:
        """The people as they would be with, and without, the exposure."""
        exposed, unexposed = columns.copy(), columns.copy()
        width = len(self.high)
        if self.shift:
            exposed[:, :width] += self.high
        else:
            exposed[:, :width], unexposed[:, :width] = self.high, self.low
        return exposed, unexposed


@dataclass(frozen=True)
class Effects:
    """Effects of one fit: the mean difference, or log odds ratio, risk difference, log risk ratio.

    Attributes
    ----------
    values : ndarray, shape (n_effects,)
    covariance : ndarray, shape (n_effects, n_effects)
    influence : ndarray, shape (n_rows, n_effects)
        As in `hiprisk.inference.effects.clustered.RobustFit`.
    complete_df : float
    kind : str
        Of the covariance; ``model`` in place of a robust one where the contrast rests on a row or
        cluster of leverage 1.
    firth : FirthFit or None
        Where Firth's penalty was asked for: the one effect is the log odds ratio, and its interval
        comes from the profile of the penalised likelihood.
    """

    values: Floats
    covariance: Floats
    influence: Floats
    complete_df: float
    kind: CovarianceKind
    firth: FirthFit | None = None


def firth_effects(columns: Floats, y: Floats, contrast: Contrast) -> Effects:
    """The log odds ratio of the exposure with Firth's penalty; rows count as independent."""
    weights = contrast.weights(columns.shape[1])
    check_enough_rows(len(y), len(weights))
    fit = fit_firth(columns, y, weights)
    return Effects(
        values=np.array([fit.estimate]),
        covariance=np.array([[fit.se**2]]),
        influence=np.zeros((len(y), 1)),
        complete_df=float(len(y) - len(weights)),
        kind="model",
        firth=fit,
    )


def estimate_effects(
    columns: Floats,
    y: Floats,
    contrast: Contrast,
    *,
    link: Link,
    kind: CovarianceKind,
    clusters: Integers | None = None,
) -> Effects:
    """Effects of the exposure in one complete data set.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Those of the exposure first.
    y : ndarray, shape (n_rows,)
    contrast : Contrast
    link : str
        ``identity``: one effect, the mean difference. ``logit``: three, the log odds ratio given
        the columns, and the marginal risk difference and log risk ratio.
    kind, clusters
        See `hiprisk.inference.effects.clustered.fit_robust`.

    Notes
    -----
    Marginal effects are standardised to the people in `columns` (g-computation): the mean risk if
    all were exposed against the mean risk if none were. Their covariance counts that these people
    are a sample: a row contributes through the coefficients and through its own two risks.

    References
    ----------
    .. [1] Greenland (2004). Am J Epidemiol 160(4), 301-305. doi:10.1093/aje/kwh221
    .. [2] Terza (2016). Stata J 16(1), 41-52.
    """
    fit = fit_robust(columns, y, link=link, kind=kind, clusters=clusters)
    weights = contrast.weights(columns.shape[1])
    if kind != "model" and fit.leaves_out(weights):
        kind = "model"
        fit = fit_robust(columns, y, link=link, kind=kind)
    if link == "identity":
        values = np.array([weights @ fit.coefficients])
        slopes = weights[:, np.newaxis]
        own = np.zeros((len(y), 1))
    else:
        values, slopes, own = _standardised(fit, columns, contrast, weights)
    influence = fit.influence @ slopes + own
    # The influence already carries the small-sample factor of the fit; it is summed, not widened
    # again.
    if kind == "CR1" and clusters is not None:
        summed = cluster_sums(influence, clusters)
        covariance = summed.T @ summed
    elif kind == "HC3":
        covariance = influence.T @ influence
    else:
        covariance = slopes.T @ fit.covariance @ slopes + own.T @ own
    return Effects(values, covariance, influence, fit.complete_df, kind)


def _standardised(
    fit: RobustFit, columns: Floats, contrast: Contrast, weights: Floats
) -> tuple[Floats, Floats, Floats]:
    """Values, their slopes in the coefficients, and what a row adds by its own risks."""
    n_rows = len(columns)
    designs = [
        np.column_stack([np.ones(n_rows), world]) for world in contrast.counterfactuals(columns)
    ]
    risks = [np.asarray(expit(design @ fit.coefficients)) for design in designs]
    means = [float(risk.mean()) for risk in risks]
    gradients = [
        design.T @ (risk * (1.0 - risk)) / n_rows
        for design, risk in zip(designs, risks, strict=True)
    ]
    values = np.array(
        [weights @ fit.coefficients, means[0] - means[1], np.log(means[0] / means[1])]
    )
    slopes = np.column_stack(
        [
            weights,
            gradients[0] - gradients[1],
            gradients[0] / means[0] - gradients[1] / means[1],
        ]
    )
    # The people are a sample too: another one has another mix of risks, at the same coefficients.
    apart = [(risk - mean) / n_rows for risk, mean in zip(risks, means, strict=True)]
    own = np.column_stack(
        [np.zeros(n_rows), apart[0] - apart[1], apart[0] / means[0] - apart[1] / means[1]]
    )
    return values, slopes, own
