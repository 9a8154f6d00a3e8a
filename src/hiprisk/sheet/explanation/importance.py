"""How much each predictor moves the predictions of a model between people.

The standard deviation of predictions over one predictor alone: of two reference people who are the
same but for this predictor, whose values are those of two people of the cohort, half the mean
squared difference of their predictions is its variance (the total effect of Jansen 1999). In a
linear model this is the standard deviation of the predictor's contribution, ``|b| x SD(x)``.

The weight of a variable in the sheet answers another question: what is lost when its value is
missing and has to be imputed, which is little if another variable tells it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.contributions import Group, predictor_groups
from hiprisk.sheet.format import Sheet
from hiprisk.sheet.points.people import reference_people

# Reference people: the SD of a normal contribution is right to about 2 %.
N_PEOPLE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """How much one predictor moves predictions.

    Attributes
    ----------
    group : Group
        The predictor; several variables where the model sees them only together.
    sd : float
        Standard deviation of predictions over this predictor alone: points of the score, or risk.
    """

    group: Group
    sd: float


def importance(sheet: Sheet) -> tuple[Importance, ...]:
    """The predictors of a model, the most important first.

    Parameters
    ----------
    sheet : Sheet
        One that does not know its reference population has none.
    """
    if not sheet.has_reference_population:
        return ()
    people = reference_people(sheet, N_PEOPLE)
    evaluator = SheetEvaluator(sheet)
    usual = _predictions(evaluator, people)
    found = []
    for group in predictor_groups(sheet):
        # Everybody has the values of the next person: people are drawn independently.
        other = {name: np.roll(people[name], 1) for name in group.variables}
        moved = _predictions(evaluator, {**people, **other}) - usual
        found.append(Importance(group=group, sd=float(np.sqrt(0.5 * np.mean(moved**2)))))
    return tuple(sorted(found, key=lambda one: -one.sd))


def _predictions(evaluator: SheetEvaluator, people: Columns) -> Floats:
    return evaluator.predict_numeric(evaluator.numeric_columns(people, N_PEOPLE)).predicted
