"""What the demo says at its end can be typed as it stands."""

import contextlib
import re
import shlex
import sys
from pathlib import Path

from hiprisk.cli import COMMANDS, main
from hiprisk.cli.demo import _print_commands, _show_next
from small_bundle import write_small_bundle


def test_the_commands_to_try_next_work_from_where_the_demo_ran(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv/bin/hiprisk"), "demo"])
    write_small_bundle(Path("demo/models"))
    _show_next(tmp_path / "demo/models/small", tmp_path / "demo/new_people.csv")
    said = capsys.readouterr().out
    assert ".venv/bin/hiprisk serve demo/models/small\n" in said
    assert "validate demo/models/small demo/new_people.csv --by sex" in said
    [line] = re.findall(r"hiprisk (predict .* --why)", said.replace("\\\n", " "))
    words = shlex.split(line)
    del words[words.index("--sex") : words.index("--sex") + 2]  # the small model has no sex
    assert main(words) == 0
    assert "predicted" in capsys.readouterr().out


def test_a_command_wider_than_the_terminal_goes_on_after_a_backslash(monkeypatch, capsys):
    monkeypatch.setattr("hiprisk.cli.demo.columns", lambda: 60)
    command = "hiprisk predict demo/models/stupar --age-years 58 --sex male --lbp-any no --why"
    _print_commands(command)
    said = capsys.readouterr().out
    first, *_, last = said.splitlines()
    assert first.endswith(" \\")
    assert not last.endswith("\\")
    assert max(map(len, said.splitlines())) <= 60
    assert shlex.split(said.replace("\\\n", "")) == shlex.split(command)


def test_the_readme_names_the_demos_bundle():
    readme = Path(__file__).parents[2] / "README.md"
    assert "demo/models/stupar" in readme.read_text(encoding="utf-8")


def test_every_command_of_the_readme_has_the_options_it_is_given(capsys):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\.venv/bin/hiprisk (.*?)(?:\s+#.*)?$", readme, flags=re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        command, *words = shlex.split(line)
        assert command in COMMANDS, line
        with contextlib.suppress(SystemExit):
            main([command, "--help"])
        offered = capsys.readouterr().out
        # The options of `predict` are the variables of its model.
        options = [word for word in words if word.startswith("--") and command != "predict"]
        assert [option for option in options if option not in offered] == [], line


def test_the_readme_shows_the_first_screen_of_a_report():
    root = Path(__file__).parents[2]
    *_, picture = re.findall(
        r"!\[[^]]+\]\((.*?)\)", (root / "README.md").read_text(encoding="utf-8")
    )
    assert (root / picture).read_bytes().startswith(b"\x89PNG")
