"""What the demo says at its end can be typed as it stands."""

import re
import shlex
import sys
from pathlib import Path

from hiprisk.cli import main
from hiprisk.cli.demo import _show_next
from small_bundle import write_small_bundle


def test_the_commands_to_try_next_work_from_where_the_demo_ran(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv/bin/hiprisk"), "demo"])
    write_small_bundle(Path("demo/models"))
    _show_next(tmp_path / "demo/models/small", tmp_path / "demo/new_people.csv")
    said = capsys.readouterr().out
    assert ".venv/bin/hiprisk serve demo/models/small\n" in said
    assert "validate demo/models/small demo/new_people.csv --by sex" in said
    [line] = re.findall(r"hiprisk (predict .* --why)", said)
    words = shlex.split(line)
    del words[words.index("--sex") : words.index("--sex") + 2]  # the small model has no sex
    assert main(words) == 0
    assert "predicted" in capsys.readouterr().out


def test_the_readme_names_the_demos_bundle():
    readme = Path(__file__).parents[2] / "README.md"
    assert "demo/models/stupar" in readme.read_text(encoding="utf-8")
