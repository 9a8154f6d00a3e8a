"""A study that has its model: what everything else is read off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.reading import Cohort
from hiprisk.config import StudyConfig
from hiprisk.evidence.model_types import FamilyResult
from hiprisk.features.design import Design
from hiprisk.learning.candidates import LearningData, OutOfFold, with_settings
from hiprisk.learning.participants import Selection
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.parallel import StageProgress
from hiprisk.sheet.format import Sheet
from hiprisk.validation.internal.optimism_table import BootstrapResult
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.refits import Refits


@dataclass(frozen=True)
class Chosen:
    """The families as tuned, and the one with the smallest loss."""

    families: tuple[FamilyResult, ...]
    name: str
    params: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class FinishedStudy:
    """All that a study has when its model is written down.

    Attributes
    ----------
    procedure : WholeProcedure
        What the bootstrap repeated, with the knots of the model itself.
    apparent : ndarray, shape (n_people,)
        Predictions of everybody by the model itself.
    workers : int
        Processes for what is still to be resampled; no result depends on them.
    """

    config: StudyConfig
    dictionary: Mapping[str, Variable]
    cohort: Cohort
    selection: Selection
    design: Design
    data: LearningData
    chosen: Chosen
    estimator: StudyEstimator
    procedure: StudyProcedure
    apparent: Floats
    out_of_fold: OutOfFold
    bootstrap: BootstrapResult
    sheet: Sheet
    workers: int
    progress: StageProgress

    def refit_procedure(self) -> StudyProcedure:
        """The procedure with knots placed anew on whoever it learns from."""
        estimator = self.procedure.estimator
        task = replace(estimator.task, plan=None)
        return replace(self.procedure, estimator=with_settings(estimator, task=task))

    @property
    def known(self) -> Bools:
        """Whose outcome is known."""
        return ~np.isnan(self.data.outcome)

    @property
    def refits(self) -> Refits:
        """Predictions of all people by the refits of the bootstrap."""
        assert self.bootstrap.refits is not None
        return self.bootstrap.refits

    @property
    def predicts_nothing(self) -> bool:
        """Whether the chosen family gives everybody the mean."""
        return self.chosen.name == "mean"

    def sheet_variables(self) -> tuple[str, ...]:
        """Variables that the model asks for."""
        return tuple(spec.name for spec in self.sheet.variables)
