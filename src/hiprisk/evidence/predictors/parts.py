"""What the predictors do, of a finished study."""

from __future__ import annotations

import numpy as np

from hiprisk.evidence.finished import FinishedStudy
from hiprisk.evidence.predictors.example_patient import ExamplePatient, example_patient
from hiprisk.evidence.predictors.importance import Importance, permutation_importance
from hiprisk.evidence.predictors.partial_effects import PartialEffects, partial_effects
from hiprisk.sheet.columns import cohort_columns


def partial_effects_part(study: FinishedStudy) -> PartialEffects | None:
    """Predictions over the values of each predictor; None where the mean is given to everybody."""
    return None if study.predicts_nothing else partial_effects(study.sheet)


def example_patient_part(study: FinishedStudy) -> ExamplePatient | None:
    """An invented patient explained; None where the mean is given to everybody."""
    return None if study.predicts_nothing else example_patient(study.sheet)


def importance_part(study: FinishedStudy) -> Importance | None:
    """How far the model's performance falls without the information of each predictor."""
    if study.predicts_nothing:
        return None
    rows = np.flatnonzero(study.known)
    frame = study.prepared.selection.development.frame.iloc[rows]
    return permutation_importance(
        study.sheet,
        cohort_columns(study.sheet.variables, frame).columns,
        study.data.outcome[rows],
        kind="binary" if study.config.outcome.kind == "binary" else "continuous",
        seed=study.config.seed,
    )
