"""Pages of docs/tutorials from the scripts beside them: text, code, and what the code printed.

``python tests/tutorial_pages.py`` runs every script on the records that HIPRISK_NHS_COHORT names
and writes its page anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TUTORIALS = ROOT / "docs" / "tutorials"
RECORDS = "HIPRISK_NHS_COHORT"
SAMPLE = ROOT / ".." / "shared" / "data" / "nhs_proms_hip_sample15k.csv"
_CELL = "# %%"
_TEXT = "# %% [markdown]"


@dataclass(frozen=True)
class Cell:
    """A cell of a script: text of the page, or code with what it printed."""

    text: str
    is_code: bool
    printed: str = ""


def scripts() -> list[Path]:
    """Every tutorial's script."""
    return sorted(TUTORIALS.glob("*.py"))


def page_of(script: Path) -> Path:
    """The page that a script makes."""
    return script.with_name(script.stem.replace("_", "-") + ".md")


def cells(script: Path) -> list[Cell]:
    """Cells of a script in the percent format."""
    found: list[list[str]] = []
    for line in script.read_text(encoding="utf-8").splitlines():
        if line.startswith(_CELL):
            found.append([line])
        else:
            found[-1].append(line)
    return [_cell(head, body) for head, *body in found]


def _cell(head: str, body: list[str]) -> Cell:
    if head != _TEXT:
        return Cell("\n".join(body).strip("\n"), is_code=True)
    return Cell("\n".join(line.removeprefix("#").removeprefix(" ") for line in body).strip(), False)


def run(script: Path, cohort: Path) -> tuple[list[Cell], dict[str, Any]]:
    """The cells with what they print, in order, and the names they leave behind."""
    os.environ[RECORDS] = str(cohort)
    names: dict[str, Any] = {"__file__": str(script), "__name__": "__tutorial__"}
    done = []
    for cell in cells(script):
        printed = io.StringIO()
        if cell.is_code:
            with contextlib.redirect_stdout(printed):
                exec(compile(cell.text, str(script), "exec"), names)
        done.append(Cell(cell.text, cell.is_code, printed.getvalue().rstrip()))
    return done, names


def page(done: list[Cell]) -> str:
    """A page of cells, as Markdown."""
    return "\n\n".join(part for cell in done for part in _parts(cell)) + "\n"


def _parts(cell: Cell) -> Iterator[str]:
    if not cell.is_code:
        yield cell.text
        return
    yield f"```python\n{cell.text}\n```"
    if cell.printed:
        yield f"```text\n{cell.printed}\n```"


def main() -> None:
    """Write every page, and the figures that its script saved."""
    for script in scripts():
        done, names = run(script, Path(os.environ.get(RECORDS, SAMPLE)).resolve())
        page_of(script).write_text(page(done), encoding="utf-8")
        for figure in sorted(names["models"].parent.glob("*.svg")):
            shutil.copy(figure, TUTORIALS / f"{page_of(script).stem}-{figure.name}")
        shutil.rmtree(names["models"].parent)
        sys.stdout.write(f"{page_of(script)}\n")


if __name__ == "__main__":
    main()
