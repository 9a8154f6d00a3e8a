"""From YAML text to a study, with the offending key and line named."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hiprisk.config.settings import StudyConfig
from hiprisk.errors import ConfigError, StoreError
from hiprisk.yaml_strict import parse_yaml

# Of the keys that are off.
MOST_TOLD = 5

KeyPath = tuple[str | int, ...]
_COMMA = re.compile(r"[-+]?\d+,\d+")
Lines = Mapping[KeyPath, int]


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
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise StoreError(
            f"the config cannot be read: {reason}",
            file=path.name,
            advice="name a YAML file, for instance configs/stupar.yaml",
        ) from problem
    return study_from_text(text, name=path.name, folder=path.parent, overrides=overrides)


def study_from_text(
    text: str, *, name: str = "config", folder: Path | None = None, overrides: Sequence[str] = ()
) -> StudyConfig:
    """Build a study from YAML text; see `load_config`."""
    data, lines = parse_yaml(text, name=name)
    options = {_override(data, override) for override in overrides}
    try:
        config = TypeAdapter(StudyConfig).validate_python(data)
    except ValidationError as invalid:
        raise as_config_error(invalid, name=name, lines=lines, options=options) from None
    return config if folder is None else _anchored(config, folder)


def resolved(config: StudyConfig) -> dict[str, Any]:
    """The whole study as plain JSON values: what was asked for, without where it lay.

    Of paths only the file's name stays, so that the same study has the same text on every machine.
    """
    plain: dict[str, Any] = TypeAdapter(StudyConfig).dump_python(config, mode="json")
    for key in ("file", "mapping"):
        if plain["cohort"][key] is not None:
            plain["cohort"][key] = Path(plain["cohort"][key]).name
    return plain


def _anchored(config: StudyConfig, folder: Path) -> StudyConfig:
    cohort = config.cohort
    file = None if cohort.file is None else str(folder / cohort.file)
    mapping = None if cohort.mapping is None else str(folder / cohort.mapping)
    moved = dataclasses.replace(cohort, file=file, mapping=mapping)
    return dataclasses.replace(config, cohort=moved)


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
    place: Any = data
    for parent in parents:
        place = place.setdefault(parent, {}) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        raise ConfigError(f"'{key}' lies below a key that is not a section", column="--set")
    place[last] = parsed["value"]
    return (*parents, last)


def as_config_error(
    invalid: ValidationError,
    *,
    name: str,
    lines: Lines,
    advice: str | None = None,
    options: Collection[KeyPath] = (),
) -> ConfigError:
    """Pydantic's refusal as one of ours: up to five keys that are off, each with its line.

    A key that was set by an option is not in the file, so that the option is named in its place.
    """
    problems = invalid.errors(include_url=False, include_input=True, include_context=True)
    problems.sort(key=lambda found: (not _is_unknown(found), -len(_path(found["loc"]))))
    # A key that may be of several kinds is refused once for each of them.
    by_key: dict[KeyPath, Any] = {}
    for problem in problems:
        by_key.setdefault(_path(problem["loc"]), problem)
    (path, first), *others = by_key.items()
    told = [
        f"{_where(key, lines, options)}: {_reason(other)}" for key, other in others[: MOST_TOLD - 1]
    ]
    if len(others) >= MOST_TOLD:
        told.append(f"{len(others) - MOST_TOLD + 1} more")
    return ConfigError(
        "; ".join([_reason(first), *told]),
        file=None if _option_of(path, options) else name,
        column=_where(path, lines, options),
        advice=_decimal_comma(first, path) or advice or _advice(first, path),
    )


def _where(path: KeyPath, lines: Lines, options: Collection[KeyPath]) -> str:
    key = ".".join(map(str, path)) or "the study"
    if _option_of(path, options):
        return f"--set {key}"
    line = _line_of(path, lines)
    place = f"{key} (line {line})" if line else key
    inside = [option for option in options if option[: len(path)] == path]
    # A rule of the whole section: the option may be what breaks it.
    return f"{place} with --set {'.'.join(map(str, sorted(inside)[0]))}" if inside else place


def _option_of(path: KeyPath, options: Collection[KeyPath]) -> bool:
    return any(path[: len(option)] == option for option in options)


def _decimal_comma(problem: Any, path: KeyPath) -> str | None:
    """Advice where 0.6 was written 0,6; in braces YAML makes two keys of that, 0 and then 6."""
    given = str(problem.get("input"))
    if problem["type"] == "float_parsing" and _COMMA.fullmatch(given):
        return f"write it with a decimal point: {given.replace(',', '.')}"
    if _is_unknown(problem) and str(path[-1]).isdigit() and problem.get("input") is None:
        return "a decimal comma? write numbers with a point, 0.6 for 0,6"
    return None


def _path(loc: tuple[str | int, ...]) -> KeyPath:
    """Pydantic's location without the names of the union's branches."""
    branches = {"float", "int", "Range", "tuple[float, ...]", "dataclass"}
    return tuple(part for part in loc if part not in branches and "[" not in str(part))


def _is_unknown(problem: Any) -> bool:
    return problem["type"] in ("unexpected_keyword_argument", "extra_forbidden")


def _reason(problem: Any) -> str:
    kind, message = problem["type"], problem["msg"]
    if _is_unknown(problem):
        return "this key is not known"
    if kind in ("missing", "missing_argument"):
        return "this key is required"
    return str(message[0].lower() + message[1:])


def _advice(problem: Any, path: KeyPath) -> str:
    if not _is_unknown(problem):
        return "see docs/reference/config.md"
    known = sorted(_known_keys())
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"did you mean {close[0]}?" if close else "see docs/reference/config.md"


def _known_keys() -> set[str]:
    from hiprisk.config import settings

    kinds = [kind for kind in vars(settings).values() if dataclasses.is_dataclass(kind)]
    return {field.name for kind in kinds for field in dataclasses.fields(kind)}


def _line_of(path: KeyPath, lines: Lines) -> int | None:
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
