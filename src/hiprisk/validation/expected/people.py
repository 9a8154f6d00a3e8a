"""People who get a prediction, and their predictive distributions by the sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.metrics.forecast.discrete import DiscreteForecast
from hiprisk.metrics.forecast.distribution import forecast_from_sheet
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.distribution import bounds_of
from hiprisk.sheet.evaluate import Prediction, SheetEvaluator
from hiprisk.sheet.format import Distribution, Event, OrdinalModel, Sheet
from hiprisk.validation.expected.predictive import Predictive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPeople:
    """People of whom outcomes may not be known yet.

    Attributes
    ----------
    evaluator : SheetEvaluator
    known : tuple of ndarray, each of shape (n_people,)
        The sheet's columns, NaN where missing.
    prediction : Prediction
    bounds : mapping of str to ndarray
        Bound of each event; NaN where it starts from a baseline that is missing.
    thresholds : tuple of float
        Declared for decisions.
    """

    evaluator: SheetEvaluator
    known: tuple[Floats, ...]
    prediction: Prediction
    bounds: Mapping[str, Floats]
    thresholds: tuple[float, ...]

    @classmethod
    def of(cls, sheet: Sheet, frame: pd.DataFrame, thresholds: Sequence[float]) -> ScoredPeople:
        """The rows of a frame of dictionary variables, all of which get a prediction."""
        evaluator = SheetEvaluator(sheet)
        columns = cohort_columns(sheet.variables, frame).columns
        known = evaluator.numeric_columns(columns, len(frame))
        return cls(
            evaluator=evaluator,
            known=tuple(known),
            prediction=evaluator.predict_numeric(known),
            bounds={event.name: _bound(sheet, event, known) for event in sheet.outcome.events},
            thresholds=tuple(thresholds),
        )

    def __len__(self) -> int:
        return len(self.prediction.predicted)

    @property
    def events(self) -> tuple[Event, ...]:
        """Those that the sheet declares."""
        return self.evaluator.sheet.outcome.events

    def take(self, rows: Integers) -> ScoredPeople:
        """Some of the people."""
        return ScoredPeople(
            evaluator=self.evaluator,
            known=tuple(column[rows] for column in self.known),
            prediction=self.prediction.among(rows),
            bounds={name: bound[rows] for name, bound in self.bounds.items()},
            thresholds=self.thresholds,
        )

    def predictive(self) -> Predictive:
        """Predictive distributions by the sheet."""
        sheet, predicted = self.evaluator.sheet, self.prediction.predicted
        if sheet.outcome.kind == "binary":
            return Predictive.of_risk(predicted)
        upto = self.evaluator.cumulative(list(self.known))
        if upto is not None:
            return self.over_values(predicted, upto)
        assert sheet.distribution is not None
        return self.around(predicted, sheet.distribution)

    def over_values(self, predicted: Floats, upto: Floats) -> Predictive:
        """Predictive distributions over a score's own values.

        Parameters
        ----------
        predicted : ndarray, shape (n_people,)
        upto : ndarray, shape (n_people, n_values)
            P(outcome at most each value).
        """
        model, (lower, upper) = self.evaluator.sheet.model, bounds_of(self.evaluator.sheet.outcome)
        assert isinstance(model, OrdinalModel)
        values = np.array(model.values)
        forecast = DiscreteForecast(values=values, upto=upto, lower=lower, upper=upper)
        return Predictive.of_forecast(predicted, forecast, self.events, self.bounds)

    def around(self, predicted: Floats, distribution: Distribution) -> Predictive:
        """Predictive distributions of a continuous outcome about given predictions."""
        forecast = forecast_from_sheet(
            distribution,
            self.evaluator.sheet.outcome,
            mean=predicted,
            imputation_variance=self.prediction.imputation_variance,
        )
        return Predictive.of_forecast(predicted, forecast, self.events, self.bounds)


def _bound(sheet: Sheet, event: Event, known: Sequence[Floats]) -> Floats:
    if event.reference == "fixed":
        return np.full(len(known[0]), event.value)
    names = [column.name for column in sheet.columns]
    return known[names.index(str(sheet.outcome.baseline))] + event.value
