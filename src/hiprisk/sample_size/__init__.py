"""How many people a prediction model needs: to develop it, to validate it, and how unstable it is.

What is expected of the study is said with `expectations`, and every function takes it.

Examples
--------
>>> from hiprisk import sample_size
>>> size = sample_size.development_size(
...     "binary", 24, sample_size.expectations(cox_snell=0.288, prevalence=0.174)
... )
>>> size.n_required
662
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.config.samplesize import ExternalTargets, SampleSizeSettings, expectations
    from hiprisk.inference.samplesize.criteria import Assumption, Criterion, SampleSize
    from hiprisk.inference.samplesize.development import development_size
    from hiprisk.inference.samplesize.external import external_size
    from hiprisk.inference.samplesize.instability import Instability, expected_instability

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Assumption": "hiprisk.inference.samplesize.criteria",
        "Criterion": "hiprisk.inference.samplesize.criteria",
        "ExternalTargets": "hiprisk.config.samplesize",
        "Instability": "hiprisk.inference.samplesize.instability",
        "SampleSize": "hiprisk.inference.samplesize.criteria",
        "SampleSizeSettings": "hiprisk.config.samplesize",
        "development_size": "hiprisk.inference.samplesize.development",
        "expectations": "hiprisk.config.samplesize",
        "expected_instability": "hiprisk.inference.samplesize.instability",
        "external_size": "hiprisk.inference.samplesize.external",
    },
)

__all__ = [
    "Assumption",
    "Criterion",
    "ExternalTargets",
    "Instability",
    "SampleSize",
    "SampleSizeSettings",
    "development_size",
    "expectations",
    "expected_instability",
    "external_size",
]
