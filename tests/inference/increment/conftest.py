"""A small study for all tests of comparisons."""

from pathlib import Path

import pytest

from hiprisk.config import load_config

CONFIG = Path(__file__).parents[3] / "configs" / "stupar.yaml"


@pytest.fixture(scope="session")
def stupar_config():
    """Make configs/stupar.yaml small, with overrides."""

    def make(*overrides):
        small = ["cohort.simulate.n=300", "imputation.imputations=3", "validation.resamples=20",
                 "tracking.enabled=false"]  # fmt: skip
        return load_config(CONFIG, overrides=[*small, *overrides])

    return make
