"""YAML files read into frozen settings: one message for one mistake, in every kind of file.

Study configs, column mappings, published models, code maps and the dictionary are all read here.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hiprisk.errors import ConfigError, StoreError
from hiprisk.spelling import did_you_mean
from hiprisk.yaml_strict import KeyPath, parse_yaml

MOST_REPORTED = 5
# Stands in drafts where a person must give an answer.
UNDECIDED = "DECIDE"
# A guess that a person has not confirmed yet: its comment still begins with the word.
_OPEN = re.compile(rf"(^|\s)#\s*{UNDECIDED}\b")
SHOWN_LINES = 5
# A section of more keys is looked up in its reference.
MOST_LISTED = 8

Settings = TypeVar("Settings")

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)
_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
_MISSING = ("missing", "missing_argument")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_QUOTED = re.compile(r"'([^']*)'")
_TYPES = {
    "bool": "must be true or false",
    "dataclass": "must be a section of keys and values",
    "dict": "must be a section of keys and values",
    "float": "must be a number",
    "finite": "must be a finite number",
    "int": "must be a whole number",
    "list": "must be a list",
    "string": "must be text",
    "tuple": "must be a list",
}
_LIMITS = {
    "greater_than": ("gt", "must be greater than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
    "multiple_of": ("multiple_of", "must be a multiple of"),
}


class MappingText(str):
    """A mapping of Python as YAML text, whose lines nobody has seen: its places are keys alone."""

    __slots__ = ()


@dataclasses.dataclass(frozen=True, slots=True)
class UndecidedLines:
    """Lines of a file that hold a guess of ``hiprisk init`` which nobody has confirmed.

    Attributes
    ----------
    file : str
        Name of the file.
    lines : tuple of int
        Their numbers, from 1.
    """

    file: str
    lines: tuple[int, ...]

    def __str__(self) -> str:
        """How many and where, as a sentence of a warning."""
        count = len(self.lines)
        what, verb = ("line", "is") if count == 1 else ("lines", "are")
        shown = ", ".join(map(str, self.lines[:SHOWN_LINES]))
        more = ", ..." if count > SHOWN_LINES else ""
        return (
            f"{count} {what} of {self.file} {verb} still marked {UNDECIDED} ({what} {shown}{more})"
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class YamlDocument:
    """One YAML file as plain data, with the line of every key.

    Attributes
    ----------
    name : str
        File name for messages.
    data : dict
    lines : mapping of key path to int
    reference : str
        Where the keys are documented, as advice.
    options : frozenset of key path
        Keys that an option set; they are not in the file.
    undecided : tuple of UndecidedLines
        Its lines that a draft asks about and nobody has answered; empty where there are none.
    is_file : bool
        False of a mapping that came in Python: messages then name no line.
    """

    name: str
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]
    reference: str
    options: frozenset[KeyPath] = frozenset()
    undecided: tuple[UndecidedLines, ...] = ()
    is_file: bool = True

    def settings(self, kind: type[Settings]) -> Settings:
        """The data as settings of a kind.

        Raises
        ------
        ConfigError
            With up to five keys that are wrong, each with its line; or if a draft still has a
            question in place of a value.
        """
        self._check_decided()
        self._check_numbers(kind)
        try:
            # A standard dataclass takes this config, a pydantic one has its own.
            config = None if hasattr(kind, "__pydantic_config__") else _STRICT
            return TypeAdapter(kind, config=config).validate_python(self.data)
        except ValidationError as invalid:
            raise self._refusal(invalid, kind) from None

    def error(
        self,
        reason: str,
        path: KeyPath,
        *,
        advice: str | None = None,
        code: str | None = None,
        label: str | None = None,
    ) -> ConfigError:
        """A refusal of one key, with the file and the line; `label` names the key in words."""
        set_by_option = self._is_option(path)
        return ConfigError(
            reason,
            code=code,
            file=None if set_by_option else self.name,
            column=self._place(path, label),
            advice=advice,
        )

    def check_values(
        self, values: Iterable[str], known: Collection[str], path: KeyPath, *, what: str
    ) -> None:
        """Raise if a value is none of the known ones, with the nearest of them."""
        for value in sorted(set(values) - set(known)):
            reason = f"'{value}' is not a known {what}; known: {', '.join(known)}"
            raise self.error(reason, path, advice=did_you_mean(value, known))

    def _check_decided(self) -> None:
        """Raise if a value is still the word that stands for an answer."""
        undecided = [path for path, value in _values(self.data) if value == UNDECIDED]
        if undecided:
            more = f" (and {len(undecided) - 1} more)" if len(undecided) > 1 else ""
            raise self.error(
                f"this is still to be decided{more}",
                undecided[0],
                code="UNDECIDED",
                advice=f"replace {UNDECIDED} by one of the answers beside it",
            )

    def _check_numbers(self, kind: Any) -> None:
        """Raise where true or false stands for a number: it would count as 1 or 0."""
        for path, value in _values(self.data):
            if isinstance(value, bool):
                types_of = {one for hint in _hints(kind, path) for one in _types_of(hint)}
                if types_of & {int, float} and not types_of & {bool, str}:
                    what = "number" if float in types_of else "whole number"
                    raise self.error(f"must be a {what}", path, advice=self.reference)

    def _refusal(self, invalid: ValidationError, kind: Any) -> ConfigError:
        found = invalid.errors(include_url=False, include_input=True, include_context=True)
        problems = [(_key_path(problem, self.data), problem) for problem in found]
        problems.sort(key=lambda one: (one[1]["type"] not in _UNKNOWN, -len(one[0])))
        # A value that may be of several types is refused once for each of them.
        by_key: dict[KeyPath, list[Any]] = {}
        for path, problem in problems:
            by_key.setdefault(path, []).append(problem)
        (path, first), *others = by_key.items()
        reported = [
            f"{self._place(key)}: {_reason(other)}" for key, other in others[: MOST_REPORTED - 1]
        ]
        if len(others) >= MOST_REPORTED:
            reported.append(f"{len(others) - MOST_REPORTED + 1} more")
        advice = _advice(first[0], path, kind) or self.reference
        return self.error("; ".join([_reason(first), *reported]), path, advice=advice)

    def _place(self, path: KeyPath, label: str | None = None) -> str:
        whole = "the whole file" if self.is_file else "all of it"
        key = label or ".".join(map(str, path)) or whole
        if self._is_option(path):
            return f"--set {key}"
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1)
                     if path[:n] in self.lines), None)  # fmt: skip
        place = f"{key} (line {line})" if line and self.is_file else key
        # A rule of a section: the option may be what breaks it; of the whole file, any might be.
        inside = sorted(option for option in self.options if path and option[: len(path)] == path)
        return f"{place} with --set {'.'.join(map(str, inside[0]))}" if inside else place

    def _is_option(self, path: KeyPath) -> bool:
        return any(path[: len(option)] == option for option in self.options)


def read_yaml(path: Path | str, *, what: str, reference: str) -> YamlDocument:
    """Read a YAML file.

    Parameters
    ----------
    path : path-like
    what : str
        What the file is, for messages, for instance ``mapping``.
    reference : str
        Where its keys are documented.

    Raises
    ------
    ConfigError
        If the file is not strict YAML.
    StoreError
        If it cannot be read.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise StoreError(
            f"the {what} cannot be read: {reason}",
            file=path.name,
            advice=f"name a YAML file; {reference}",
        ) from problem
    return parse_document(text, name=path.name, reference=reference)


