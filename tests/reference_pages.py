"""Pages of the reference made from the code: ``python tests/reference_pages.py`` writes them.

A page that differs from the code fails tests/test_reference_pages.py.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest.mock import patch

from hiprisk import errors
from hiprisk.cli import COMMANDS, EXIT_CODES
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.reporting.appendix.glossary import ENTRIES
from hiprisk.serving.http import problems
from hiprisk.wording import reasons
from reference_codes import GAP, Code, finding_codes, refusal_codes

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
# What stands before the table of the dictionary's page is written by hand.
VARIABLES = "## The packaged variables\n\n<!-- Made by python tests/reference_pages.py -->\n\n"
MADE = "<!-- Made from the code by python tests/reference_pages.py; do not edit it by hand. -->"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def glossary_page() -> str:
    """Every term of a report's glossary, with a link where a page explains more.

    A term is a heading, so that a search leads to it.
    """
    head = (
        f"# Glossary\n\n{MADE}\n\n"
        "What the figures of hiprisk's reports and commands mean. A study's report has the entries "
        "of the terms that it uses."
    )
    return "\n\n".join([head, *(_term(*entry) for entry in ENTRIES)]) + "\n"


def _term(term: str, meaning: str, source: str) -> str:
    more = f"Explained in {EXPLAINED[term]}." if term in EXPLAINED else ""
    told = " ".join(filter(None, (f"Source: {source}." if source else "", more)))
    return "\n\n".join(filter(None, (f"## {term}", meaning, told)))


def dictionary_page() -> str:
    """The page of the dictionary, with the packaged variables as the package has them."""
    page = (REFERENCE / "dictionary.md").read_text(encoding="utf-8")
    by_hand, heading, _ = page.partition(VARIABLES)
    # Without it the table would be added a second time.
    assert heading, "docs/reference/dictionary.md lacks the heading of the packaged variables"
    rows = (
        (f"`{name}`", one.label, one.unit or "", _ends(one.hard), _usual(one))
        for name, one in load_dictionary().items()
    )
    head = ("variable", "meaning", "unit", "hard range", "soft range or levels")
    return f"{by_hand}{VARIABLES}{table(head, rows)}\n"


def _ends(limits: tuple[float, float] | None) -> str:
    return "" if limits is None else f"{limits[0]:g} to {limits[1]:g}"


def _usual(variable: Variable) -> str:
    if variable.kind in ("identifier", "date"):
        return variable.kind
    return ", ".join(variable.levels) or _ends(variable.soft)


def _link(title: str, page: str) -> str:
    return f"[{title}](../explanation/{page}.md)"


_PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "internal-validation": (
        "Internal validation",
        ("apparent", "cross-validated", "MAPE", "optimism", ".632, .632+"),
    ),
    "calibration": (
        "Calibration",
        (
            "calibration in the large", "calibration intercept", "calibration slope", "E50", "E90",
            "Emax", "ICI",
        ),
    ),
    "discrimination": (
        "Discrimination",
        (
            "Brier score", "C statistic", "discrimination slope", "g-index", "mean absolute error",
            "R²", "root mean squared error", "scaled Brier score",
        ),
    ),
    "clinical-utility": (
        "Clinical utility",
        ("interventions avoided", "net benefit", "threshold probability", "treat all"),
    ),
    "prediction-intervals": (
        "Prediction intervals",
        ("95 % CI, confidence interval", "coverage", "CRPS", "PIT", "prediction interval"),
    ),
    "sites": ("Sites", ("heterogeneity", "I²", "internal-external")),
    "what-a-block-adds": ("What a block adds", ("adequacy", "minimum important gain")),
    "associations": ("Associations", ("E-value",)),
}  # fmt: skip
EXPLAINED = {term: _link(title, page) for page, (title, terms) in _PAGES.items() for term in terms}


def commands_page() -> str:
    """Every command with its options, as its parser has them, and the exit codes."""
    parts = [
        f"# Commands and exit codes\n\n{MADE}\n\n"
        "What commands have in common, and what their JSON holds, is in "
        "[Command line: rules and JSON](command-line.md).\n\n"
        "Every command has `--help`, and `--json` for one JSON object on standard output.",
        table(
            ("command", "what it does"),
            ((f"[`{name}`](#{name})", what) for name, what in COMMANDS.items()),
        ),
        "## Exit codes",
        table(
            ("exit code", "meaning", "error of the package"),
            (
                (str(code), meaning, _errors_of(code))
                for code, meaning in sorted(exit_codes().items())
            ),
        ),
        *(_command(name) for name in COMMANDS),
    ]
    return "\n\n".join(parts) + "\n"


def exit_codes() -> dict[int, str]:
    """Meaning of each exit code, as the overview of commands tells it."""
    found = re.findall(r"(\d+) (\D+?)(?= {2,}|\n|$)", EXIT_CODES)
    return {int(code): meaning for code, meaning in found}


def _errors_of(code: int) -> str:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    named = [one for one in kinds if issubclass(one, errors.HipRiskError)]
    own = [one.__name__ for one in named if one.exit_code == code]
    return ", ".join(f"`{name}`" for name in own if name != "HipRiskError")


class _CapturedError(Exception):
    pass


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser that a command makes for itself."""

    def capture(parser: argparse.ArgumentParser, *arguments: object) -> None:
        raise _CapturedError(parser)

    module = importlib.import_module(f"hiprisk.cli.{command}")
    wide = patch.dict(os.environ, {"COLUMNS": "10000"})
    with wide, patch.object(argparse.ArgumentParser, "parse_args", capture):
        try:
            module.run(["--help"])
        except _CapturedError as captured:
            return captured.args[0]
    raise AssertionError(f"{command} parses nothing")


