"""The configs that come with the package load."""

from pathlib import Path

import pytest

from hiprisk.config import load_config

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.mark.parametrize("name", ["stupar", "stupar_worsening", "stupar_ordinal", "nhs_proms_hip"])
def test_shipped_configs_load(name):
    assert load_config(CONFIGS / f"{name}.yaml").name.startswith(name.split("_")[0])
