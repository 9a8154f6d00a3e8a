"""Writes `docs/reference/bad-input.md` from the matrix: `python tests/bad_input/page.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from bad_input.elsewhere import ELSEWHERE, LEFT_OUT  # noqa: E402
from bad_input.matrix import ACCEPTED, CELLS, FILES  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "bad-input.md"
HEAD = Path(__file__).with_name("page_head.md")


def plain(pattern: str) -> str:
    """A message's regular expression as words."""
    text = re.sub(r"\.\*", "…", pattern)
    return re.sub(r"\\(.)", r"\1", text).rstrip("$")


def shown(text: str) -> str:
    return text.replace("|", "\\|")


def table(head: str, rows: list[tuple[object, ...]]) -> str:
    names = head.split(" | ")
    lines = [head, " | ".join(["---"] * len(names))]
    lines += [" | ".join(shown(str(cell)) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def counts() -> dict[str, int]:
    """Cases by way in, as the tests run them."""
    read = sum("check" in case.readers for case in FILES)
    values = sum(not case.only_files for case in CELLS)
    return {
        "reader": read + len(ACCEPTED),
        "score": len(FILES) + len(ACCEPTED) + len(CELLS),
        "check": read + len(CELLS),
        "each": 9,
        "values": values,
    }


def words() -> str:
    """The page's text."""
    files = [(c.row, c.what, c.code, c.exit_code, plain(c.message)) for c in FILES]
    cells = [
        (c.row, c.what, "flag " + c.code if c.flag else c.code,
         "0" if c.flag else "6", c.person or ("scored all the same" if c.flag else "files only"))
        for c in CELLS
    ]  # fmt: skip
    accepted = [(c.row, c.what, c.result) for c in ACCEPTED]
    others = [(row, what, outcome, f"`{test.split('::')[0]}`") for row, what, outcome, test
              in sorted(ELSEWHERE)]  # fmt: skip
    left = sorted(LEFT_OUT.items())
    return "\n".join(
        [
            HEAD.read_text(encoding="utf-8").format(**counts()),
            "## Files that are refused as a whole\n",
            table("row | what | code | exit | message", sorted(files, key=lambda c: c[0])),
            "## Values that make a row unusable\n",
            "The row comes back with `CODE(variable)` as its reason and no prediction; the others\n"
            "are scored. A single patient is refused with the message (exit 3, status 422).\n",
            table("row | what | code | exit of `score` | message for a patient",
                  sorted(cells, key=lambda c: c[0])),
            "## Files that are read\n",
            table("row | what | result", sorted(accepted, key=lambda c: c[0])),
            "## Pinned by other tests\n",
            table("row | what | outcome | where", others),
            "## Not in this table\n",
            table("row | why, or where", left),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(words(), encoding="utf-8")
