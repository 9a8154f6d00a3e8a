"""Every way of making a config wrong that we know is told before anything is fitted.

`experiments/wrong_configs` runs the same cases through the command line, `train` and `plan`.
"""

import shutil

import pytest

from commands import run
from own_studies import CONTINUOUS, write_study
from wrong_configs import CASES

FILES = ("variables.yaml", "mapping.yaml", "cohort.csv")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_study(folder, CONTINUOUS)
    return folder


@pytest.fixture
def folder(files, tmp_path, monkeypatch):
    for name in FILES:
        shutil.copy(files / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    return tmp_path


def test_there_are_more_than_two_hundred_and_none_twice():
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) > 200


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_config_is_told_before_anything_is_fitted(case, folder, capsys, monkeypatch):
    for name, value in case.environment:
        monkeypatch.setenv(name, value)
    command = ["train"] if "--resume" in case.options else ["plan", "--untimed"]
    code, out, err = run(capsys, *command, *case.written(folder))
    assert code == case.code, err
    assert case.said in err
    assert "INTERNAL" not in err
    assert (out != "") == (code == 0)
    assert not (folder / "mlflow.db").exists()
