"""A model beside a reference prediction of the same people, by every score at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.metrics.decomposition.murphy_diagram import MurphyDiagram, murphy_diagram
from hiprisk.metrics.decomposition.parts import (
    ScoreDecomposition,
    brier_decomposition,
    mse_decomposition,
)
from hiprisk.outcome_kind import OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceComparison:
    """A model and a reference prediction on the people who have both.

    Attributes
    ----------
    kind : str
        Of the outcome.
    n, n_without : int
        Rows compared, and rows that lack the reference prediction.
    model, reference : ScoreDecomposition
        Mean squared error or Brier score in its parts.
    murphy_diagram : MurphyDiagram
        Elementary scores of both, with bootstrap intervals of the difference.
    """

    kind: OutcomeKind
    n: int
    n_without: int
    model: ScoreDecomposition
    reference: ScoreDecomposition
    murphy_diagram: MurphyDiagram

    @property
    def score(self) -> str:
        """Name of the score in its parts."""
        return "brier" if self.kind == "binary" else "mse"

    def sentence(self) -> str:
        """Where the curves lie, in words."""
        diagram = self.murphy_diagram
        low, high = np.array(diagram.low), np.array(diagram.high)
        better = int((high < 0.0).sum())
        worse = int((low > 0.0).sum())
        of = f"of {len(low)} thresholds (pointwise {100 * diagram.level:g} % CI)"
        by_chance = (1.0 - diagram.level) * len(low)
        if 0 < better + worse <= by_chance:
            return (
                f"Little evidence of a difference from {diagram.reference_name}: the pointwise "
                f"{100 * diagram.level:g} % CI excludes 0 at {better + worse} of {len(low)} "
                f"thresholds, and would at {by_chance:.0f} by chance."
            )
        names = f"than that of {diagram.reference_name}"
        if better and not worse:
            return f"The elementary score is lower {names} at {better} {of}, higher at none."
        if worse and not better:
            return f"The elementary score is higher {names} at {worse} {of}, lower at none."
        if not better and not worse:
            return f"No evidence of a difference from {diagram.reference_name} at any {of}."
        return (
            f"The elementary score is lower {names} at {better} and higher at {worse} {of}: which "
            "is better depends on the score."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a threshold of the Murphy diagram."""
        return self.murphy_diagram.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "reference": self.murphy_diagram.reference_name,
            "n": self.n,
            "n_without": self.n_without,
            "decompositions": {
                self.score: {
                    "model": self.model.to_dict(),
                    "reference": self.reference.to_dict(),
                }
            },
            "murphy_diagram": self.murphy_diagram.to_dict(),
            "summary": self.sentence(),
        }


def compare_with_reference(
    observed: Floats,
    predicted: Floats,
    reference: Floats,
    *,
    kind: OutcomeKind,
    groups: Integers,
    names: tuple[str, str],
    n_resamples: int,
    seed: int,
) -> ReferenceComparison | None:
    """A model and a reference prediction on the people who have both.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_rows,)
        Without missing values.
    reference : ndarray, shape (n_rows,)
        NaN where a row has none.
    kind : str
        Of the outcome.
    groups : ndarray of int, shape (n_rows,)
        Person of each row; persons are drawn.
    names : tuple of str
        Of model and reference.
    n_resamples, seed : int

    Returns
    -------
    ReferenceComparison or None
        None where nobody has the reference prediction.
    """
    both = ~np.isnan(reference)
    if not both.any():
        return None
    y, p, q = observed[both], predicted[both], reference[both]
    decomposition = brier_decomposition if kind == "binary" else mse_decomposition
    return ReferenceComparison(
        kind=kind,
        n=int(both.sum()),
        n_without=int((~both).sum()),
        model=decomposition(y, p),
        reference=decomposition(y, q),
        murphy_diagram=murphy_diagram(
            y, p, q, groups=groups[both], n_resamples=n_resamples, seed=seed, names=names
        ),
    )
