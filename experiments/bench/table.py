"""The table of docs/performance.md, from what the benchmarks recorded.

python experiments/bench/table.py            # write it between the page's markers
python experiments/bench/table.py --print    # print it
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from recording import COLUMNS, RESULTS

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN = "<!-- table: begin (python experiments/bench/table.py) -->"
END = "<!-- table: end -->"
FIGURES = PAGE.parent / "figures"
GROWTH_BEGIN = "<!-- growth: begin (python experiments/bench/table.py) -->"
GROWTH_END = "<!-- growth: end -->"
HEAD = ("what", "aim", "hiprisk", "beside it", "ratio", "load, date")
# In the order of the page; a file that is not here comes after them.
ORDER = (
    "trees", "bootstrap_validation", "score_file", "imputation", "train_study", "predict_one",
    "cluster", "growth",
)  # fmt: skip


def recorded(folder: Path) -> list[dict[str, str]]:
    """All rows of all scripts."""
    rows = []
    place = {name: number for number, name in enumerate(ORDER)}
    for file in sorted(
        folder.glob("*.csv"), key=lambda one: (place.get(one.stem, len(ORDER)), one.stem)
    ):
        with file.open(newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) == COLUMNS:
                rows += list(reader)
    return rows


def table(rows: list[dict[str, str]]) -> str:
    """Markdown: a row a measurement, and the versions below."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line(_cells(row)) for row in rows]
    versions = dict.fromkeys(row["versions"] for row in rows)
    return "\n".join([*lines, "", *(f"* {one}" for one in versions)])


def _cells(row: dict[str, str]) -> list[str]:
    ours = row["ours"] + (f" ({row['note']})" if row["note"] else "")
    rival = ": ".join(one for one in (row["rival_name"], row["rival"]) if one)
    return [row["what"], row["aim"], ours, rival, _ratio(row), f"{row['load']}, {row['date']}"]


def _ratio(row: dict[str, str]) -> str:
    if not row["ratio"]:
        return ""
    number = _short(row["ratio"])
    if not row["low"] or row["low"] == row["high"]:
        return number
    return f"{number} ({_short(row['low'])} to {_short(row['high'])})"


def _short(number: str) -> str:
    value = float(number)
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def print_table(*, short: bool) -> None:
    rows = recorded(RESULTS / "short" if short else RESULTS)
    print("\n" + (table(rows) if rows else "nothing was recorded"))


def pictures(folder: Path) -> str:
    """Markdown of the curves that were drawn."""
    files = sorted(folder.glob("growth-*.png"))
    return "\n\n".join(f"![Growth: {one.stem.partition('-')[2]}]({folder.name}/{one.name})"
                        for one in files)  # fmt: skip


def page_with(text: str, new: str, begin: str = BEGIN, end: str = END) -> str:
    """The page with other text between two markers."""
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise SystemExit(f"the markers are not in {PAGE.name}: {begin} and {end}")
    return f"{before}{begin}\n{new}\n{end}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--print", action="store_true", dest="prints", help="leave the page")
    options = parser.parse_args()
    if options.prints:
        print_table(short=False)
        return
    text = PAGE.read_text(encoding="utf-8")
    text = page_with(text, table(recorded(RESULTS)))
    text = page_with(text, pictures(FIGURES), GROWTH_BEGIN, GROWTH_END)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
