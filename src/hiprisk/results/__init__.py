"""What the functions give back: frozen results with `to_frame()` and `to_dict()`.

For annotations, and to read what each holds; nobody makes them by hand. Names are resolved on first
use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.api.checking import CheckedCohort
    from hiprisk.api.scoring import ScoredCohort
    from hiprisk.api.updating import UpdatedModel
    from hiprisk.bundle import Bundle
    from hiprisk.cohort.findings import Finding
    from hiprisk.cohort.simulation.simulate import SimulatedCohort
    from hiprisk.config import StudyConfig
    from hiprisk.evidence.document import Evidence
    from hiprisk.inference.association import AssociationTable
    from hiprisk.inference.increment import AddedValue
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.planning import StudyPlan
    from hiprisk.rebuilding import Rebuilt
    from hiprisk.serving.files.summary import ScoreResult
    from hiprisk.serving.model import PatientPrediction
    from hiprisk.study import StudyResult
    from hiprisk.validation.drift import DriftReport
    from hiprisk.validation.external.before_outcomes import ExpectedValidation
    from hiprisk.validation.external.results import ExternalValidation
    from hiprisk.validation.updating.results import UpdateResult

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "AddedValue": "hiprisk.inference.increment",
        "AssociationTable": "hiprisk.inference.association",
        "Bundle": "hiprisk.bundle",
        "CheckedCohort": "hiprisk.api.checking",
        "DriftReport": "hiprisk.validation.drift",
        "Estimate": "hiprisk.metrics.estimate",
        "Evidence": "hiprisk.evidence.document",
        "ExpectedValidation": "hiprisk.validation.external.before_outcomes",
        "ExternalValidation": "hiprisk.validation.external.results",
        "Finding": "hiprisk.cohort.findings",
        "PatientPrediction": "hiprisk.serving.model",
        "Rebuilt": "hiprisk.rebuilding",
        "ScoreResult": "hiprisk.serving.files.summary",
        "ScoredCohort": "hiprisk.api.scoring",
        "SimulatedCohort": "hiprisk.cohort.simulation.simulate",
        "StudyConfig": "hiprisk.config",
        "StudyPlan": "hiprisk.planning",
        "StudyResult": "hiprisk.study",
        "UpdateResult": "hiprisk.validation.updating.results",
        "UpdatedModel": "hiprisk.api.updating",
    },
)

__all__ = [
    "AddedValue",
    "AssociationTable",
    "Bundle",
    "CheckedCohort",
    "DriftReport",
    "Estimate",
    "Evidence",
    "ExpectedValidation",
    "ExternalValidation",
    "Finding",
    "PatientPrediction",
    "Rebuilt",
    "ScoreResult",
    "ScoredCohort",
    "SimulatedCohort",
    "StudyConfig",
    "StudyPlan",
    "StudyResult",
    "UpdateResult",
    "UpdatedModel",
]
