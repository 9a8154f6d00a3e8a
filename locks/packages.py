"""Licences and bill of materials of every package that hiprisk is trained with.

    python locks/packages.py licences     writes docs/reference/licences.md
    python locks/packages.py sbom FILE    writes a CycloneDX bill of materials

Names and versions are those of locks/train.txt; licences are read from what is installed, first the
SPDX expression of a package, then its licence file, then its own words. Nothing is fetched.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from hiprisk.bill_of_materials import Package, bill_of_materials, licence, plain_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "locks" / "train.txt"
PAGE = ROOT / "docs" / "reference" / "licences.md"

# Locked for Windows only, so that no other machine has their metadata: as their projects state.
STATED = {"pywin32": "PSF-2.0", "waitress": "ZPL-2.1"}
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)
HEAD = """# Licences of the locked packages

Every package that `pip install --require-hashes -r locks/train.txt` installs, with the licence
that it states itself. hiprisk is Apache-2.0 and ships none of them. `make sbom` writes the same
as a CycloneDX bill of materials. This page is written by `python locks/packages.py licences`,
and a test holds it against the lock file.

| package | version | licence | only where |
| --- | --- | --- | --- |
"""


def locked() -> list[Package]:
    """Every package of the lock file."""
    found = _LOCKED.findall(LOCK.read_text(encoding="utf-8"))
    return [Package(plain_name(name), version, marker.strip()) for name, version, marker in found]


def stated_licence(name: str) -> str:
    """The licence of a package, as an SPDX expression; LookupError if it states none."""
    return STATED.get(name) or licence(name)


def page() -> str:
    """The page of licences."""
    rows = (f"| {one.name} | {one.version} | {stated_licence(one.name)} | "
            f"{one.marker.replace('|', '')} |" for one in locked())  # fmt: skip
    return HEAD + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> None:
    """Write what is asked for."""
    match arguments:
        case ["licences"]:
            PAGE.write_text(page(), encoding="utf-8")
        case ["sbom", file]:
            bill = bill_of_materials(locked(), ["train"], stated=STATED)
            text = json.dumps(bill, indent=1, ensure_ascii=False)
            Path(file).write_text(text + "\n", encoding="utf-8")
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
