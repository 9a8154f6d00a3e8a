"""What a gain is measured in: per-person losses first, then weighted means of them.

A resample and the original people share each person's loss and differ in the weights alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.config import OutcomeSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.metrics.clinical_utility.net_benefit import NET_BENEFIT, net_benefits
from hiprisk.metrics.discrimination import c_statistic
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.registry import find_metric, label_of
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.format import Event, OutcomeSpec

# Quantiles at the middles of equal parts of [0, 1]: their mean pinball loss is, exactly, the CRPS
# of the distribution that gives each of them the same weight.
CRPS_GRID = (np.arange(100) + 0.5) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of how well a model predicts.

    Attributes
    ----------
    name, label : str
    direction : int
        1 where more is better, -1 where less is. A gain is always the direction times the
        difference, so that a positive gain is a better model.
    in_outcome_units : bool
    event : str or None
        For a net benefit: the event; empty for the outcome itself.
    threshold : float or None
    """

    name: str
    label: str
    direction: int
    in_outcome_units: bool = False
    event: str | None = None
    threshold: float | None = None


# Of predictions alone; the first is the one in which a gain is usually declared.
POINT: Mapping[str, tuple[str, ...]] = {
    "continuous": ("r2", "rmse"),
    "binary": ("c_statistic", "scaled_brier", "brier"),
}


def measure_of(metric: Metric) -> Measure:
    """A metric of the registry as a measure."""
    assert metric.direction, "a gain needs a metric of which more, or less, is better"
    return Measure(
        name=metric.name,
        label=metric.label,
        direction=metric.direction,
        in_outcome_units=metric.in_outcome_units,
    )


def measures_for(outcome: OutcomeSettings, spec: OutcomeSpec) -> tuple[Measure, ...]:
    """All measures of an outcome; net benefit at the declared thresholds, for declared events.

    An event that refers to a baseline which is no predictor has no chance and is left out, as in
    the sheet of a model.
    """
    found = list(point_measures(outcome))
    events = {event.name: event.label for event in spec.events}
    if outcome.kind == "continuous":
        found.append(measure_of(find_metric("distribution", "crps")))
    else:
        events = {"": outcome.dichotomise.label if outcome.dichotomise else outcome.label}
    for name, label in events.items():
        for threshold in outcome.thresholds:
            metric = NET_BENEFIT.at(threshold)
            found.append(
                replace(
                    measure_of(metric),
                    name=f"{NET_BENEFIT.name}_{name}_{threshold:g}" if name else metric.name,
                    label=label_of(metric.name, event=label),
                    event=name,
                    threshold=threshold,
                )
            )
    return tuple(found)


def point_measures(outcome: OutcomeSettings) -> tuple[Measure, ...]:
    """Those that need predictions alone, no predictive distribution."""
    return tuple(measure_of(find_metric(outcome.kind, name)) for name in POINT[outcome.kind])


