"""Questions about one patient, asked one by one on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hiprisk.errors import ConfigError

if TYPE_CHECKING:
    from hiprisk.serving.model import Model
    from hiprisk.sheet.format import VariableSpec

BACK = {"<", "back"}


def is_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_patient(model: Model) -> dict[str, str]:
    """Ask for every variable of a model; what is not known is left out.

    A wrong answer is asked again with its rule. Nothing is kept or written.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C and on Ctrl-D.
    """
    specs = model.sheet.variables
    enter = (
        "Enter alone means not known" if model.sheet.has_reference_population else "all are needed"
    )
    _say(f"{len(specs)} questions. {enter}; < goes back; Ctrl-D leaves.\n")
    answers: dict[str, str] = {}
    position = 0
    while position < len(specs):
        spec = specs[position]
        answer = _ask(model, spec, f"{position + 1:>2}/{len(specs)}")
        if answer in BACK:
            position = max(0, position - 1)
            continue
        answers.pop(spec.name, None)
        if answer:
            answers[spec.name] = answer
        position += 1
    _say("\n")
    return answers


def ask_bundle() -> str:
    """Which of the bundles in ``models`` to ask; the only one is taken without a question."""
    from hiprisk.bundle import list_bundles

    names = sorted({path.parent.name for path in list_bundles("models")})
    if not names:
        raise ConfigError(
            "no model is named and there is none in models/",
            code="USAGE",
            advice="hiprisk predict BUNDLE; hiprisk train makes one",
        )
    if len(names) == 1:
        _say(f"Model: {names[0]}\n")
        return names[0]
    for number, name in enumerate(names, start=1):
        _say(f"  {number}  {name}\n")
    while True:
        answer = _read("Which model? (number or name) ")
        chosen = _choice(answer, tuple(names))
        if chosen is not None:
            return chosen
        _say(f"  must be one of 1 to {len(names)}, or a name\n")


def _ask(model: Model, spec: VariableSpec, number: str) -> str:
    """One usable answer in the sheet's terms; empty for not known."""
    from hiprisk.values import LevelReader, is_missing

    question = f"{number}  {_question(spec)}: "
    while True:
        answer = _read(question)
        if answer.lower() in BACK:
            return answer.lower()
        if spec.kind == "category":
            level, unknown = LevelReader(spec.levels).read(answer)
            if not unknown:
                return level or ""
            answer = _choice(answer, spec.levels, first=_first_number(spec)) or answer
        elif is_missing(answer):
            return ""
        problem = model.problem_with(spec.name, answer)
        if problem is None:
            _warn_if_unusual(spec, answer)
            return answer
        _say(f"       {problem}; Enter if it is not known\n")


def _question(spec: VariableSpec) -> str:
    from hiprisk.wording.reasons import range_text

    if spec.kind == "category":
        first = _first_number(spec)
        choices = ", ".join(f"{i} {level}" for i, level in enumerate(spec.levels, start=first))
        return f"{spec.label} ({choices})"
    whole = ", whole number" if spec.integer else ""
    return f"{spec.label} ({range_text(spec)}{whole})"


def _warn_if_unusual(spec: VariableSpec, answer: str) -> None:
    if spec.kind != "number" or spec.soft is None:
        return
    low, high = spec.soft
    if not low <= float(answer) <= high:
        _say(f"       unusual (mostly {low:g} to {high:g}), but it counts; < corrects it\n")


def _first_number(spec: VariableSpec) -> int:
    """Number of the first level in the question: 0 of no and yes, as everywhere else."""
    from hiprisk.values import zero_one_codes

    return 0 if spec.levels == tuple(zero_one_codes(spec.levels).values()) else 1


def _choice(answer: str, levels: tuple[str, ...], *, first: int = 1) -> str | None:
    """A level by its name, its number in the list, or an unambiguous beginning."""
    if answer in levels:
        return answer
    if answer.isdecimal() and first <= int(answer) < first + len(levels):
        return levels[int(answer) - first]
    begun = [level for level in levels if level.lower().startswith(answer.lower())]
    return begun[0] if answer and len(begun) == 1 else None


def _read(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        raise KeyboardInterrupt from None


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
