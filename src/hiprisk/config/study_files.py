"""A study as its bundle keeps it: the config in its order, with the YAML files that it names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hiprisk.config.reading import REFERENCE, load_config, resolved
from hiprisk.config.settings import StudyConfig
from hiprisk.errors import DATA_FRAME, BundleError, ConfigError
from hiprisk.yaml_settings import read_yaml

EDITOR_LINE = "# yaml-language-server:"
# The study's own dictionary may have the name of the mapping's.
_FOLDERS = {"mapping": "", "mapping_dictionary": "", "dictionary": "study"}


@dataclass(frozen=True, slots=True)
class NamedText:
    """A file by its name alone, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredStudy:
    """What a bundle's ``study.json`` holds.

    Attributes
    ----------
    config : dict
        The resolved config, its blocks in the order in which they were written.
    files : mapping of str to NamedText
        ``mapping``, ``dictionary`` (the study's own) and ``mapping_dictionary``, where there are.
    """

    config: dict[str, Any]
    files: Mapping[str, NamedText]

    @property
    def cohort_names(self) -> tuple[str, ...]:
        """Names of the cohort files; empty for a simulated cohort."""
        named = self.config["cohort"]["file"]
        return () if named is None else (named,) if isinstance(named, str) else tuple(named)

    def check_number(self, n_given: int) -> None:
        """Raise ConfigError if there are more or fewer cohort files than the study read."""
        names = self.cohort_names
        if n_given == len(names):
            return
        read = f"the study read {len(names)} cohort file(s) ({', '.join(names)})"
        advice = " ".join(f"--cohort {name}" for name in names)
        if not names:
            read, advice = "the study's cohort is simulated", "leave out --cohort"
        elif names == (DATA_FRAME,):
            read = "the study was trained on a data frame"
            advice = "write it to a file that --cohort names, or give it to hiprisk.rebuild"
        raise ConfigError(
            f"{read}, and {n_given} came", column="--cohort", code="USAGE", advice=advice
        )

    def unpacked(self, folder: Path, cohort: Sequence[Path] | None) -> StudyConfig:
        """The study, its files written into an empty folder and its cohort read from elsewhere.

        Parameters
        ----------
        folder : Path
        cohort : sequence of Path or None
            Cohort files in the order of `cohort_names`; None where a data frame stands for the one.

        Raises
        ------
        ConfigError
            If there are more or fewer files than the study read.
        """
        self.check_number(1 if cohort is None else len(cohort))
        paths = [
            str(_under_its_name(given, name, folder))
            for given, name in zip(cohort or (), self.cohort_names, strict=cohort is not None)
        ]
        settings = dict(self.config["cohort"])
        if paths:
            settings["file"] = paths[0] if isinstance(settings["file"], str) else paths
        for role, file in self.files.items():
            target = folder / _FOLDERS[role] / file.name
            target.parent.mkdir(exist_ok=True)
            target.write_text(file.text, encoding="utf-8")
            if role in settings:
                settings[role] = str(target)
        config = folder / "study.yaml"
        config.write_text(json.dumps({**self.config, "cohort": settings}), encoding="utf-8")
        return load_config(config)


def study_files(config: StudyConfig) -> dict[str, NamedText]:
    """The YAML files that a study names, as they were written.

    The line that names a schema for editors holds a path and is left empty, so that lines keep
    their numbers; of the path of a mapping's dictionary only the name stays.

    Raises
    ------
    ConfigError, StoreError
        If one cannot be read.
    """
    found = {}
    for role in ("mapping", "dictionary"):
        path = getattr(config.cohort, role)
        if path:
            found[role] = _named_text(Path(path))
    named = _dictionary_of_mapping(config.cohort.mapping)
    if named is not None:
        inner = Path(str(config.cohort.mapping)).parent / named
        found["mapping_dictionary"] = _named_text(inner)
        mapping = found["mapping"]
        found["mapping"] = NamedText(mapping.name, mapping.text.replace(named, inner.name))
    return found


def study_document(
    config: StudyConfig,
    files: Mapping[str, NamedText],
    *,
    packages: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """``study.json``: the same study has the same bytes on every machine.

    Parameters
    ----------
    config : StudyConfig
    files : mapping of str to NamedText
    packages : mapping of str to str
        Versions of the packages of its own candidates.
    """
    plain = {
        "config": resolved(config),
        "files": {role: {"name": file.name, "text": file.text} for role, file in files.items()},
        **({"packages": dict(packages)} if packages else {}),
    }
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def stored_study(document: Mapping[str, Any]) -> StoredStudy:
    """Read ``study.json``, parsed; BundleError if it is none."""
    try:
        files = {
            role: NamedText(Path(str(document["files"][role]["name"])).name,
                            str(document["files"][role]["text"]))
            for role in _FOLDERS
            if role in document["files"]
        }  # fmt: skip
        return StoredStudy(dict(document["config"]), files)
    except (KeyError, TypeError, ValueError):
        raise BundleError(
            "the file holds no study", code="NOT_A_STUDY", file="study.json",
            advice="copy the bundle again from its source",
        ) from None  # fmt: skip


def _named_text(path: Path) -> NamedText:
    # Read strictly first: what is no YAML is refused by its line.
    read_yaml(path, what="file", reference=REFERENCE)
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = ["#" if line.startswith(EDITOR_LINE) else line for line in lines]
    return NamedText(path.name, "\n".join(kept))


def _dictionary_of_mapping(mapping: str | None) -> str | None:
    if not mapping:
        return None
    named = read_yaml(mapping, what="mapping", reference=REFERENCE).data.get("dictionary")
    return named if isinstance(named, str) else None


def _under_its_name(given: Path, name: str, folder: Path) -> Path:
    """A cohort file under the name that the study knew it by, which its evidence repeats."""
    if given.name == name:
        return given.resolve()
    link = folder / "cohort" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(given.resolve())
    return link
