"""``hiprisk testpack``."""

import json
from pathlib import Path

import pytest

from hiprisk.cli import main
from small_bundle import write_small_bundle


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_the_command_writes_a_pack_that_it_then_finds_equal(in_a_folder, capsys):
    assert main(["testpack", "small", "--out", "pack", "--random", "5"]) == 0
    assert sorted(p.name for p in Path("pack").iterdir()) == [
        "README.md", "expected.csv", "expected.json", "manifest.json", "vectors.csv",
        "vectors.json",
    ]  # fmt: skip
    assert "--check ANSWERS --random 5 --seed 2010" in Path("pack/README.md").read_text()
    assert "SIMULATED" in Path("pack/README.md").read_text()
    capsys.readouterr()
    assert main(["testpack", "small", "--check", "pack/expected.csv", "--random", "5"]) == 0
    assert capsys.readouterr().out.startswith("EQUAL: ")


def test_a_wrong_answer_is_shown_and_ends_with_3(in_a_folder, capsys):
    main(["testpack", "small", "--out", "pack", "--random", "0"])
    answers = json.loads(Path("pack/expected.json").read_text())
    answers[0]["upper_95"] = 3.0
    Path("answers.json").write_text(json.dumps(answers))
    capsys.readouterr()
    command = ["testpack", "small", "--check", "answers.json", "--random", "0"]
    assert main(command) == 3
    out = capsys.readouterr().out
    assert out.startswith("NOT EQUAL")
    assert "v0001-typical  upper_95" in out
    assert main([*command, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["n_differences"] == 1


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["small"], 2, "give --out DIR to write a pack, or --check ANSWERS"),
        (["small", "--out", "models"], 2, "the folder exists"),
        (["small", "--check", "none.json"], 5, "none.json: the file cannot be read"),
    ],
)
def test_wrong_calls_get_a_letter(in_a_folder, capsys, argv, code, words):
    assert main(["testpack", *argv]) == code
    assert words in capsys.readouterr().err
