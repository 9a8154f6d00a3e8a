"""What the predictors do, of a finished study."""

from __future__ import annotations

from hiprisk.evidence.finished import FinishedStudy
from hiprisk.evidence.predictors.partial_effects import PartialEffects, partial_effects


def partial_effects_part(study: FinishedStudy) -> PartialEffects | None:
    """Predictions over the values of each predictor; None where the mean is given to everybody."""
    return None if study.predicts_nothing else partial_effects(study.sheet)
