"""Which cells of a CSV file LibreOffice takes for formulas, guarded and as they came.

    python experiments/formulas/run.py OUT.csv      needs soffice (Debian: libreoffice-calc-nogui)

Each cell is a sign behind something that nobody sees, or a text that somebody may have written. The
file is imported headless as a person opens it, with plain and with quoted cells, and the formulas
of the sheet are counted.
"""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyarrow as pa

from hiprisk.cohort.formulas import guarded

UNSEEN = [chr(number) for number in (
    0x20, 0x09, 0x0B, 0x0C, 0x1F, 0x7F, 0x85, 0xA0, 0xAD, 0x061C, 0x115F, 0x1160, 0x1680, 0x180E,
    0x2000, 0x2003, 0x2007, 0x2009, 0x200A, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029,
    0x202A, 0x202E, 0x202F, 0x205F, 0x2060, 0x2064, 0x2066, 0x2069, 0x2800, 0x3000, 0x3164, 0xFEFF,
    0xFFA0,
)]  # fmt: skip
# As typed, true minus, small, full-width; then dashes, superscripts and dingbats.
SIGNS = [*"=+-@", *(chr(number) for number in (
    0x2212, 0xFE62, 0xFE63, 0xFE66, 0xFE6B, 0xFF0B, 0xFF0D, 0xFF1D, 0xFF20,
    0x2010, 0x2013, 0x207A, 0x207C, 0x2795, 0x2796,
))]  # fmt: skip
TEXTS = [
    "-", "+", "=", "@", "--", "==", "-+", "+ve", "=A1", '=HYPERLINK("http://x";"y")',
    "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-cmd|' /C calc'!A0", "@SUM(1+1)", "=SUM(1;1)",
    "-2+3", "+A1", "{=1+1}", '="1"&"2"', "'=1+1", "''=1+1", "a\n=1+1", "=1+1 ", "= 1+1", "-1",
    "1e5",
]  # fmt: skip
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
QUOTING = {"plain": csv.QUOTE_MINIMAL, "quoted": csv.QUOTE_ALL}


def cells() -> dict[str, list[str]]:
    """Cells by their kind."""
    return {
        "sign first": [f"{sign}1+1" for sign in SIGNS],
        "sign behind the unseen": [
            f"{before}{sign}1+1" for before, sign in itertools.product(UNSEEN, SIGNS)
        ],
        "texts": TEXTS,
    }


def formulas(rows: list[str], quoting: int, folder: Path) -> list[str]:
    """The cells that became formulas."""
    with (folder / "in.csv").open("w", newline="", encoding="utf-8") as stream:
        to = csv.writer(stream, lineterminator="\n", quoting=quoting)
        to.writerows([[number, cell] for number, cell in enumerate(rows)])
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile",
               "--convert-to", "fods", "--outdir", str(folder), str(folder / "in.csv")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = []
    for row in ElementTree.parse(folder / "in.fods").getroot().iter(f"{TABLE}table-row"):
        numbered, *rest = row.iter(f"{TABLE}table-cell")
        if any(cell.get(f"{TABLE}formula") for cell in rest):
            found.append(rows[int("".join(numbered.itertext()))])
    return found


def main(out: str) -> int:
    with tempfile.TemporaryDirectory() as scratch, Path(out).open("w", newline="") as stream:
        to = csv.writer(stream, lineterminator="\n")
        to.writerow(["cells", "quoting", "guarded", "n", "formulas", "which"])
        n_guarded = 0
        for (kind, rows), (quoting, how) in itertools.product(cells().items(), QUOTING.items()):
            safe = guarded(pa.chunked_array([rows])).to_pylist()
            for is_guarded, given in ((False, rows), (True, safe)):
                found = formulas(given, how, Path(scratch))
                to.writerow([kind, quoting, is_guarded, len(given), len(found),
                             " ".join(map(ascii, found))])  # fmt: skip
                n_guarded += len(found) * is_guarded
    return 1 if n_guarded else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
