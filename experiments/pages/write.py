"""Tables and figures of the evidence pages, from the committed results of the experiments.

python experiments/pages/write.py            # write them
python experiments/pages/write.py --check    # say which page differs; exit code 1 if one does
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from figures import FIGURES
from tables import TABLES, Table

DOCS = Path(__file__).parents[2] / "docs"
BEGIN = "<!-- table {name}: begin (python experiments/pages/write.py) -->"
END = "<!-- table {name}: end -->"


def with_tables(text: str, tables: dict[str, Table]) -> str:
    """A page with each of its tables made anew between the markers."""
    for name, table in tables.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        if text.count(begin) != 1 or text.count(end) != 1:
            raise SystemExit(f"the markers of the table '{name}' are not in the page once")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{table()}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    differ = []
    for page, tables in TABLES.items():
        old = (DOCS / page).read_text(encoding="utf-8")
        new = with_tables(old, tables)
        if new != old:
            differ.append(page)
        if not options.check:
            (DOCS / page).write_text(new, encoding="utf-8")
    if options.check:
        raise SystemExit("\n".join(differ) if differ else 0)
    for name, draw in FIGURES.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_bytes(draw())


if __name__ == "__main__":
    main()
