"""How far expected figures may lie from right, told by the refits that a sheet carries.

Each refit stands to the sheet as the sheet stands to the truth. What a refit expects of these
people, less what its predictions would give if the sheet were right, is the error of expected
figures: its mean is their optimism, its spread their interval.

References
----------
.. [1] Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapters 10 and 13.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.features.linear_parts import mean_functions
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.metrics.forecast.distribution import ResidualForecast
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import Distribution, OrdinalModel, TreesModel
from hiprisk.sheet.links import LINKS
from hiprisk.validation.expected.people import ScoredPeople
from hiprisk.validation.expected.predictive import Figures, Predictive, expected_figures

# Of the variance that out-of-fold residuals have, at least so much is the outcome's own.
LEAST_OWN_SHARE = 0.25


def refit_errors(people: ScoredPeople, *, seed: int) -> list[Figures]:
    """Errors of expected figures under every refit; none where the sheet carries no refits.

    Parameters
    ----------
    people : ScoredPeople
    seed : int
        Of the residuals from which the scatter is estimated anew.

    Notes
    -----
    Out-of-fold residuals scatter by the outcome and by the error of the fit. Where the sheet is
    the truth the scatter is the outcome's alone: less the variance of the refits' predictions. The
    scatter is an estimate too: for every refit it is estimated anew, from `Sheet.n_people`
    residuals drawn from that of the sheet.
    """
    model = people.evaluator.sheet.model
    if isinstance(model, TreesModel) or not model.refits:
        return []
    truth = people.predictive()
    if isinstance(model, OrdinalModel):
        refits = _refitted_scores(people, model)
    elif people.evaluator.sheet.outcome.kind == "binary":
        refits = _refitted_risks(people)
    else:
        design = np.column_stack([np.ones(len(people)), _functions(people)])
        lp = np.array(model.refits) @ design.T
        truth = _without_error_of_fit(people, truth, lp)
        refits = _refitted_forecasts(people, lp, seed)
    found = []
    for refit in refits:
        own = expected_figures(refit, refit, people.thresholds)
        right = expected_figures(refit, truth, people.thresholds)
        found.append({place: own[place] - right[place] for place in own.keys() & right.keys()})
    return found


def _refitted_risks(people: ScoredPeople) -> Iterator[Predictive]:
    risks = people.evaluator.refitted_risks(list(people.known))
    assert risks is not None
    return map(Predictive.of_risk, risks)


def _functions(people: ScoredPeople) -> Floats:
    """Each term's functions, means over the draws of what is missing."""
    return mean_functions(people.evaluator, list(people.known))


def _refitted_scores(people: ScoredPeople, model: OrdinalModel) -> Iterator[Predictive]:
    """Distributions over a score's values; what is missing is averaged over as in the sheet."""
    link, functions, n = LINKS[model.link], _functions(people), len(model.intercepts)
    upto = people.evaluator.cumulative(list(people.known))
    assert upto is not None

    def reached(intercepts: Floats, coefficients: Floats) -> Floats:
        return link.cumulative(intercepts[:, np.newaxis] + functions @ coefficients).T

    coefficients = np.array([c for term in model.terms for c in term.coefficients])
    # With missing values, the average over the draws less the value at their mean is taken to be
    # the same in every refit.
    average = (1.0 - upto[:, :-1]) - reached(np.array(model.intercepts), coefficients)
    for refit in np.array(model.refits):
        own = np.clip(reached(refit[:n], refit[n:]) + average, 0.0, 1.0)
        own = np.minimum.accumulate(own, axis=1)
        cumulative = np.column_stack([1.0 - own, np.ones(len(people))])
        mean = model.values[0] + own @ np.diff(np.array(model.values))
        yield people.over_values(mean, cumulative)


def _without_error_of_fit(people: ScoredPeople, whole: Predictive, lp: Floats) -> Predictive:
    """Predictive distributions with the scatter of the outcome alone."""
    assert isinstance(whole.forecast, ResidualForecast)
    variance = whole.forecast.scale**2
    own = np.maximum(variance - lp.var(axis=0, ddof=1), LEAST_OWN_SHARE * variance)
    forecast = replace(whole.forecast, scale=np.sqrt(own))
    return Predictive.of_forecast(whole.predicted, forecast, people.events, people.bounds)


def _refitted_forecasts(people: ScoredPeople, lp: Floats, seed: int) -> Iterator[Predictive]:
    sheet = people.evaluator.sheet
    assert sheet.distribution is not None
    for number, row in enumerate(lp):
        rng = rng_for(seed, "expected scatter", number)
        scatter = estimated_anew(sheet.distribution, sheet.n_people, rng)
        yield people.around(people.evaluator.inside(row), scatter)


def estimated_anew(
    distribution: Distribution, n_people: int | None, rng: np.random.Generator
) -> Distribution:
    """The distribution of the residuals estimated from n residuals drawn from it.

    Parameters
    ----------
    distribution : Distribution
    n_people : int or None
        None where it is not known from how many it was estimated: it counts as exact then.
    rng : numpy.random.Generator
    """
    if n_people is None:
        return distribution
    # Predictions as the levels have them: each level is the middle of as many people.
    n_levels = len(distribution.levels)
    predicted = np.interp(
        (np.arange(n_people) + 0.5) / n_people,
        (np.arange(n_levels) + 0.5) / n_levels,
        distribution.levels,
    )
    scale = np.interp(predicted, distribution.levels, distribution.scales)
    residual = np.interp(rng.random(n_people), distribution.probabilities, distribution.quantiles)
    return residual_distribution(predicted + scale * residual, predicted, np.zeros(n_people))
