"""Options that commands of a study config share."""

from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.cli.options import Parser
from hiprisk.cli.study_options import add_study_options, study_of
from hiprisk.errors import ConfigError

STUPAR = Path(__file__).parents[2] / "configs" / "stupar.yaml"
OF_A_STUDY = ("train", "compare", "associate", "samplesize")
OF_A_COHORT = ("validate", "update", "drift")


def study(*argv):
    parser = Parser("x", description="x", example="x")
    add_study_options(parser)
    return study_of(parser.parse_args([str(STUPAR), *argv]))


def test_without_options_the_config_is_as_it_stands():
    config = study()
    assert config.cohort.simulate is not None
    assert config.seed == 2010


def test_a_cohort_file_replaces_a_simulated_one():
    config = study("--cohort", "people.csv")
    assert (config.cohort.file, config.cohort.simulate) == ("people.csv", None)


def test_settings_and_seed_are_replaced():
    config = study("--set", "tuning.trials=3", "--set", "seed=4", "--seed", "5")
    assert (config.tuning.trials, config.seed) == (3, 5)


@pytest.mark.parametrize("option", ["--seed", "--workers"])
def test_a_number_below_its_least_is_refused(option):
    with pytest.raises(ConfigError, match=rf"argument {option}: must be at least"):
        study(option, "-1")


@pytest.mark.parametrize("command", OF_A_STUDY)
def test_every_command_of_a_study_has_the_same_options_and_an_example(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    told = capsys.readouterr().out
    assert "example:\n  hiprisk " in told
    group = told.split("\nstudy:\n")[1].split("\n\n")[0]
    assert [name for name in ("CONFIG", "--cohort", "--set") if f"  {name} " not in group] == []


@pytest.mark.parametrize("command", OF_A_COHORT)
def test_every_command_of_a_cohort_has_the_same_options_and_an_example(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    told = capsys.readouterr().out
    assert "example:\n  hiprisk " in told
    options = ("--mapping", "--predictions", "--study", "--outcome", "--where", "--accept-units")
    assert [name for name in (*options, "--seed") if f"  {name}" not in told] == []


@pytest.mark.parametrize("command", OF_A_COHORT)
def test_a_negative_seed_is_refused(command, capsys):
    assert main([command, "bundle", "cohort.csv", "--seed", "-1"]) == 2
    assert "argument --seed: must be at least 0" in capsys.readouterr().err
