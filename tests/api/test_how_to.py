"""The code of docs/how-to/python.md runs, and docs/reference/python.md has every command."""

from pathlib import Path

import pytest

from blank_figures import figures_left_blank
from documentation.examples import run_examples
from hiprisk.cli import COMMANDS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "python.md"
# Commands whose work is a file, a page or a service.
WITHOUT_FUNCTION = {
    *("serve", "calculator", "report", "testpack", "template", "models", "track", "sign"),
    *("join", "init", "sheet", "demo"),
}


@pytest.mark.slow
def test_code_of_the_page_gives_what_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with figures_left_blank():
        attempted = run_examples("docs/how-to/python.md")
    assert attempted >= 14


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - WITHOUT_FUNCTION))
def test_the_reference_has_every_command_with_a_function(command):
    assert f"| `{command}" in REFERENCE.read_text(encoding="utf-8")
