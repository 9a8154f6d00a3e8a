"""``hiprisk simulate``: the same file for the same seed."""

from pathlib import Path

import pandas as pd
import pytest

from commands import answer, run


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_simulate_writes_the_same_file_for_the_same_seed(capsys):
    for name in ("a.csv", "b.csv"):
        code, found = answer(capsys, "simulate", "--seed", 4, "--n", 60, "--out", name)
        assert (code, found["rows"], found["provenance"]) == (0, 60, "simulated")
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    assert run(capsys, "simulate", "--seed", 4, "--out", "a.csv")[0] == 2
    assert run(capsys, "simulate", "--seed", 4, "--n", 60, "--out", "a.parquet")[0] == 0
    assert pd.read_parquet("a.parquet").shape[0] == 60
