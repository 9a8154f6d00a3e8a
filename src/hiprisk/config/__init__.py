"""A study, declared: YAML read once at the edge into frozen settings."""

from hiprisk.config.model_types import (
    BoostingSettings,
    LinearSettings,
    LogisticSettings,
    MeanSettings,
    ModelTypeSettings,
    OrdinalSettings,
    TuningSettings,
)
from hiprisk.config.reading import load_config, study_from_text
from hiprisk.config.samplesize import ExternalTargets, SampleSizeSettings
from hiprisk.config.searching import Range
from hiprisk.config.settings import (
    CohortSettings,
    EventSettings,
    HoldoutSettings,
    ImputationSettings,
    MinimumGain,
    OutcomeSettings,
    ReplacementSettings,
    StudyConfig,
    TrackingSettings,
    ValidationSettings,
)
from hiprisk.config.subgroups import SubgroupSettings

__all__ = [
    "BoostingSettings",
    "CohortSettings",
    "EventSettings",
    "ExternalTargets",
    "HoldoutSettings",
    "ImputationSettings",
    "LinearSettings",
    "LogisticSettings",
    "MeanSettings",
    "MinimumGain",
    "ModelTypeSettings",
    "OrdinalSettings",
    "OutcomeSettings",
    "Range",
    "ReplacementSettings",
    "SampleSizeSettings",
    "StudyConfig",
    "SubgroupSettings",
    "TrackingSettings",
    "TuningSettings",
    "ValidationSettings",
    "load_config",
    "study_from_text",
]
