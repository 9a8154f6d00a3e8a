"""A study, declared: YAML read once at the edge into frozen settings."""

from hiprisk.config.cohort import CohortSettings
from hiprisk.config.model_types import (
    BoostingSettings,
    EstimatorSettings,
    LinearSettings,
    LogisticSettings,
    MeanSettings,
    ModelTypeSettings,
    OrdinalSettings,
    TuningSettings,
)
from hiprisk.config.reading import load_config, study_from_text
from hiprisk.config.samplesize import ExternalTargets, SampleSizeSettings
from hiprisk.config.searching import Range, Setting, SettingRange
from hiprisk.config.settings import (
    EventSettings,
    HoldoutSettings,
    ImputationSettings,
    MinimumGain,
    OutcomeSettings,
    ReplacementSettings,
    StudyConfig,
    ValidationSettings,
)
from hiprisk.config.subgroups import SubgroupSettings
from hiprisk.config.tracking import TrackingSettings

__all__ = [
    "BoostingSettings",
    "CohortSettings",
    "EstimatorSettings",
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
    "Setting",
    "SettingRange",
    "StudyConfig",
    "SubgroupSettings",
    "TrackingSettings",
    "TuningSettings",
    "ValidationSettings",
    "load_config",
    "study_from_text",
]