@dataclass(frozen=True)
class Evaluation:
    """Observed outcomes, and the measures by which predictions of them are evaluated.

    Attributes
    ----------
    measures : tuple of Measure
    observed : ndarray, shape (n_rows,)
    outcome : OutcomeSpec
        Its limits and events.
    bounds : ndarray, shape (n_events, n_rows)
        What the outcome must cross, NaN where the baseline that it refers to is unknown.
    grid : tuple of float
        Thresholds of decision curves; empty for none.
    """

    measures: tuple[Measure, ...]
    observed: Floats
    outcome: OutcomeSpec
    bounds: Floats
    grid: tuple[float, ...] = ()

    @property
    def decision_events(self) -> tuple[str, ...]:
        """Events that have a decision curve; the empty name is the outcome itself."""
        if not self.grid:
            return ()
        if self.outcome.kind == "binary":
            return ("",)
        return tuple(event.name for event in self.outcome.events) if self.needs_distribution else ()

    @property
    def needs_distribution(self) -> bool:
        """Whether a measure is read off the predictive distribution."""
        return any(one.name == "crps" or one.event for one in self.measures)

    def take(self, rows: Integers) -> Evaluation:
        """The same of some people, or of people several times over."""
        return replace(self, observed=self.observed[rows], bounds=self.bounds[:, rows])

    @cached_property
    def event_indicators(self) -> dict[str, Floats]:
        """Of each event its `event_indicator`, shape (n_rows,)."""
        pairs = zip(self.outcome.events, self.bounds, strict=True)
        return {event.name: self.event_indicator(event, bound) for event, bound in pairs}

    def losses(self, predicted: Floats, residuals: RefitResiduals | None) -> IndividualLosses:
        """Individual losses under one model's predictions, shape (n_rows,)."""
        if residuals is None:
            return IndividualLosses(self, predicted, None, {})
        return self.losses_under(
            residuals.distribution(self.outcome), predicted, residuals.variance
        )

    def losses_under(
        self, distribution: PredictiveDistribution, predicted: Floats, variance: Floats
    ) -> IndividualLosses:
        """The same under a predictive distribution that is known already."""
        crps, chances = None, {}
        scale = distribution.scale(predicted, variance)
        if any(one.name == "crps" for one in self.measures):
            crps = crps_by_person(self.observed, distribution, predicted, scale)
        asked = {one.event for one in self.measures if one.event} | set(self.decision_events)
        for event, bound in zip(self.outcome.events, self.bounds, strict=True):
            if event.name in asked:
                chances[event.name] = distribution.chance(event, bound, predicted, scale)
        return IndividualLosses(self, predicted, crps, chances)

    def outcomes(self, name: str) -> Floats:
        """1, 0 or NaN of an event by name; the empty name is the outcome itself."""
        return self.event_indicators[name] if name else self.observed

    def event_indicator(self, event: Event, bound: Floats) -> Floats:
        """1 where the event came, 0 where not, NaN where that is unknown."""
        above = event.direction == "above"
        crossed = self.observed >= bound if above else self.observed <= bound
        return np.where(np.isnan(bound), np.nan, crossed.astype(np.float64))


@dataclass(frozen=True)
class RefitResiduals:
    """Residuals of one refit, from which its predictive distribution is estimated.

    Attributes
    ----------
    observed, predicted, training_variance : ndarray, shape (n_training,)
        Of the people of the fit, repeated as drawn.
    n_coefficients : int
        Residuals are widened for the coefficients that were fitted to them.
    variance : ndarray, shape (n_rows,)
        Imputation variance of those who are predicted.
    """

    observed: Floats
    predicted: Floats
    training_variance: Floats
    n_coefficients: int
    variance: Floats

    def distribution(self, outcome: OutcomeSpec) -> PredictiveDistribution:
        """The predictive distribution."""
        n = len(self.observed)
        # Residuals of a fit are too small by the coefficients that were fitted to them.
        wider = np.sqrt(n / max(n - self.n_coefficients, 1))
        observed = self.predicted + wider * (self.observed - self.predicted)
        distribution = residual_distribution(observed, self.predicted, self.training_variance)
        return PredictiveDistribution(distribution, outcome)


@dataclass(frozen=True)
class IndividualLosses:
    """Individual losses under one model; `values` takes weighted means."""

    evaluation: Evaluation
    predicted: Floats
    crps: Floats | None
    chances: dict[str, Floats]

    def values(self, weights: Floats) -> list[float]:
        """Value of every measure of the evaluation under some weights."""
        y, p = self.evaluation.observed, self.predicted
        n = float(weights.sum())
        squared = float(weights @ (y - p) ** 2) / n
        mean = float(weights @ y) / n
        variance = float(weights @ (y - mean) ** 2) / n
        if variance <= 0.0:
            raise InputError("the outcome does not vary", code="DEGENERATE")
        simple = {
            "r2": 1.0 - squared / variance,
            "rmse": float(np.sqrt(squared)),
            "brier": squared,
            "scaled_brier": 1.0 - squared / variance,
        }
        return [self._value(measure, weights, simple) for measure in self.evaluation.measures]

    def _value(self, measure: Measure, weights: Floats, simple: dict[str, float]) -> float:
        if measure.name in simple:
            return simple[measure.name]
        if measure.name == "c_statistic":
            return c_statistic(self.evaluation.observed, self.predicted, weights=weights)
        if measure.name == "crps":
            assert self.crps is not None
            return float(np.average(self.crps, weights=weights))
        assert measure.threshold is not None
        happened, chance, known = self._event(measure.event or "")
        return net_benefit(happened, chance, measure.threshold, weights[known])

    def _event(self, name: str) -> tuple[Floats, Floats, Bools]:
        """Observed event and predicted probability where known, and the mask of the known."""
        happened = self.evaluation.outcomes(name)
        known = ~np.isnan(happened)
        chance = self.chances[name] if name else self.predicted
        return happened[known], chance[known], known

    def benefits(self, weights: Floats) -> Floats:
        """Net benefit across thresholds under some weightings.

        Parameters
        ----------
        weights : ndarray, shape (n_weightings, n_rows)

        Returns
        -------
        ndarray, shape (n_weightings, n_events, n_thresholds)
            Of the evaluation's `decision_events` at its `grid`.
        """
        found = np.empty(
            (len(weights), len(self.evaluation.decision_events), len(self.evaluation.grid))
        )
        for place, name in enumerate(self.evaluation.decision_events):
            happened, chance, known = self._event(name)
            found[:, place] = net_benefits(
                happened, chance, weights[:, known], thresholds=self.evaluation.grid
            )
        return found


