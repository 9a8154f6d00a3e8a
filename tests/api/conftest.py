"""What tests of the public functions share: a simulated cohort and a published model of it."""

from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="session")
def cohort():
    return simulate_cohort("stupar", n=300, seed=6).frame


@pytest.fixture
def here(tmp_path, monkeypatch, cohort, capsys):
    """A folder of the test's own with cohort.csv and the model invented-womac."""
    monkeypatch.chdir(tmp_path)
    cohort.to_csv("cohort.csv", index=False)
    assert main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")]) == 0
    capsys.readouterr()
    return tmp_path