def parse_document(text: str, *, name: str, reference: str) -> YamlDocument:
    """Read YAML text; see `read_yaml`."""
    data, lines = parse_yaml(text, name=name)
    return YamlDocument(
        name=name, data=data, lines=lines, reference=reference, undecided=_undecided(text, name),
        is_file=not isinstance(text, MappingText),
    )  # fmt: skip


def _undecided(text: str, name: str) -> tuple[UndecidedLines, ...]:
    """The lines whose comment still asks, as one entry."""
    found = tuple(n for n, line in enumerate(text.split("\n"), start=1) if _OPEN.search(line))
    return (UndecidedLines(name, found),) if found else ()


def _values(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value of nested keys and lists, with its place."""
    if not isinstance(data, dict | list):
        yield path, data
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield from _values(value, (*path, key))


def _key_path(problem: Any, data: Any) -> KeyPath:
    """Pydantic's location without the names of the types that it tried."""
    path: list[str | int] = []
    place = data
    for part in problem["loc"]:
        inside_list = isinstance(place, list) and isinstance(part, int) and part < len(place)
        if inside_list or (isinstance(place, Mapping) and part in place):
            place = place[part]
            path.append(part)
    if problem["type"] in _MISSING and isinstance(problem["loc"][-1], str):
        path.append(problem["loc"][-1])
    return tuple(path)


def _reason(problems: Sequence[Any]) -> str:
    reasons = dict.fromkeys(plain_reason(problem) for problem in problems)
    rules = [reason for reason in reasons if reason not in _TYPES.values()]
    if rules:
        # One of the allowed types fitted, and its rule was broken.
        return rules[0]
    wrong_types = list(reasons)
    if len(wrong_types) > 1:
        either = " or ".join(reason.removeprefix("must be ") for reason in wrong_types)
        return f"must be {either}"
    return wrong_types[0]


# Patterns of names, in words.
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "small letters, digits and underscores, a letter first",
    r"^[a-z0-9][a-z0-9._-]{0,63}$": "small letters, digits, dots, dashes and underscores; a "
    "letter or digit first, 64 at most",
    r"^[A-Za-z0-9_-]+$": "letters, digits, dashes and underscores",
    r"\S": "not empty",
}


