"""A converted model in place of a fit of hiprisk's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.format import LinearModel, TreesModel
from hiprisk.sheet.models import evaluator_for

# A risk of exactly 0 or 1 has no log odds.
LEAST_RISK = 1e-15


def log_odds(risk: Floats) -> Floats:
    """Log odds of risks, those of 0 and 1 brought inside."""
    inside = np.clip(risk, LEAST_RISK, 1.0 - LEAST_RISK)
    return np.asarray(np.log(inside) - np.log1p(-inside))


@dataclass(frozen=True)
class ConvertedFit:
    """A model in the sheet's form that predicts as a fit of hiprisk's own model types does.

    Attributes
    ----------
    link : str
        Of the outcome: ``identity``, or ``logit`` of a binary one.
    model : LinearModel or TreesModel
        The trees of a forest hold the risk itself.
    """

    link: str
    model: LinearModel | TreesModel

    def linear_predictor(self, inputs: Floats) -> Floats:
        """Linear predictor of complete rows, shape (n_rows,); of a risk its log odds."""
        columns = {
            name: np.ascontiguousarray(inputs[:, position])
            for position, name in enumerate(self._names)
        }
        found = evaluator_for(self.model).linear_predictor(columns, len(inputs))
        return found if self.link == self.model.link else log_odds(found)

    @property
    def n_leaves(self) -> int:
        """Leaves of all trees; 0 of a linear model."""
        trees = self.model.trees if isinstance(self.model, TreesModel) else ()
        return sum(feature < 0 for tree in trees for feature in tree.feature)

    def to_model(self, refits: Floats | None = None) -> LinearModel | TreesModel:
        """The model as a part of the sheet; it carries no refits."""
        del refits
        return self.model

    @property
    def _names(self) -> tuple[str, ...]:
        if isinstance(self.model, TreesModel):
            return self.model.inputs
        return tuple(term.column for term in self.model.terms)
