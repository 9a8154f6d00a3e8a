"""Bills of materials (CycloneDX) and licences of packages, from the metadata of what is installed.

The same packages give the same document: it holds no time, no serial number and no path. Nothing is
fetched.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any

OWN = "hiprisk"
OWN_LICENCE = "Apache-2.0"

_WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
}
_SPDX = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_REQUIREMENT = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[(?P<extras>[^\]]*)\])?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """A package of a bill.

    Attributes
    ----------
    name : str
        In lower case, with dashes.
    marker : str
        Where alone it is installed, in the words of a lock file; empty for everywhere.
    """

    name: str
    version: str
    marker: str = ""

    @property
    def address(self) -> str:
        """The package's URL (purl)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def plain_name(name: str) -> str:
    """The name of a package as an index has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill_of_what_is_used(extras: Iterable[str], also: Iterable[str] = ()) -> dict[str, Any]:
    """The bill of what hiprisk and its extras require, as it is installed here.

    Parameters
    ----------
    extras : iterable of str
        Extras of hiprisk.
    also : iterable of str
        Further packages, such as those of own candidates.

    Notes
    -----
    What these require is listed too, and the interpreter. Whatever else is installed is left
    out, and so is what is required on other machines alone.
    """
    read, meant = _Metadata(), frozenset(extras)
    bill = bill_of_materials(_used_packages(meant, also, read), meant, read=read)
    bill["components"].append(
        {"type": "platform", "name": platform.python_implementation(),
         "version": platform.python_version()}
    )  # fmt: skip
    return bill


def _used_packages(extras: frozenset[str], also: Iterable[str], read: _Metadata) -> list[Package]:
    found: dict[str, Package] = {}
    followed: set[tuple[str, frozenset[str]]] = set()
    waiting = [(OWN, extras), *((plain_name(name), frozenset[str]()) for name in also)]
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in followed:
            continue
        followed.add((name, wanted))
        stated = read.of(name)
        if stated is None:
            continue
        if name != OWN:
            found[name] = Package(name, str(stated["Version"]))
        waiting += _required(stated.get_all("Requires-Dist"), wanted)
    return sorted(found.values())


def bill_of_materials(
    packages: Sequence[Package],
    extras: Iterable[str],
    *,
    stated: Mapping[str, str] | None = None,
    read: _Metadata | None = None,
) -> dict[str, Any]:
    """CycloneDX 1.6 of packages, with the licence that each states and what it requires.

    Parameters
    ----------
    packages : sequence of Package
    extras : iterable of str
        Extras of hiprisk that are meant.
    stated : mapping of str to str, optional
        Licences of packages that are not installed here, by name.
    read : optional
        What was read of the packages already.

    Raises
    ------
    LookupError
        If `stated` is given and a package states no licence; else such a package is listed
        without.
    """
    read = read or _Metadata()
    known = {package.name: package.address for package in packages}
    own = Package(OWN, metadata.version(OWN))
    whose = {OWN: OWN_LICENCE, **(stated or {})}
    listed = [
        _component(package, _licence(package.name, whose, read, strict=stated is not None))
        for package in packages
    ]
    needs = {OWN: frozenset(extras)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_component(own, OWN_LICENCE), "type": "application"}},
        "components": listed,
        "dependencies": [
            {
                "ref": package.address,
                "dependsOn": sorted(
                    {
                        known[name]
                        for name, _ in _required_by(package.name, needs, read)
                        if name in known
                    }
                ),
            }
            for package in (own, *packages)
        ],
    }


def licence(name: str) -> str:
    """The licence of an installed package, as an SPDX expression.

    Taken are its own expression, then its words where they are known, then its licence file.

    Raises
    ------
    LookupError
        If it states none, or is not installed.
    """
    return _licence(name, {}, _Metadata(), strict=True) or ""


class _Metadata:
    """What packages state of themselves, each read once and without its long description."""

    def __init__(self) -> None:
        self._read: dict[str, Message | None] = {}

    def of(self, name: str) -> Message | None:
        """The headers of a package; None where it is not installed."""
        if name not in self._read:
            self._read[name] = _headers(name)
        return self._read[name]


def _headers(name: str) -> Message | None:
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    text = package.read_text("METADATA") or package.read_text("PKG-INFO") or ""
    return message_from_string(text.partition("\n\n")[0])


def _licence(name: str, whose: Mapping[str, str], read: _Metadata, *, strict: bool) -> str | None:
    stated = read.of(name)
    found = whose.get(name) or (None if stated is None else _stated_licence(name, stated))
    if found is None and strict:
        raise LookupError(f"{name} states no licence")
    return found


def _stated_licence(name: str, stated: Message) -> str | None:
    if expression := stated.get("License-Expression"):
        return str(expression)
    classifiers = stated.get_all("Classifier") or []
    words = [str(stated.get("License") or "")]
    words += [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    known = [_WORDS.get(word, word) for word in words]
    plain = [word for word in known if _SPDX.fullmatch(word) and word != "BSD"]
    return plain[0] if plain else _licence_of_text(metadata.distribution(name))


def _licence_of_text(package: metadata.Distribution) -> str | None:
    files = [
        file for file in package.files or ()
        if "licen" in file.name.lower() or "copying" in file.name.lower()
    ]  # fmt: skip
    for file in sorted(files, key=str):
        text = " ".join(Path(str(file.locate())).read_text(encoding="utf-8").split())
        if "Permission is hereby granted, free of charge" in text:
            return "MIT"
        if "Redistribution and use in source and binary forms" in text:
            has_third = "Neither the name" in text or "endorse or promote" in text
            return "BSD-3-Clause" if has_third else "BSD-2-Clause"
        if "Apache License" in text:
            return OWN_LICENCE
    return None


def _component(package: Package, stated: str | None) -> dict[str, Any]:
    only = {"properties": [{"name": "hiprisk:marker", "value": package.marker}]}
    return {
        "type": "library",
        "bom-ref": package.address,
        "name": package.name,
        "version": package.version,
        "purl": package.address,
        **({"licenses": [{"expression": stated}]} if stated else {}),
        **(only if package.marker else {}),
    }


def _required_by(
    name: str, extras: Mapping[str, frozenset[str]], read: _Metadata
) -> list[tuple[str, frozenset[str]]]:
    """What a package requires; nothing of one that is locked for other machines than this."""
    stated = read.of(name)
    lines = None if stated is None else stated.get_all("Requires-Dist")
    return _required(lines, extras.get(name, frozenset()))


def _required(
    lines: Sequence[str] | None, extras: frozenset[str]
) -> list[tuple[str, frozenset[str]]]:
    """Names that are required, each with the extras of it that are."""
    found = []
    for line in lines or ():
        requirement, _, marker = line.partition(";")
        of_extras = set(_EXTRA.findall(marker))
        named = _REQUIREMENT.match(requirement)
        if named is None or (of_extras and not of_extras & extras):
            continue
        wanted = (named["extras"] or "").split(",")
        found.append((plain_name(named["name"]), frozenset(filter(None, map(str.strip, wanted)))))
    return found
