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
from hiprisk.inference.samplesize.population import check_stated_risks, in_new_people

__all__ = [
    "Assumption",
    "Criterion",
    "Instability",
    "SampleSize",
    "SampleSizeFinding",
    "assess_study",
    "check_stated_risks",
    "count_parameters",
    "development_size",
    "expected_from_study",
    "expected_instability",
    "external_size",
    "in_new_people",
    "simulated_instability",
]
