"""A study config read from YAML, with options laid over it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.cohort import SamplingSettings
from hiprisk.config.fields import STRICT, refuse
from hiprisk.config.published import DeclaredOutcome
from hiprisk.config.settings import OutcomeSettings, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.yaml_settings import UndecidedLines, YamlDocument, parse_document, read_yaml
from hiprisk.yaml_strict import KeyPath, parse_yaml

REFERENCE = "see docs/reference/config.md"
# Keys of the cohort section that name a file.
PATHS = ("file", "mapping", "dictionary")

# A metric's minimum gain or an assumption of a sample size is as deep as it gets.
MAX_PARENTS = 8


def load_config(path: Path | str, *, overrides: Sequence[str] = ()) -> StudyConfig:
    """Read a study config.

    Parameters
    ----------
    path : path-like
        YAML file. Relative cohort and mapping paths in it start at its folder.
    overrides : sequence of str
        ``a.b=value``, each replacing one key; the value is read as YAML.

    Returns
    -------
    StudyConfig

    Raises
    ------
    ConfigError
        If the file is not strict YAML, has an unknown key or a value that breaks a rule.
    StoreError
        If the file cannot be read.
    """
    document = read_yaml(path, what="config", reference=REFERENCE)
    return _anchored(_study(document, overrides), Path(path).parent)


def undecided_in_config(path: Path | str) -> tuple[UndecidedLines, ...]:
    """Lines of a study config that a draft asks about and nobody has answered."""
    return read_yaml(path, what="config", reference=REFERENCE).undecided


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OutcomeFile:
    """A file that declares an outcome, how people were sampled, and nothing else of a study."""

    outcome: DeclaredOutcome
    sampling: SamplingSettings | None = None

    @model_validator(mode="after")
    def _sampled_by_the_outcome(self) -> Self:
        if self.sampling is not None and self.outcome.kind != "binary":
            raise refuse("sampling is of cases and controls, and needs a binary outcome")
        return self


class StudyOutcome(NamedTuple):
    """An outcome that a file declares, and the study around it, where the file holds one."""

    outcome: OutcomeSettings
    sampling: SamplingSettings | None
    study: StudyConfig | None


def load_study_outcome(path: Path | str) -> StudyOutcome:
    """Read what a study predicts and how its people were sampled.

    Parameters
    ----------
    path : path-like
        A study config, or a file with the section ``outcome``, and ``sampling`` at most.

    Raises
    ------
    ConfigError, StoreError
        As `load_config`.
    """
    found = _study_outcome(read_yaml(path, what="config", reference=REFERENCE))
    if found.study is None:
        return found
    return found._replace(study=_anchored(found.study, Path(path).parent))


def study_outcome(text: str, *, name: str = "study") -> StudyOutcome:
    """The same from YAML text."""
    return _study_outcome(parse_document(text, name=name, reference=REFERENCE))


def _study_outcome(document: YamlDocument) -> StudyOutcome:
    if {"outcome"} <= set(document.data) <= {"outcome", "sampling"}:
        stated = document.settings(OutcomeFile)
        return StudyOutcome(stated.outcome, stated.sampling, None)
    study = _study(document, ())
    return StudyOutcome(study.outcome, study.sampling, study)


def study_from_text(
    text: str, *, name: str = "config", overrides: Sequence[str] = ()
) -> StudyConfig:
    """Build a study from YAML text; see `load_config`."""
    return _study(parse_document(text, name=name, reference=REFERENCE), overrides)


def _study(document: YamlDocument, overrides: Sequence[str]) -> StudyConfig:
    options = frozenset(_override(document.data, override) for override in overrides)
    if any(override.startswith("blocks=") for override in overrides):
        _labels_of_blocks(document.data)
    return dataclasses.replace(document, options=options).settings(StudyConfig)


def _labels_of_blocks(data: dict[str, Any]) -> None:
    """Labels of the blocks that an option put in place of the file's: of others there are none."""
    labels, blocks = data.get("block_labels"), data.get("blocks")
    if isinstance(labels, dict) and isinstance(blocks, dict):
        data["block_labels"] = {name: labels[name] for name in labels if name in blocks}


def resolved(config: StudyConfig) -> dict[str, Any]:
    """The whole study as plain JSON values: what was asked for, without where it lay.

    Of paths only the file's name stays, so that the same study has the same text on every machine.
    """
    plain: dict[str, Any] = TypeAdapter(StudyConfig).dump_python(config, mode="json")
    plain["reporting"] = config.reporting.given()
    if not plain["reporting"]:
        # Studies without answers are written as they were before there were any to give.
        del plain["reporting"]
    if not plain["block_labels"]:
        del plain["block_labels"]
    for key in PATHS:
        plain["cohort"][key] = _each(plain["cohort"][key], lambda path: Path(path).name)
    return plain


def _each(paths: Any, change: Callable[[str], str]) -> Any:
    """One path or several, changed; what is not given stays so."""
    if not paths or isinstance(paths, str):
        return change(paths) if paths else paths
    return type(paths)(change(path) for path in paths)


def _anchored(config: StudyConfig, folder: Path) -> StudyConfig:
    cohort = config.cohort
    named = {key: getattr(cohort, key) for key in PATHS}
    moved: dict[str, Any] = {
        key: _each(path, lambda one: str(folder / one)) for key, path in named.items() if path
    }
    moved_cohort = dataclasses.replace(cohort, **moved)
    return dataclasses.replace(config, cohort=moved_cohort)


def _override(data: dict[str, Any], override: str) -> KeyPath:
    """Replace one key, and say which."""
    key, equals, value = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError(
            f"'{override}' is not of the form a.b=value",
            column="--set",
            advice="for instance --set tuning.trials=10",
        )
    parsed, _ = parse_yaml(f"value: {value}", name="--set")
    *parents, last = key.strip().split(".")
    if len(parents) > MAX_PARENTS:
        raise ConfigError(
            f"the key has {len(parents)} dots, and no key of a config has more than {MAX_PARENTS}",
            column="--set",
            advice="for instance --set tuning.trials=10",
        )
    place: Any = data
    for parent in parents:
        place = place.setdefault(parent, {}) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        raise ConfigError(f"'{key}' is below a key that is not a section", column="--set")
    place[last] = parsed["value"]
    return (*parents, last)
