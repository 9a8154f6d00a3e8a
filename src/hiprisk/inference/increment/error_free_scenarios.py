"""What-ifs without measurement error, judged by all that a block itself is judged by.

Each resample reconstructs anew from its own people. A model is judged on people of whom everything
is known, completed with their outcome, and reconstructed under the same assumption: once on those
of the resample, once on the original ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.inference.increment.losses import Ruler, Spread
from hiprisk.inference.increment.measurement_error import ErrorScenario
from hiprisk.inference.increment.nested_models import Nest, NestFit, fit_nest
from hiprisk.sheet.distribution import PredictiveDistribution


@dataclass(frozen=True)
class WhatIfValues:
    """Values of all models under every scenario.

    Attributes
    ----------
    training, test : ndarray, shape (n_scenarios, n_models, n_measures)
        On the people learned from, and on the original people.
    likelihood_ratios : ndarray, shape (n_scenarios, n_models)
    """

    training: Floats
    test: Floats
    likelihood_ratios: Floats


@dataclass(frozen=True)
class LearnedFrom:
    """People from whom a resample learns, with nothing missing.

    Attributes
    ----------
    bases : ndarray, shape (n_imputations, n_rows, n_functions)
        As measured.
    rows : ndarray of int, shape (n_rows,)
        Which of the people with a known outcome they are.
    weights : ndarray or None
        Replications.
    fit : NestFit
        To `bases`.
    """

    bases: Floats
    rows: Integers
    weights: Floats | None
    fit: NestFit


@dataclass(frozen=True)
class WhatIfContest:
    """The scenarios of measurement error, the first without any, and whom they are judged on.

    Attributes
    ----------
    nest : Nest
    ruler : Ruler
    scenarios : tuple of ErrorScenario
    references : ndarray, shape (n_scenarios, n_references, n_known, n_functions)
        All people with a known outcome as each scenario has them, imputation by imputation.
    """

    nest: Nest
    ruler: Ruler
    scenarios: tuple[ErrorScenario, ...]
    references: Floats

    def apparent(self) -> WhatIfValues:
        """Everybody judged on themselves; training and test are the same."""
        everybody = np.arange(len(self.ruler.observed))
        found = [
            self._evaluate(place, bases, LearnedFrom(bases, everybody, None, fit), fit)
            for place, bases in enumerate(self.references)
            for fit in [fit_nest(self.nest, bases, self.ruler.observed)]
        ]
        return _together(found)

    def __call__(self, learned: LearnedFrom) -> WhatIfValues:
        """Reconstruct from a resample, fit, and judge on it and on everybody."""
        y = self.ruler.observed[learned.rows]
        first = self._evaluate(0, learned.bases, learned, learned.fit)
        found = [first]
        for place, scenario in enumerate(self.scenarios[1:], start=1):
            own = np.array(
                [scenario.reconstruct(one, y, weights=learned.weights) for one in learned.bases]
            )
            # What is measured without error stays as it is, and so do models of that alone.
            touched = self._touched(scenario)
            part = replace(self.nest, members=tuple(self.nest.members[one] for one in touched))
            start = learned.fit.coefficients[touched]
            fit = fit_nest(part, own, y, weights=learned.weights, start=start)
            evaluated = replace(self, nest=part)._evaluate(place, own, learned, fit)
            found.append(_put_in(first, touched, evaluated))
        return _together(found)

    def _touched(self, scenario: ErrorScenario) -> list[int]:
        """Models that have a predictor measured with error."""
        members = enumerate(self.nest.members)
        return [one for one, own in members if np.isin(scenario.positions, own).any()]

    def _evaluate(
        self, place: int, own: Floats, learned: LearnedFrom, fit: NestFit
    ) -> WhatIfValues:
        reference = self.references[place]
        w = np.ones(len(learned.rows)) if learned.weights is None else learned.weights
        trained = self.ruler.of_people(np.tile(learned.rows, len(own)))
        w = np.tile(w, len(own))
        training, test = [], []
        on_own, on_reference = self._predicted(fit, own), self._predicted(fit, reference)
        for model, members in enumerate(self.nest.members):
            scatter = None
            if self.ruler.needs_distribution:
                scatter = _scatter(trained, on_own[model], w, len(own) * (1 + len(members)))
            training.append(_values(trained, on_own[model], w, scatter))
            everybody = np.ones(on_reference.shape[1])
            test.append(_values(self._everybody, on_reference[model], everybody, scatter))
        return WhatIfValues(np.array(training), np.array(test), fit.likelihood_ratios)

    @cached_property
    def _everybody(self) -> Ruler:
        people = np.arange(len(self.ruler.observed))
        return self.ruler.of_people(np.tile(people, self.references.shape[1]))

    def _predicted(self, fit: NestFit, bases: Floats) -> Floats:
        """Of one imputation after the other, shape (n_models, n_imputations * n_rows)."""
        stacked = bases.reshape(-1, bases.shape[2])
        return self.nest.respond(fit.coefficients[:, :1] + fit.coefficients[:, 1:] @ stacked.T)


def _scatter(
    ruler: Ruler, predicted: Floats, w: Floats, n_coefficients: int
) -> PredictiveDistribution:
    """How outcomes scatter about one model, from the residuals of all its imputations.

    The same people again are no further people to learn from: their coefficients count again too.
    """
    rows = np.repeat(np.arange(len(w)), w.astype(np.intp))
    known = np.zeros(len(rows))
    spread = Spread(ruler.observed[rows], predicted[rows], known, n_coefficients, known)
    return spread.distribution(ruler.outcome)


def _values(
    ruler: Ruler, predicted: Floats, w: Floats, scatter: PredictiveDistribution | None
) -> list[float]:
    """Values of one model over all imputations together: nobody has anything missing."""
    if scatter is None:
        return ruler.losses(predicted, None).values(w)
    return ruler.losses_under(scatter, predicted, np.zeros(len(predicted))).values(w)


def _put_in(whole: WhatIfValues, touched: Sequence[int], part: WhatIfValues) -> WhatIfValues:
    """One scenario's values, with those of some models put in the place of others."""
    training, test = whole.training.copy(), whole.test.copy()
    ratios = whole.likelihood_ratios.copy()
    training[touched], test[touched], ratios[touched] = (
        part.training,
        part.test,
        part.likelihood_ratios,
    )
    return WhatIfValues(training, test, ratios)


def _together(found: Sequence[WhatIfValues]) -> WhatIfValues:
    return WhatIfValues(
        np.array([one.training for one in found]),
        np.array([one.test for one in found]),
        np.array([one.likelihood_ratios for one in found]),
    )
