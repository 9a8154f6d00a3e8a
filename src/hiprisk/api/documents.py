"""Config, mapping and dictionary of the public functions: a path, a mapping, or what was read."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hiprisk.bundle import Bundle, read_bundle
from hiprisk.cohort.bundled_variables import BundledVariables
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.mapping import CohortMapping, load_mapping, mapping_from_text
from hiprisk.cohort.own_variables import dictionary_of, own_dictionary_from_text
from hiprisk.config import StudyConfig, load_config, study_from_text
from hiprisk.config.reading import (
    StudyOutcome,
    load_study_outcome,
    study_outcome,
    undecided_in_config,
)
from hiprisk.errors import ConfigError
from hiprisk.serving.model import Model
from hiprisk.yaml_settings import MappingText, UndecidedLines

Document = Path | str | Mapping[str, Any]


def bundle_of(model: Model | Bundle | Path | str) -> Bundle:
    """The bundle of a model, or that of a folder or name in ``models``."""
    if isinstance(model, Model):
        return model.bundle
    return model if isinstance(model, Bundle) else read_bundle(model)


def config_of(config: StudyConfig | Document, overrides: Sequence[str] = ()) -> StudyConfig:
    """A study config, from wherever it comes; paths in a mapping start at the current folder.

    Raises
    ------
    ConfigError, StoreError
        As `load_config`; also for overrides of a config that was read already.
    """
    if isinstance(config, StudyConfig):
        if overrides:
            raise ConfigError(
                "overrides are laid over a file or a mapping, and this config was read already",
                code="USAGE",
                column="overrides",
                advice="give them to load_config, or use dataclasses.replace",
            )
        return config
    if isinstance(config, Mapping):
        return study_from_text(as_yaml(config, "config"), overrides=overrides)
    return load_config(config, overrides=overrides)


def stated_outcome(study: StudyConfig | Document) -> StudyOutcome:
    """What a study predicts: of a config, or of a document with the section outcome alone."""
    if isinstance(study, StudyConfig):
        return StudyOutcome(study.outcome, study.sampling, study)
    if isinstance(study, Mapping):
        return study_outcome(as_yaml(study, "study"))
    return load_study_outcome(study)


def mapping_of(
    mapping: CohortMapping | Document,
    *,
    dictionary: Dictionary | None = None,
    bundled: BundledVariables | None = None,
) -> CohortMapping:
    """A column mapping, from wherever it comes."""
    if isinstance(mapping, CohortMapping):
        return mapping
    if isinstance(mapping, Mapping):
        text = as_yaml(mapping, "mapping")
        return mapping_from_text(text, dictionary=dictionary, bundled=bundled)
    return load_mapping(mapping, dictionary=dictionary, bundled=bundled)


def own_dictionary(dictionary: Dictionary | Document | None) -> Dictionary:
    """The packaged dictionary with the user's own variables, from wherever they come."""
    if isinstance(dictionary, Dictionary):
        return dictionary
    if isinstance(dictionary, Mapping):
        return own_dictionary_from_text(as_yaml(dictionary, "dictionary"), name="dictionary")
    return dictionary_of(dictionary)


def undecided_lines(
    config: StudyConfig | Document | None, study: StudyConfig
) -> tuple[UndecidedLines, ...]:
    """Guesses of a draft that nobody confirmed: in the config's file, mapping and dictionary."""
    own = undecided_in_config(config) if isinstance(config, Path | str) else ()
    cohort = study.cohort
    dictionary = dictionary_of(cohort.dictionary)
    # A study may be planned before there is a mapping.
    if cohort.mapping and Path(cohort.mapping).exists():
        mapping = load_mapping(cohort.mapping, dictionary=dictionary)
        return (*own, *mapping.undecided)
    return (*own, *dictionary.undecided)


@contextlib.contextmanager
def study_with(
    config: StudyConfig, *, mapping: Document | None = None, dictionary: Document | None = None
) -> Iterator[StudyConfig]:
    """A study whose mapping and dictionary are replaced.

    A study names them by path, and its bundle keeps their text: those that came as mappings stand
    in a folder of their own until the study is done.
    """
    given = {"mapping": mapping, "dictionary": dictionary}
    _check_given(config, mapping, dictionary)
    with tempfile.TemporaryDirectory(prefix="hiprisk-") as folder:
        paths: dict[str, Any] = {}
        for role, document in given.items():
            if isinstance(document, Mapping):
                path = Path(folder) / f"{role}.yaml"
                path.write_text(as_yaml(_with_whole_path(document), role), encoding="utf-8")
                paths[role] = str(path)
            elif document is not None:
                paths[role] = str(document)
        yield replace(config, cohort=replace(config.cohort, **paths)) if paths else config


def _check_given(
    config: StudyConfig, mapping: Document | None, dictionary: Document | None
) -> None:
    """Refuse what came as a mapping by its keys, before it is a file with lines."""
    if isinstance(dictionary, Mapping):
        own_dictionary(dictionary)
    if isinstance(mapping, Mapping):
        stated = config.cohort.dictionary if dictionary is None else dictionary
        mapping_of(mapping, dictionary=None if stated is None else own_dictionary(stated))


def _with_whole_path(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mapping that names its dictionary from wherever it is read."""
    named = document.get("dictionary")
    if not isinstance(named, Path | str):
        return document
    return {**document, "dictionary": str(Path(named).resolve())}


def as_yaml(document: Mapping[str, Any], name: str) -> MappingText:
    """A mapping as text that the one strict reader of YAML takes, an entry a line.

    Raises
    ------
    ConfigError
        If it holds anything but texts, numbers, yes and no, lists and mappings.
    """
    try:
        text = json.dumps(_plain(document), indent=1, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as problem:
        raise ConfigError(
            f"the mapping holds a value that no YAML file could: {problem}", column=name
        ) from None
    return MappingText(text)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Path):
        return str(value)
    # NumPy's numbers are those of a notebook.
    return value.item() if hasattr(value, "item") and hasattr(value, "dtype") else value
