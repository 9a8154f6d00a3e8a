"""A study, declared: YAML read once at the edge into frozen settings."""

from hiprisk.config.reading import load_config, study_from_text
from hiprisk.config.samplesize import ExternalTargets, SampleSizeSettings
from hiprisk.config.searching import Range
from hiprisk.config.settings import (
    BoostingSettings,
    CohortSettings,
    EventSettings,
    HoldoutSettings,
    ImputationSettings,
    LinearSettings,
    LogisticSettings,
    MeanSettings,
    MinimumGain,
    ModelTypeSettings,
    OrdinalSettings,
    OutcomeSettings,
    ReplacementSettings,
    StudyConfig,
    TrackingSettings,
    TuningSettings,
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
