"""A small study for all tests of comparisons."""

from pathlib import Path

import pytest

from hiprisk.config import load_config
from hiprisk.inference.increment import run_compare
from shared_results import made_once

CONFIG = Path(__file__).parents[3] / "configs" / "stupar.yaml"


@pytest.fixture(scope="session")
def stupar_config():
    """Make configs/stupar.yaml small, with overrides."""

    def make(*overrides):
        small = ["cohort.simulate.n=300", "imputation.imputations=3", "validation.resamples=20",
                 "tracking.enabled=false"]  # fmt: skip
        return load_config(CONFIG, overrides=[*small, *overrides])

    return make


@pytest.fixture(scope="session")
def result(stupar_config, tmp_path_factory):
    """A comparison with a declared error of measurement, and a threshold that is no whole %."""
    return made_once(
        tmp_path_factory,
        "comparison",
        lambda: run_compare(
            stupar_config(
                "outcome.thresholds=[0.125, 0.3]",
                "measurement_error={hip_flexion_worse_deg: [3.0, 7.0]}",
            )
        ),
    )
