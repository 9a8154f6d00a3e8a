"""``hiprisk init``: a first draft of mapping and config for an unknown file."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from hiprisk.cli.options import Parser
from hiprisk.cli.show.output import print_json, print_lines, print_table
from hiprisk.errors import StoreError
from hiprisk.outputs import check_output_file, check_output_folder, written_whole
from hiprisk.wording.quantities import plural

EXAMPLE = "  hiprisk init export.csv --out-dir drafts"


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    from hiprisk.cohort.drafts.draft import config_text, mapping_text, propose

    proposals = propose(options.cohort)
    name = re.sub(r"[^a-z0-9]+", "-", options.cohort.stem.lower()).strip("-") or "study"
    mapping_file = options.out_dir / f"{name}.mapping.yaml"
    config_file = options.out_dir / f"{name}.yaml"
    texts = {
        mapping_file: mapping_text(proposals, source=options.cohort.name),
        config_file: config_text(
            proposals,
            name=name[:64],
            file=str(options.cohort.resolve()),
            mapping=mapping_file.name,
        ),
    }
    _write(texts, options.out_dir, force=options.force)
    if options.json:
        print_json(
            {
                "mapping": str(mapping_file),
                "config": str(config_file),
                "lines_to_decide": sum(text.count("DECIDE") - 1 for text in texts.values()),
                "columns": [
                    {"column": p.column, "variable": p.variable, "decide": list(p.doubts)}
                    for p in proposals
                ],
            }
        )
        return 0
    print_table(
        ["column", "proposed variable", "decide"],
        [[p.column, p.variable or "(none)", "; ".join(p.doubts)] for p in proposals],
    )
    n_lines = sum(text.count("DECIDE") - 1 for text in texts.values())
    n_open = sum(bool(p.doubts) for p in proposals)
    n_none = sum(p.variable is None for p in proposals)
    print_lines(
        "",
        f"drafted: {mapping_file} and {config_file}",
        f"{n_open} column(s) need a decision, {n_none} got no variable, "
        f"{plural(n_lines, 'line')} in all marked DECIDE; then: hiprisk check "
        f"{options.cohort} --mapping {mapping_file}",
    )
    return 0


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
        description="Draft a column mapping and a study config for an unknown cohort file. "
        "Variables are proposed by name and distribution; what must be decided is marked DECIDE.",
        example=EXAMPLE,
    )
    parser.add_argument("cohort", type=Path, metavar="COHORT", help="CSV or Parquet file")
    parser.add_argument("--out-dir", type=Path, default=Path(), metavar="DIR")
    parser.add_argument("--force", action="store_true", help="overwrite drafts")
    return parser.parse_args(argv)
