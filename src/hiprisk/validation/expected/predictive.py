"""Predictive distributions of a cohort, and every figure to be expected of them.

An expected figure is of predictions on the one hand and of the probabilities by which outcomes come
about on the other. Where the model is right, both are its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.expected.outcomes import expected_coverage, expected_errors
from hiprisk.metrics.expected.risks import (
    expected_brier,
    expected_net_benefits,
    model_based_concordance,
)
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.forecast.scores import LEVELS, ends
from hiprisk.sheet.format import Event

# Figures of the outcome itself stand under this event.
OUTCOME = ""
# By event and name of the metric.
Figures = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictive:
    """Everybody's predictive distribution.

    Attributes
    ----------
    predicted : ndarray, shape (n_people,)
        The risk of a binary outcome, the prediction of a continuous one.
    forecast : Forecast or None
        Of a continuous outcome.
    chances : mapping of str to ndarray
        Of each event of a continuous outcome; NaN where its bound is not known.
    """

    predicted: Floats
    forecast: Forecast | None
    chances: Mapping[str, Floats]

    @classmethod
    def of_risk(cls, risk: Floats) -> Predictive:
        """Of a binary outcome."""
        return cls(predicted=risk, forecast=None, chances={})

    @classmethod
    def of_forecast(
        cls,
        predicted: Floats,
        forecast: Forecast,
        events: Sequence[Event],
        bounds: Mapping[str, Floats],
    ) -> Predictive:
        """Of a continuous outcome; `bounds` by event, NaN where not known."""
        chances = {event.name: forecast.chance(event, bounds[event.name]) for event in events}
        return cls(predicted=predicted, forecast=forecast, chances=chances)

    def take(self, rows: Integers) -> Predictive:
        """Some of the people."""
        return Predictive(
            predicted=self.predicted[rows],
            forecast=None if self.forecast is None else self.forecast.take(rows),
            chances={name: values[rows] for name, values in self.chances.items()},
        )


def expected_figures(
    model: Predictive, truth: Predictive, thresholds: Sequence[float] = ()
) -> Figures:
    """Every figure to be expected of a model's predictions.

    Parameters
    ----------
    model : Predictive
        What is predicted.
    truth : Predictive
        By which outcomes come about.
    thresholds : sequence of float
        Declared for decisions.

    Returns
    -------
    dict
        Those that can be had, by event and name.
    """
    if model.forecast is None or truth.forecast is None:
        return _of_risk(OUTCOME, model.predicted, truth.predicted, thresholds)
    errors = expected_errors(model.predicted, truth.forecast)
    found: Figures = {} if errors.r2 is None else {(OUTCOME, "r2"): errors.r2}
    found[OUTCOME, "rmse"] = errors.rmse
    found[OUTCOME, "mae"] = errors.mae
    found[OUTCOME, "mean_outcome"] = errors.mean_outcome
    for level in LEVELS:
        percent = f"{100 * level:g}"
        low, high = ends(model.forecast, level)
        covered = expected_coverage(model.forecast, level, truth.forecast)
        found[OUTCOME, f"coverage_{percent}"] = covered
        found[OUTCOME, f"width_{percent}"] = float(np.mean(high - low))
    for name, chance in model.chances.items():
        known = ~np.isnan(chance)
        if known.any():
            found |= _of_risk(name, chance[known], truth.chances[name][known], thresholds)
    return found


def _of_risk(event: str, risk: Floats, probability: Floats, thresholds: Sequence[float]) -> Figures:
    found: Figures = {}
    try:
        found[event, "c_statistic"] = model_based_concordance(risk, probability)
    except InputError as refusal:
        # Nobody, or everybody, has the event for certain: the other figures stand.
        if refusal.code != "DEGENERATE":
            raise
    found[event, "brier"] = expected_brier(risk, probability)
    found[event, "event_rate"] = float(np.mean(probability))
    if thresholds:
        benefits = expected_net_benefits(risk, thresholds, probability)
        for threshold, benefit in zip(thresholds, benefits, strict=True):
            found[event, f"net_benefit_{threshold:g}"] = float(benefit)
    return found
