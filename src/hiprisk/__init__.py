"""Fit, validate and serve clinical prediction models of later hip pain and function.

Names and submodules are resolved on first use, so that ``import hiprisk`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hiprisk.api.checking import check
    from hiprisk.api.drifting import drift
    from hiprisk.api.model_pair import compare_models
    from hiprisk.api.rebuilding import rebuild
    from hiprisk.api.scoring import score
    from hiprisk.api.studies import associate, compare, plan_study, run_study
    from hiprisk.api.tracking import track
    from hiprisk.api.updating import update
    from hiprisk.api.validating import expect, validate
    from hiprisk.cohort.simulation.simulate import simulate_cohort
    from hiprisk.config import load_config
    from hiprisk.errors import (
        BundleError,
        ConfigError,
        HipRiskError,
        HipRiskWarning,
        InputError,
        MissingExtraError,
        StoreError,
    )
    from hiprisk.serving.model import Model, load

# Where each public name is at home.
_HOME = {
    "BundleError": "hiprisk.errors",
    "ConfigError": "hiprisk.errors",
    "HipRiskError": "hiprisk.errors",
    "HipRiskWarning": "hiprisk.errors",
    "InputError": "hiprisk.errors",
    "MissingExtraError": "hiprisk.errors",
    "Model": "hiprisk.serving.model",
    "StoreError": "hiprisk.errors",
    "associate": "hiprisk.api.studies",
    "check": "hiprisk.api.checking",
    "compare": "hiprisk.api.studies",
    "compare_models": "hiprisk.api.model_pair",
    "drift": "hiprisk.api.drifting",
    "expect": "hiprisk.api.validating",
    "load": "hiprisk.serving.model",
    "load_config": "hiprisk.config",
    "plan_study": "hiprisk.api.studies",
    "rebuild": "hiprisk.api.rebuilding",
    "run_study": "hiprisk.api.studies",
    "score": "hiprisk.api.scoring",
    "simulate_cohort": "hiprisk.cohort.simulation.simulate",
    "track": "hiprisk.api.tracking",
    "update": "hiprisk.api.updating",
    "validate": "hiprisk.api.validating",
}
# Public submodules; ``import hiprisk`` is enough to use them.
_MODULES = (
    "estimators",
    "inference",
    "metrics",
    "plots",
    "results",
    "sample_size",
    "validation",
)

__all__ = [
    "BundleError",
    "ConfigError",
    "HipRiskError",
    "HipRiskWarning",
    "InputError",
    "MissingExtraError",
    "Model",
    "StoreError",
    "associate",
    "check",
    "compare",
    "compare_models",
    "drift",
    "estimators",
    "expect",
    "inference",
    "load",
    "load_config",
    "metrics",
    "plan_study",
    "plots",
    "rebuild",
    "results",
    "run_study",
    "sample_size",
    "score",
    "simulate_cohort",
    "track",
    "update",
    "validate",
    "validation",
]


def __getattr__(name: str) -> Any:
    """Resolve a public name on first use (PEP 562)."""
    if name == "__version__":
        from importlib import metadata

        return metadata.version("hiprisk")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"hiprisk.{name}")
    raise AttributeError(f"module 'hiprisk' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Public names."""
    return [*__all__, "__version__"]
