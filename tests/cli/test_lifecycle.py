"""Stacked imputations in validate and update, and where they are refused."""

from pathlib import Path

import pandas as pd
import pytest

from commands import answer, run
from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort

CONFIGS = Path(__file__).parents[2] / "configs"
FAST = ["--resamples", "50"]


@pytest.fixture(scope="module")
def simulated():
    return simulate_cohort("stupar", n=500, seed=6).frame


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, simulated):
    monkeypatch.chdir(tmp_path)
    simulated.to_csv("cohort.csv", index=False)


@pytest.fixture
def invented(capsys):
    assert main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")]) == 0
    capsys.readouterr()
    return Path("models/invented-womac")


@pytest.fixture
def stack(simulated):
    """The cohort three times, as imputations, and a mapping that says so."""
    few = simulated.head(150)
    pd.concat([few.assign(imp=number) for number in (1, 2, 3)]).to_csv("stack.csv", index=False)
    names = ", ".join(f"{name}: {name}" for name in simulated.columns)
    Path("m.yaml").write_text(f"imputation_column: imp\nvariables: {{{names}}}\n")
    return ["stack.csv", "--mapping", "m.yaml"]


def test_stacked_imputations_are_pooled_over_persons(capsys, invented, stack):
    code, found = answer(capsys, "validate", "invented-womac", *stack, *FAST)
    assert code == 0
    assert found["imputations"] == 3
    assert found["flow"][0]["n_remaining"] == 150
    assert found["n"] < 150
    assert found["groups"] is None
    assert found["case_mix"] is None


@pytest.mark.parametrize("option", [["--by", "sex"], ["--development", "cohort.csv"]])
def test_what_is_not_pooled_is_refused_by_name(capsys, invented, stack, option):
    code, out, err = run(capsys, "validate", "invented-womac", *stack, *option, *FAST)
    assert (code, out) == (2, "")
    assert f"error[STACKED_ROWS]: {option[0]}: the file contains stacked imputations" in err
    assert 'choose one in the mapping, for instance imputations: ["1"]' in err


@pytest.mark.parametrize(
    "command", [["drift", "invented-womac"], ["update", "--method", "intercept", "invented-womac"]]
)
def test_commands_that_do_not_pool_refuse_a_stack(capsys, invented, stack, command):
    code, out, err = run(capsys, *command, *stack)
    assert (code, out) == (2, "")
    assert "3 were read, and each person would count several times" in err
    assert not Path("models/invented-womac/2").exists()
