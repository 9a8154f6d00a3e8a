"""``hiprisk init``: a first draft of mapping, dictionary and config for an unknown file."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser
from hiprisk.cli.show.output import print_json, print_lines, print_table
from hiprisk.errors import StoreError
from hiprisk.outputs import check_output_file, check_output_folder, written_whole
from hiprisk.schemas.files import Kind, schema_line
from hiprisk.wording.quantities import plural

if TYPE_CHECKING:
    from hiprisk.cohort.drafts.proposals import Proposal

EXAMPLE = """  hiprisk init export.csv --out-dir drafts
  hiprisk init export.csv --redcap-dictionary dictionary.csv"""

_SCHEMAS: Mapping[str, Kind] = {
    "mapping": "mapping", "dictionary": "dictionary", "config": "study",
}  # fmt: skip


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    from hiprisk.cohort.drafts.dictionary_text import dictionary_text
    from hiprisk.cohort.drafts.draft import draft_cohort
    from hiprisk.cohort.drafts.mapping_text import mapping_text
    from hiprisk.cohort.drafts.study_text import config_text
    from hiprisk.cohort.drafts.yaml_lines import n_undecided

    draft = draft_cohort(
        options.cohort, redcap_dictionary=options.redcap_dictionary, encoding=options.encoding
    )
    proposals = draft.proposals
    name = _study_name(options.cohort)
    folder = options.out_dir
    files = {
        "mapping": folder / f"{name}.mapping.yaml",
        "dictionary": folder / f"{name}.variables.yaml",
        "config": folder / f"{name}.yaml",
    }
    source = options.cohort.name
    own = dictionary_text(proposals, source=source)
    texts = {
        "mapping": mapping_text(
            draft, source=source, dictionary=files["dictionary"].name if own else None
        ),
        "dictionary": own,
        "config": config_text(
            proposals,
            name=name,
            file=str(options.cohort.resolve()),
            mapping=files["mapping"].name,
            outcome_column=options.outcome,
        ),
    }
    kept = {what: text for what, text in texts.items() if text}
    n_lines = sum(map(n_undecided, kept.values()))
    drafts = {files[what]: schema_line(_SCHEMAS[what], folder) + kept[what] for what in kept}
    _write(drafts, folder, force=options.force)
    if options.json:
        _print_json(proposals, files, n_lines, has_own=bool(own))
    else:
        _print_table(proposals, list(drafts), n_lines, cohort=options.cohort)
        print_lines(*filter(None, [draft.hint]))
    return 0


def _study_name(cohort: Path) -> str:
    """The file's name without its suffixes; of a zip or workbook, that of the part that is read."""
    from hiprisk.cohort.files.packed import MEMBER_MARK

    part = Path(str(cohort).rpartition(MEMBER_MARK)[2]).name
    stem = re.sub(r"\.[a-z0-9]{1,8}(\.gz)?$", "", part.lower())
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:64].strip("-") or "study"


def _print_json(
    proposals: Sequence[Proposal], files: Mapping[str, Path], n_lines: int, *, has_own: bool
) -> None:
    print_json(
        {
            "mapping": str(files["mapping"]),
            "dictionary": str(files["dictionary"]) if has_own else None,
            "config": str(files["config"]),
            "lines_to_decide": n_lines,
            "columns": [
                {
                    "column": p.column,
                    "variable": p.variable or p.part_of or None,
                    "own": p.own is not None,
                    "decide": list(p.questions),
                    "left_out": p.left_out or None,
                }
                for p in proposals
            ],
        }
    )


def _print_table(
    proposals: Sequence[Proposal], drafts: Sequence[Path], n_lines: int, *, cohort: Path
) -> None:
    print_table(
        ["column", "proposed variable", "decide"],
        [
            [
                p.column,
                _shown(p),
                "; ".join(p.questions) or p.left_out,
            ]
            for p in proposals
        ],
    )
    n_open = sum(bool(p.questions) for p in proposals)
    n_none = sum(not p.is_used for p in proposals)
    *others, last = map(str, drafts)
    print_lines(
        "",
        f"drafted: {', '.join(others)} and {last}",
        f"{n_open} column(s) need a decision, {n_none} got no variable, "
        f"{plural(n_lines, 'line')} in all marked DECIDE; then: hiprisk check "
        f"{shlex.quote(str(cohort))} --mapping {shlex.quote(str(drafts[0]))}",
    )


def _shown(proposal: Proposal) -> str:
    if proposal.part_of or proposal.items:
        return f"item of {proposal.part_of or proposal.variable}"
    return (proposal.variable or "(none)") + (" (own)" if proposal.own is not None else "")


def _write(texts: Mapping[Path, str], folder: Path, *, force: bool) -> None:
    check_output_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreError(f"the draft cannot be written: {problem.strerror}") from problem
    for path in texts:
        check_output_file(path, force=force)
    for path, text in texts.items():
        with written_whole(path) as scratch:
            scratch.write_text(text, encoding="utf-8")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "init",
        description="Draft a column mapping, a dictionary of your own variables and a study config "
        "for an unknown cohort file. What must be decided is marked DECIDE, with its answers.",
        example=EXAMPLE,
    )
    parser.add_argument("cohort", type=Path, metavar="COHORT", help="cohort file of any format")
    parser.add_argument("--redcap-dictionary", type=Path, metavar="FILE",
                        help="data dictionary (CSV) of the REDCap project")  # fmt: skip
    parser.add_argument("--outcome", metavar="COLUMN", help="column of what is predicted")
    parser.add_argument("--encoding", metavar="E", help="of texts that are not UTF-8: cp1252")
    parser.add_argument("--out-dir", type=Path, default=Path(), metavar="DIR")
    parser.add_argument("--force", action="store_true", help="overwrite drafts")
    return parser.parse_args(argv)