def _command(name: str) -> str:
    parser = parser_of(name)
    examples = (parser.epilog or "").removeprefix("example:").strip().splitlines()
    lines = [f"## {name}", _plain(" ".join((parser.description or "").split()))]
    lines.append("\n".join(f"- `{one.strip()}`" for one in examples if one.strip()))
    for group in parser._action_groups:
        rows = [row for action in group._group_actions for row in _option(parser, action)]
        if rows:
            title = {"positional arguments": "argument", "options": "option"}.get(
                group.title or "", group.title or ""
            )
            lines.append(table((title, "meaning"), rows))
    return "\n\n".join(lines)


def _option(parser: argparse.ArgumentParser, action: argparse.Action) -> Iterator[tuple[str, str]]:
    """How one argument is written, and what it says of itself."""
    if action.dest in ("help", "json") or action.help == argparse.SUPPRESS:
        return
    shown = parser._get_formatter()
    name = shown._format_action_invocation(action).split(", ")[-1]
    meaning = _plain(shown._expand_help(action)) if action.help else ""
    yield f"`{name}`", f"{meaning} (required)" if action.required and name[:2] == "--" else meaning


def codes_page() -> str:
    """Codes of findings, refusals, rows and requests."""
    rules = {**reasons._RULES, **reasons._WHOLE_ROW}
    rows = [
        (f"`{code}`", rule.replace("{}", f" {GAP}"), reasons._ADVICE.get(code, ""))
        for code, rule in sorted(rules.items())
    ]
    parts = [
        f"# Codes\n\n{MADE}\n\n"
        "Every finding and refusal has a code. Match codes in scripts, since sentences may change. "
        f"`{GAP}` is what differs from case to case. Where several sentences come with a "
        "code, one is shown.",
        "## Findings\n\nWhat `check`, `plan`, `train`, `validate`, `update` and `drift` find: "
        "`error[CODE]`, `warning[CODE]` or `note[CODE]` on standard error, and `findings` in JSON.",
        table(("code", "severity", "for instance", "what to do"), _codes(finding_codes())),
        "## Refusals\n\n`hiprisk: error[CODE]` on standard error and `error` in JSON, with the "
        "[exit code](commands.md#exit-codes).",
        table(("code", "exit code", "for instance", "what to do"), _codes(refusal_codes())),
        "## Rows without a prediction\n\n`CODE:variable` in the column `reason` of scored files, "
        "and in answers for one patient.",
        table(("code", "the value", "what to do"), rows),
        "## Flags of a prediction\n\n`CODE:variable` in the column `flags`.",
        table(("code", "the value"), ((f"`{c}`", says) for c, says in reasons._FLAGS.items())),
        "## Requests to the REST service\n\nThe code is in the body (`code`); any other "
        f"refusal has status {problems.DEFAULT_STATUS}.",
        table(
            ("code", "status"),
            ((f"`{code}`", str(status)) for code, status in problems.STATUS_BY_CODE.items()),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _codes(found: dict[str, Code]) -> Iterator[tuple[str, ...]]:
    for name, code in found.items():
        yield (f"`{name}`", ", ".join(sorted(code.levels)), *map(_plain, code.plainest))


def _plain(text: str) -> str:
    """A sentence as Markdown that shows it as it is."""
    return text.replace("\\", "\\\\").replace("<", "&lt;").replace("*", "\\*").replace("`", "'")


PAGES: dict[str, Callable[[], str]] = {
    "codes.md": codes_page,
    "commands.md": commands_page,
    "dictionary.md": dictionary_page,
    "glossary.md": glossary_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