def plain_reason(problem: Any) -> str:
    """One of pydantic's problems in plain words, never with the value that came."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _UNKNOWN:
        return "this key is not known"
    if kind in _MISSING:
        is_key = isinstance(problem["loc"][-1], str)
        return "this key is required" if is_key else "this list has too few values"
    if kind == "literal_error":
        return f"must be one of {context['expected'].replace(' or ', ', ')}"
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return f"{words} {context[name]:g}"
    if kind == "too_short":
        return f"must have at least {context['min_length']} item(s)"
    if kind == "too_long":
        return f"must have at most {context['max_length']} item(s)"
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        meaning = f" ({_PATTERNS[pattern]})" if pattern in _PATTERNS else ""
        return f"must match the pattern {pattern}{meaning}"
    family = kind.split("_")[0]
    if family in _TYPES:
        return _TYPES[family]
    message = str(problem["msg"].removeprefix("Value error, "))
    return message[:1].lower() + message[1:]


def _advice(problem: Any, path: KeyPath, kind: Any) -> str | None:
    given = problem.get("input")
    if problem["type"] == "float_parsing" and _COMMA.fullmatch(str(given)):
        return f"write it with a decimal point: {str(given).replace(',', '.')}"
    if problem["type"] == "literal_error":
        return did_you_mean(str(given), _QUOTED.findall(problem["ctx"]["expected"]))
    if problem["type"] not in _UNKNOWN:
        return None
    # In braces YAML makes two keys of 0,6: 0 and then 6.
    if str(path[-1]).isdigit() and given is None:
        return "a decimal comma? write numbers with a point, 0.6 for 0,6"
    return _nearest_key(path, kind)


def _nearest_key(path: KeyPath, kind: Any) -> str | None:
    """The key of the same section that was probably meant; else those that it has, if few."""
    sections = _hints(kind, path[:-1])
    here = dict.fromkeys(key for section in sections for key in _fields(section))
    few = f"known here: {', '.join(here)}" if 0 < len(here) <= MOST_LISTED else None
    return did_you_mean(str(path[-1]), here, otherwise=few)


def _hints(kind: Any, path: KeyPath) -> list[Any]:
    """What is allowed at a place; empty where there is no such key."""
    found = [kind]
    for part in path:
        found = [inner for section in found for inner in _inside(section, part)]
    return found


def _types_of(hint: Any) -> tuple[Any, ...]:
    """The types that an annotation allows."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _types_of(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        return tuple(one for part in typing.get_args(hint) for one in _types_of(part))
    return (hint,)


def _fields(hint: Any) -> dict[str, Any]:
    """Keys of a section with their types."""
    return {
        name: inner
        for one in _types_of(hint)
        if dataclasses.is_dataclass(one)
        for name, inner in _all_fields(one).items()
        if name != _named_freely(one)
    }


def _all_fields(section: Any) -> dict[str, Any]:
    types_of = typing.get_type_hints(section, include_extras=True)
    return {field.name: types_of[field.name] for field in dataclasses.fields(section)}


def _named_freely(section: Any) -> str | None:
    """The field whose entries a file has beside the keys of the section, under any name."""
    return getattr(section, "NAMED_FREELY", None)


def _elements(hint: Any) -> list[Any]:
    """What the values of a mapping or the items of a list are."""
    found = []
    for one in _types_of(hint):
        arguments = typing.get_args(one)
        if typing.get_origin(one) in (dict, Mapping):
            found.append(arguments[1])
        elif typing.get_origin(one) in (tuple, list):
            found.append(arguments[0])
    return found


def _inside(hint: Any, part: str | int) -> list[Any]:
    fields = _fields(hint)
    if part in fields:
        return [fields[str(part)]]
    named = ((one, _named_freely(one)) for one in _types_of(hint))
    free = [_all_fields(one)[field] for one, field in named if field is not None]
    return [inner for one in free or [hint] for inner in _elements(one)]
