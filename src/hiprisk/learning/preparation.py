"""A study before anything is fitted: its participants, its design and how it is to be run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.reading import Cohort
from hiprisk.config import StudyConfig
from hiprisk.config.reading import resolved
from hiprisk.config.sites import SITE
from hiprisk.features.design import Design, plan_design, with_named_sites
from hiprisk.learning.candidates import DevelopmentData, development_data, unfitted_estimator
from hiprisk.learning.participants.selection import Selection
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.study_identity import declared_hash, study_identity, study_participants
from hiprisk.learning.tuning.server import SearchServer
from hiprisk.learning.tuning.stored import search_storage
from hiprisk.parallel import StageProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedStudy:
    """Who takes part in a study and what enters its models.

    Attributes
    ----------
    config : StudyConfig
    dictionary : Dictionary
    cohort : Cohort
    selection : Selection
    design : Design
    data : LearningData
        The development cohort as numbers.
    checkpoints : Path
        Folder from which an interrupted run is resumed.
    workers : int
        Processes; no result depends on them.
    progress : callable
        Told stage, done and total.
    """

    config: StudyConfig
    dictionary: Dictionary
    cohort: Cohort
    selection: Selection
    design: Design
    data: DevelopmentData
    checkpoints: Path
    workers: int
    progress: StageProgress

    def unfitted(self, family: str, *, in_resamples: bool = True) -> StudyEstimator:
        """An unfitted estimator of a model type, with fewer imputations for resamples."""
        return unfitted_estimator(
            self.config, self.design, self.dictionary, family=family, in_resamples=in_resamples
        )

    @property
    def declared_sha256(self) -> str:
        """Hash of all that a study declares before anything is fitted.

        The whole resolved config but for title, intended use, seed, tracking, the names of its
        files and whether trials are kept. Two runs with equal hashes asked the same question in
        the same way.
        """
        return declared_hash(resolved(self.config))

    @property
    def identity(self) -> str:
        """Hash of what makes two runs the same study: config, cohort and version."""
        return study_identity(self.config, self.cohort, self.dictionary)

    @property
    def search_storage(self) -> Path | SearchServer:
        """Where the trials are while the study runs."""
        return search_storage(self.checkpoints, self.identity)


def prepare_study(
    config: StudyConfig,
    *,
    checkpoints: Path,
    workers: int,
    progress: StageProgress,
    source: CohortPath | None = None,
) -> PreparedStudy:
    """Read the cohort, the config's or that of another source, and plan the design.

    Raises
    ------
    ConfigError, InputError, StoreError
        If the cohort cannot be read or lacks what the config names.
    """
    cohort, selection = study_participants(config, source)
    dictionary = selection.dictionary
    design = plan_design(config.predictors, dictionary, selection.development.frame)
    if config.sites == "named":
        design = with_named_sites(design, dictionary[SITE])
    return PreparedStudy(
        config=config,
        dictionary=dictionary,
        cohort=cohort,
        selection=selection,
        design=design,
        data=development_data(selection.development, design, config, dictionary),
        checkpoints=checkpoints,
        workers=workers,
        progress=progress,
    )
