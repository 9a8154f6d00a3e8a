"""Predictions of many rows, or of one, from a sheet.

Every step works elementwise and sums column by column in one fixed order, so a row's numbers are
the same to the last bit whatever the number of rows and whatever the way in.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers, Texts
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.conditional_normal import NormalModel, condition, condition_alike
from hiprisk.sheet.distribution import OutcomeDistribution, PredictiveDistribution, clip_to
from hiprisk.sheet.draws import Location, Locator, in_places, mean_over_draws, rows_alike
from hiprisk.sheet.format import Event, Sheet
from hiprisk.sheet.models import Evaluator, evaluator_for
from hiprisk.sheet.ordinal import OrdinalDistribution, OrdinalEvaluator

# Probabilities of all values of a score and all rows that are held together: what a cache holds.
NUMBERS_AT_ONCE = 400_000

INTERVALS = {"80": (0.1, 0.9), "95": (0.025, 0.975)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Predictions of n rows.

    Attributes
    ----------
    predicted : ndarray, shape (n_rows,)
        Expected outcome, or the risk of a binary one.
    intervals : dict of str to tuple of ndarray
        Lower and upper bounds by level, ``"80"`` and ``"95"``; of the outcome where it is
        continuous, of the risk (over the refits) where it is binary; empty where the sheet has
        nothing to read them from.
    chances : dict of str to ndarray
        Chance of each event.
    imputed : ndarray of bool, shape (n_rows, n_variables)
        Which variables were missing, in the order of the sheet's variables.
    lp : ndarray, shape (n_rows,)
        Linear predictor, before bounds: the mean over the draws of what was missing.
    imputation_variance : ndarray, shape (n_rows,)
        Variance of the linear predictor over those draws.
    """

    predicted: Floats
    intervals: dict[str, tuple[Floats, Floats]]
    chances: dict[str, Floats]
    imputed: Bools
    lp: Floats
    imputation_variance: Floats

    def among(self, rows: Bools | Integers) -> Prediction:
        """The same of some of the rows, by a mask or by their places."""
        return Prediction(
            predicted=self.predicted[rows],
            intervals={k: (low[rows], high[rows]) for k, (low, high) in self.intervals.items()},
            chances={name: chance[rows] for name, chance in self.chances.items()},
            imputed=self.imputed[rows],
            lp=self.lp[rows],
            imputation_variance=self.imputation_variance[rows],
        )


