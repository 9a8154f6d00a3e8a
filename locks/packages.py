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
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "locks" / "train.txt"
PAGE = ROOT / "docs" / "reference" / "licences.md"

# Locked for Windows only, so that no other machine has their metadata: as their projects state.
STATED = {"pywin32": "PSF-2.0", "waitress": "ZPL-2.1"}
WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
}
SPDX = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)
_REQUIRED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HEAD = """# Licences of the locked packages

Every package that `pip install --require-hashes -r locks/train.txt` installs, with the licence
that it states itself. hiprisk is Apache-2.0 and ships none of them. `make sbom` writes the same
as a CycloneDX bill of materials. This page is written by `python locks/packages.py licences`,
and a test holds it against the lock file.

| package | version | licence | only where |
| --- | --- | --- | --- |
"""


def locked() -> list[tuple[str, str, str]]:
    """Name, version and marker of every package of the lock file."""
    found = _LOCKED.findall(LOCK.read_text(encoding="utf-8"))
    return [(name.lower(), version, marker.strip()) for name, version, marker in found]


def licence(name: str) -> str:
    """The licence of a package, as an SPDX expression; LookupError if it states none."""
    if name in STATED:
        return STATED[name]
    package = metadata.distribution(name)
    stated = package.metadata.get("License-Expression")
    if stated:
        return str(stated)
    classifiers = package.metadata.get_all("Classifier") or []
    words = [package.metadata.get("License") or ""]
    words += [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    known = [WORDS.get(word, word) for word in words]
    plain = [word for word in known if _is_expression(word)]
    if plain:
        return plain[0]
    of_text = _licence_of_text(package)
    if of_text is None:
        raise LookupError(f"{name} states no licence")
    return of_text


def _is_expression(word: str) -> bool:
    return bool(SPDX.fullmatch(word)) and word != "BSD"


def _licence_of_text(package: metadata.Distribution) -> str | None:
    files = [file for file in package.files or () if "licen" in file.name.lower()
             or "copying" in file.name.lower()]  # fmt: skip
    for file in sorted(files, key=str):
        text = " ".join(Path(str(file.locate())).read_text(encoding="utf-8").split())
        if "Permission is hereby granted, free of charge" in text:
            return "MIT"
        if "Redistribution and use in source and binary forms" in text:
            has_third = "Neither the name" in text or "endorse or promote" in text
            return "BSD-3-Clause" if has_third else "BSD-2-Clause"
        if "Apache License" in text:
            return "Apache-2.0"
    return None


def page() -> str:
    """The page of licences."""
    rows = (f"| {name} | {version} | {licence(name)} | {marker.replace('|', '')} |"
            for name, version, marker in locked())  # fmt: skip
    return HEAD + "\n".join(rows) + "\n"


def bill_of_materials() -> dict[str, Any]:
    """CycloneDX 1.6; the same lock file gives the same document, so that it has no time."""
    packages = locked()
    names = {name: f"pkg:pypi/{name}@{version}" for name, version, _ in packages}
    ours = metadata.distribution("hiprisk")
    own = _component("hiprisk", ours.version, "Apache-2.0", kind="application")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": [_component(name, version, licence(name), marker=marker)
                       for name, version, marker in packages],
        "dependencies": [
            {"ref": own["bom-ref"], "dependsOn": _required("hiprisk", names)},
            *({"ref": names[name], "dependsOn": _required(name, names)} for name in names),
        ],
    }  # fmt: skip


def _component(
    name: str, version: str, stated: str, *, kind: str = "library", marker: str = ""
) -> dict[str, Any]:
    address = f"pkg:pypi/{name}@{version}"
    only = {"properties": [{"name": "hiprisk:marker", "value": marker}]} if marker else {}
    return {"type": kind, "bom-ref": address, "name": name, "version": version, "purl": address,
            "licenses": [{"expression": stated}], **only}  # fmt: skip


def _required(name: str, names: dict[str, str]) -> list[str]:
    if name in STATED:
        return []
    wanted = set()
    for line in metadata.requires(name) or ():
        requirement, _, marker = line.partition(";")
        found = _REQUIRED.match(requirement.strip())
        key = re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
        # The lock holds what hiprisk trains with: its own extra, and no extra of others.
        is_extra = "extra ==" in marker and not (name == "hiprisk" and "train" in marker)
        if key in names and not is_extra:
            wanted.add(names[key])
    return sorted(wanted)


def main(arguments: list[str]) -> None:
    """Write what is asked for."""
    match arguments:
        case ["licences"]:
            PAGE.write_text(page(), encoding="utf-8")
        case ["sbom", file]:
            text = json.dumps(bill_of_materials(), indent=1, ensure_ascii=False)
            Path(file).write_text(text + "\n", encoding="utf-8")
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
