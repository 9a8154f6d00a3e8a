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


def test_guesses_of_drafts_that_nobody_confirmed_are_said_once_a_file(capsys, tmp_path):
    text = STUPAR.read_text().replace("seed: 2010", "seed: 2010  # DECIDE: which?")
    (tmp_path / "s.yaml").write_text(text)
    (tmp_path / "m.yaml").write_text("dictionary: own.yaml\ngrain: person  # DECIDE: or hip?\n")
    (tmp_path / "own.yaml").write_text("grip:  # DECIDE: unit?\n  label: Grip\n  kind: number\n")
    parser = Parser("x", description="x", example="x")
    add_study_options(parser)
    for named in ("cohort.mapping=m.yaml", "cohort.dictionary=own.yaml"):
        argv = [str(tmp_path / "s.yaml"), "--set", "cohort.mapping=m.yaml", "--set", named]
        study_of(parser.parse_args(argv))
        said = capsys.readouterr().err
        counts = [said.count(f"1 line of {name}") for name in ("s.yaml", "m.yaml", "own.yaml")]
        assert counts == [1, 1, 1]