class SheetEvaluator:
    """A sheet made ready to predict: arrays built once, then used for any number of rows.

    Parameters
    ----------
    sheet : Sheet
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._model = evaluator_for(sheet.model)
        self._normal = NormalModel.from_covariance(
            np.array(sheet.missing.mean), np.array(sheet.missing.covariance)
        )
        self._noise = np.array(sheet.missing.draws)
        self._locator = Locator(sheet, self._model)
        self._ordinal = self._model if isinstance(self._model, OrdinalEvaluator) else None
        self._distribution = (
            PredictiveDistribution(sheet.distribution, sheet.outcome)
            if sheet.distribution is not None
            else None
        )

    def predict(self, columns: Columns) -> Prediction:
        """Predict every row.

        Parameters
        ----------
        columns : mapping of str to ndarray, each of shape (n_rows,)
            Variables by name: floats with NaN where missing, or text with None where missing. A
            variable that is absent is missing in every row. Values are taken as they are:
            `hiprisk.sheet.applicability` says which rows ought not to be used.

        Returns
        -------
        Prediction
        """
        n_rows = len(next(iter(columns.values()))) if columns else 0
        return self.predict_numeric(self.numeric_columns(columns, n_rows))

    def predict_numeric(self, known: list[Floats]) -> Prediction:
        """The same of the sheet's columns (`numeric_columns`), NaN where missing."""
        n_rows = len(known[0])
        at_once = self._rows_at_once()
        if n_rows > at_once:
            starts = range(0, n_rows, at_once)
            return _stacked(
                [self.predict_numeric([c[i : i + at_once] for c in known]) for i in starts]
            )
        location = self._locate(known, n_rows)
        imputed = self._imputed(known, n_rows)
        if self.sheet.outcome.kind == "binary":
            return self._binary(location, imputed)
        return self._continuous(location, known, imputed)

    def interval(self, known: list[Floats], level: float) -> tuple[Floats, Floats] | None:
        """Interval of every row at any level, as `predict_numeric` has those of 80 and 95 %.

        Parameters
        ----------
        known : list of ndarray
            The sheet's columns, NaN where missing.
        level : float
            Inside (0, 1).

        Returns
        -------
        tuple of ndarray or None
            Lower and upper bounds; None where the sheet has nothing to read them from.
        """
        # 1 - 0.8 is not 0.2 to the last bit, and the bounds are to be those of a scored file.
        tail = round((1.0 - level) / 2.0, 12)
        n_rows, at_once = len(known[0]), self._rows_at_once()
        starts = range(0, max(n_rows, 1), min(at_once, max(n_rows, 1)))
        parts = [self._interval([c[i : i + at_once] for c in known], tail) for i in starts]
        bounds = [part for part in parts if part is not None]
        if not bounds:
            return None
        low, high = zip(*bounds, strict=True)
        return np.concatenate(low), np.concatenate(high)

    def _interval(self, known: list[Floats], tail: float) -> tuple[Floats, Floats] | None:
        location = self._locate(known, len(known[0]))
        if self.sheet.outcome.kind == "binary":
            refitted = location.refitted_risk
            if refitted is None or not len(refitted):
                return None
            ordered = np.sort(refitted, axis=0)
            return sorted_quantile(ordered, tail), sorted_quantile(ordered, 1.0 - tail)
        law = self._law(location)
        return None if law is None else (law.quantile(tail), law.quantile(1.0 - tail))

    def _rows_at_once(self) -> int:
        """Rows whose distributions fit into memory together: an ordinal one has many values."""
        return (
            sys.maxsize if self._ordinal is None else NUMBERS_AT_ONCE // len(self._ordinal.values)
        )

    def cumulative(self, known: list[Floats]) -> Floats | None:
        """Of an ordinal model, P(outcome at most each value); shape (n_rows, n_values)."""
        reached = self._locate(known, len(known[0])).exceedance
        if reached is None:
            return None
        return np.concatenate([1.0 - reached.T, np.ones((len(known[0]), 1))], axis=1)

    def numeric_columns(self, columns: Columns, n_rows: int) -> list[Floats]:
        """The sheet's columns: numbers as they are, an indicator for each level of a category."""
        numeric: list[Floats] = []
        for column in self.sheet.columns:
            values = columns.get(column.variable)
            if values is None:
                numeric.append(np.full(n_rows, np.nan))
            elif column.level is None:
                numeric.append(np.asarray(values, dtype=np.float64))
            else:
                numeric.append(_indicator(np.asarray(values, dtype=object), column.level))
        return self._without_new_sites(numeric, columns)

    def _without_new_sites(self, numeric: list[Floats], columns: Columns) -> list[Floats]:
        """The columns with a site that the model does not know taken as one that is missing."""
        name = self.sheet.site_variable
        if name is None or name not in columns:
            return numeric
        values = np.asarray(columns[name], dtype=object)
        new = np.ones(len(values), dtype=bool)
        for level in self.sheet.variable(name).levels:
            new &= np.asarray(values != np.array(level, dtype=object), dtype=bool)
        for column, indicator in zip(self.sheet.columns, numeric, strict=True):
            if column.variable == name:
                indicator[new] = np.nan
        return numeric

    def filled(self, known: list[Floats]) -> list[list[Floats]]:
        """The sheet's columns with missing values imputed, once for each draw.

        Returns
        -------
        list of list of ndarray
            n_draws lists of n_columns arrays of shape (n_rows,).
        """
        shape = (len(self._noise), len(known[0]))
        drawn = [np.broadcast_to(column, shape) for column in self._drawn(known)]
        return [list(version) for version in zip(*drawn, strict=True)]

    def _drawn_alike(self, known: list[Floats], lacking: Integers) -> list[Floats]:
        """What `_drawn` gives of rows that all lack the same columns, to the same bits."""
        drawn = [column[np.newaxis] for column in known]
        group = condition_alike(self._normal, known, lacking)
        for position, values in zip(lacking, group.draw(self._noise), strict=True):
            drawn[position] = values
        return drawn

    def _drawn(self, known: list[Floats]) -> list[Floats]:
        """Every column with missing values imputed, shape (n_draws, n_rows).

        A column that no row lacks has one row in place of n_draws.
        """
        n_draws = len(self._noise)
        drawn = [column[np.newaxis] for column in known]
        copied: set[int] = set()
        for group in condition(self._normal, known):
            for lacking, values in zip(group.columns, group.draw(self._noise), strict=True):
                for position in np.flatnonzero(np.bincount(lacking)).tolist():
                    if position not in copied:
                        copied.add(position)
                        drawn[position] = np.repeat(drawn[position], n_draws, axis=0)
                    here = lacking == position
                    drawn[position][:, group.rows[here]] = values[:, here]
        return drawn

    def linear_predictor(self, filled: list[Floats], n_rows: int) -> Floats:
        """Linear predictor of rows without missing values."""
        return self._model.linear_predictor(self._locator.named(filled), n_rows)

    def completed(self, known: list[Floats]) -> dict[str, Floats]:
        """One patient's columns by name, derived ones included: a row for each draw.

        Parameters
        ----------
        known : list of ndarray of shape (1,)
            The sheet's columns, NaN where missing.

        Returns
        -------
        dict of str to ndarray of shape (n_draws,)
            A single row where nothing is missing.
        """
        complete = not any(np.isnan(column[0]) for column in known)
        rows = known if complete else [column[:, 0] for column in self._drawn(known)]
        n_draws = max(map(len, rows))
        # A column derived from constants alone is a single number until here.
        return {
            name: np.broadcast_to(values, n_draws)
            for name, values in self._locator.named(rows).items()
        }

    def moments(self, known: list[Floats], n_rows: int) -> tuple[Floats, Floats]:
        """Mean and variance of each row's linear predictor over the draws of what is missing."""
        location = self._locate(known, n_rows)
        return location.mean, location.variance

    def refitted_risks(self, known: list[Floats]) -> Floats | None:
        """Risk of each row under each refit, mean over the draws; None of a continuous outcome."""
        return self._locate(known, len(known[0])).refitted_risk

    def to_risk(self, lp: Floats) -> Floats:
        """Risks of a binary outcome at linear predictors."""
        return self._locator.to_risk(lp)

    @property
    def model(self) -> Evaluator:
        """The evaluator of the linear predictor."""
        return self._model

    @property
    def normal(self) -> NormalModel:
        """The model of the columns that fills what is missing."""
        return self._normal

    @property
    def spread(self) -> PredictiveDistribution | None:
        """How a continuous outcome scatters about its prediction; None where the sheet has none."""
        return self._distribution

    @property
    def ordinal(self) -> OrdinalEvaluator | None:
        """The distribution over the values of a score; None for another model."""
        return self._ordinal

    def inside(self, lp: Floats) -> Floats:
        """Linear predictors of a continuous outcome brought inside its bounds."""
        return clip_to(self.sheet.outcome, lp)

    def _locate(self, known: list[Floats], n_rows: int) -> Location:
        """Linear predictors; complete rows are computed once, the others once for each draw."""
        missing = [np.isnan(column) for column in known]
        baseline = self.sheet.outcome.baseline
        tracked = np.zeros(n_rows, dtype=bool)
        if baseline is not None:
            names = [column.name for column in self.sheet.columns]
            tracked = missing[names.index(baseline)]
        parts = []
        for rows, lacking in rows_alike(missing, n_rows):
            own = [column[rows] for column in known]
            if lacking is None:
                drawn = self._drawn(own)
            elif len(lacking):
                drawn = self._drawn_alike(own, lacking)
            else:
                drawn = [column[np.newaxis] for column in own]
            parts.append((rows, self._locator.location(drawn, tracked[rows])))
        return in_places(parts, tracked)

    def _imputed(self, known: list[Floats], n_rows: int) -> Bools:
        imputed = np.zeros((n_rows, len(self.sheet.variables)), dtype=bool)
        position = {spec.name: i for i, spec in enumerate(self.sheet.variables)}
        for column, values in zip(self.sheet.columns, known, strict=True):
            imputed[:, position[column.variable]] |= np.isnan(values)
        return imputed

    def _binary(self, location: Location, imputed: Bools) -> Prediction:
        assert location.risk is not None
        intervals = {}
        refitted = location.refitted_risk
        if refitted is not None and len(refitted):
            ordered = np.sort(refitted, axis=0)
            intervals = {
                level: (sorted_quantile(ordered, low), sorted_quantile(ordered, high))
                for level, (low, high) in INTERVALS.items()
            }
        return Prediction(
            predicted=location.risk,
            intervals=intervals,
            chances={},
            imputed=imputed,
            lp=location.mean,
            imputation_variance=location.variance,
        )

    def _continuous(self, location: Location, known: list[Floats], imputed: Bools) -> Prediction:
        law = self._law(location)
        if law is None:
            # A published model may come without the scatter of its outcome: no intervals then.
            return Prediction(
                predicted=clip_to(self.sheet.outcome, location.mean),
                intervals={},
                chances={},
                imputed=imputed,
                lp=location.mean,
                imputation_variance=location.variance,
            )
        return Prediction(
            predicted=law.mean,
            intervals={
                level: (law.quantile(low), law.quantile(high))
                for level, (low, high) in INTERVALS.items()
            },
            chances={
                event.name: self._chance(event, location, known, law)
                for event in self.sheet.told_events
            },
            imputed=imputed,
            lp=location.mean,
            imputation_variance=location.variance,
        )

    def _law(self, location: Location) -> OutcomeDistribution | None:
        """Distribution of every row's outcome, what is missing drawn from its own."""
        if self._ordinal is not None:
            assert location.exceedance is not None
            return OrdinalDistribution(self._ordinal.values, location.exceedance, location.mean)
        if self._distribution is None:
            return None
        return self._distribution.around(location.mean, location.variance)

    def _law_of_draw(self, location: Location, draw: int) -> OutcomeDistribution:
        """The same of the rows whose baseline is missing, as one draw has what is missing."""
        if self._ordinal is not None:
            assert location.predictors is not None
            return self._ordinal.distribution(location.predictors[draw])
        assert self._distribution is not None
        assert location.draws is not None
        return self._distribution.around(location.draws[draw])

    def _chance(
        self, event: Event, location: Location, known: list[Floats], law: OutcomeDistribution
    ) -> Floats:
        if event.reference == "fixed":
            return law.chance(event, np.full(len(location.mean), event.value))
        names = [column.name for column in self.sheet.columns]
        baseline = known[names.index(str(self.sheet.outcome.baseline))]
        chance = law.chance(event, baseline + event.value)
        unknown = np.isnan(baseline)
        if unknown.any():
            assert location.baselines is not None
            # Baseline and prediction go together, so each draw has its own bound and its own mean.
            chance[unknown] = mean_over_draws(
                [
                    self._law_of_draw(location, draw).chance(event, bound + event.value)
                    for draw, bound in enumerate(location.baselines)
                ]
            )
        return chance


def _stacked(parts: list[Prediction]) -> Prediction:
    """Predictions of rows that follow one another."""
    intervals = {}
    for level in parts[0].intervals:
        lows, highs = zip(*(part.intervals[level] for part in parts), strict=True)
        intervals[level] = (np.concatenate(lows), np.concatenate(highs))
    return Prediction(
        predicted=np.concatenate([part.predicted for part in parts]),
        intervals=intervals,
        chances={
            name: np.concatenate([part.chances[name] for part in parts])
            for name in parts[0].chances
        },
        imputed=np.concatenate([part.imputed for part in parts]),
        lp=np.concatenate([part.lp for part in parts]),
        imputation_variance=np.concatenate([part.imputation_variance for part in parts]),
    )


def _indicator(values: Texts, level: str) -> Floats:
    known = np.asarray(values != np.array(None, dtype=object), dtype=bool)
    matches = np.asarray(values == np.array(level, dtype=object), dtype=bool)
    return np.where(known, matches.astype(np.float64), np.nan)


def sorted_quantile(ordered: Floats, probability: float) -> Floats:
    """Quantile over the first axis of sorted values, linear between order statistics."""
    place = probability * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return np.asarray(ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower]))
