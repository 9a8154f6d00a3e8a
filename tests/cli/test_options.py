"""Parsers that refuse in hiprisk's own words."""

import argparse

import pytest

from hiprisk.cli.options import Parser, whole_number
from hiprisk.errors import ConfigError, ExitCode


@pytest.fixture
def parser():
    one = Parser("join", description="Join files.", example="  hiprisk join a.csv b.csv")
    one.add_argument("--seed", type=whole_number(0), default=0)
    one.add_argument("--folds", type=whole_number(2, 20), default=5)
    return one


@pytest.mark.parametrize(("argv", "message"), [
    (["--seed", "-1"], r"--seed: must be at least 0, got -1 \(hiprisk join --help gives details\)"),
    (["--folds", "1"], "--folds: must be at least 2, got 1"),
    (["--folds", "21"], "--folds: must be at most 20, got 21"),
    (["--seed", "2.5"], "--seed: invalid whole number value: '2.5'"),
    (["--unknown"], r"unrecognized arguments: --unknown \(hiprisk join --help gives details\)"),
    (["--see", "1"], r"arguments: --see 1 \(did you mean --seed\? hiprisk join --help gives"),
    (["--fold=3"], r"arguments: --fold=3 \(did you mean --folds\?"),
])  # fmt: skip
def test_a_wrong_option_is_a_letter_with_exit_code_2(parser, argv, message):
    with pytest.raises(ConfigError, match=message) as refused:
        parser.parse_args(argv)
    assert (refused.value.code, refused.value.exit_code) == ("USAGE", ExitCode.USAGE)


def test_a_misspelled_option_that_is_required_is_named_too(parser):
    parser.add_argument("--mapping", required=True)
    with pytest.raises(ConfigError, match=r"required: --mapping \(did you mean --mapping\?"):
        parser.parse_args(["--mappings", "m.yaml"])


def test_every_command_knows_json_and_shows_its_example(parser, capsys):
    assert parser.parse_args(["--json", "--seed", "3"]) == argparse.Namespace(
        json=True, seed=3, folds=5
    )
    with pytest.raises(SystemExit, match="0"):
        parser.parse_args(["--help"])
    out = capsys.readouterr().out
    assert out.startswith("usage: hiprisk join")
    assert out.rstrip().endswith("example:\n  hiprisk join a.csv b.csv")


@pytest.mark.parametrize("columns", ["40", "100", "0", "wide", ""])
def test_help_is_as_wide_as_the_terminal(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    parser = Parser("x", description="d", example="e")
    theirs = argparse.RawDescriptionHelpFormatter("x")._width
    assert parser._get_formatter()._width == theirs
