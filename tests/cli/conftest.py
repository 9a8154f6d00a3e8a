"""What tests of several commands share: a simulated cohort, and a published model of it."""

from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="session")
def simulated():
    return simulate_cohort("stupar", n=500, seed=6).frame


@pytest.fixture
def cohort_folder(tmp_path, monkeypatch, simulated):
    """A folder of the test's own that it stands in, with the file cohort.csv."""
    monkeypatch.chdir(tmp_path)
    simulated.to_csv("cohort.csv", index=False)


@pytest.fixture
def invented(capsys):
    """The bundle of a published model with invented coefficients."""
    assert main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")]) == 0
    capsys.readouterr()
    return Path("models/invented-womac")
