"""A study that has its model: what everything else is read off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.reading import Cohort
from hiprisk.config import StudyConfig
from hiprisk.evidence.document import FamilyResult
from hiprisk.features.design import Design
from hiprisk.learning.candidates import LearningData, OutOfFold
from hiprisk.learning.participants import Selection
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.sheet.format import Sheet
from hiprisk.validation.resampling import BootstrapResult, Refits

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]


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
    apparent: Floats
    unseen: OutOfFold
    bootstrap: BootstrapResult
    sheet: Sheet
    workers: int
    progress: Progress

    @property
    def known(self) -> NDArray[np.bool_]:
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
