"""Is the study large enough: to develop a model, to validate one, and how unstable it will be."""

from hiprisk.inference.samplesize.assessment import (
    SampleSizeFinding,
    assess_study,
    expected_from_study,
)
from hiprisk.inference.samplesize.criteria import Assumption, Criterion, SampleSize
from hiprisk.inference.samplesize.development import development_size
from hiprisk.inference.samplesize.external import external_size
from hiprisk.inference.samplesize.instability import (
    Instability,
    expected_instability,
    simulated_instability,
)
from hiprisk.inference.samplesize.parameters import count_parameters

__all__ = [
    "Assumption",
    "Criterion",
    "Instability",
    "SampleSize",
    "SampleSizeFinding",
    "assess_study",
    "count_parameters",
    "development_size",
    "expected_from_study",
    "expected_instability",
    "external_size",
    "simulated_instability",
]