def net_benefit(event: Floats, chance: Floats, threshold: float, weights: Floats) -> float:
    """Net true positives per person of acting from a threshold on (Vickers, Elkin 2006)."""
    acted_on = chance >= threshold
    harm = threshold / (1.0 - threshold)
    return float(weights @ (acted_on * (event - harm * (1.0 - event)))) / float(weights.sum())


def crps_by_person(
    observed: Floats, distribution: PredictiveDistribution, mean: Floats, scale: Floats
) -> Floats:
    """Continuous ranked probability score of every person, in units of the outcome.

    Parameters
    ----------
    observed, mean, scale : ndarray, shape (n_rows,)
    distribution : PredictiveDistribution

    Notes
    -----
    Twice the mean pinball loss of 100 quantiles x, which is mean |x - y| less the mean of
    (2 p - 1) x. Both are read off running sums of the residual's quantiles: those that the bounds
    clip lie at either end. *Gneiting, Raftery 2007; Laio, Tamea 2007.*
    """
    lower, upper = distribution.limits
    residual = distribution.residual_quantiles(CRPS_GRID)
    tilt = 2.0 * CRPS_GRID - 1.0
    first = np.searchsorted(residual, (lower - mean) / scale)
    last = np.searchsorted(residual, (upper - mean) / scale)
    # No quantile is clipped at a bound that is not there; the number put in its place is unused.
    low, high = (bound if np.isfinite(bound) else 0.0 for bound in (lower, upper))

    def summed(each: Floats, upto: Integers) -> Floats:
        """Sum of `each` times the clipped quantiles up to a place, by person."""
        ones = np.concatenate([[0.0], np.cumsum(each)])
        moved = np.concatenate([[0.0], np.cumsum(each * residual)])
        a, b = np.minimum(first, upto), np.minimum(last, upto)
        inside = mean * (ones[b] - ones[a]) + scale * (moved[b] - moved[a])
        return np.asarray(low * ones[a] + inside + high * (ones[upto] - ones[b]))

    everything = np.full(len(observed), len(residual))
    level, flat = np.clip(observed, lower, upper), np.ones(len(residual))
    below = np.clip(np.searchsorted(residual, (level - mean) / scale), first, last)
    away = level * (2.0 * below - len(residual)) - 2.0 * summed(flat, below)
    away = away + summed(flat, everything) - summed(tilt, everything)
    return np.asarray(away / len(residual) + np.abs(observed - level))


def declared_measure(measures: Sequence[Measure], name: str) -> Measure:
    """The measure in which the minimum important gain is declared.

    Raises
    ------
    ConfigError
        If it is not among the measures of this kind of outcome.
    """
    for measure in measures:
        if measure.name == name:
            return measure
    raise ConfigError(
        f"the minimum important gain is declared in '{name}', which this comparison does not "
        "measure",
        column="outcome.smallest_gain_worth_having",
        advice=f"measured are {', '.join(one.name for one in measures)}",
    )
