"""``hiprisk testpack``: verify another implementation of a model (conformance test)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_expected, expected, whole_number
from hiprisk.cli.show.output import note, print_json, print_lines, print_table
from hiprisk.errors import ConfigError, ExitCode, StoreError
from hiprisk.outputs import check_output_folder

if TYPE_CHECKING:
    from hiprisk.serving.conformance.comparison import Comparison
    from hiprisk.serving.conformance.pack import Pack
    from hiprisk.serving.model import Model

EXAMPLE = """  hiprisk testpack stupar --out stupar-testpack
  hiprisk testpack stupar --check answers.json"""
MAX_BYTES = 64 << 20
MOST_COLUMNS = 12


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if (options.out is None) == (options.check is None):
        raise ConfigError(
            "give --out DIR to write a pack, or --check ANSWERS to compare", code="USAGE"
        )
    if options.out is not None:
        check_output_folder(options.out)
        if options.out.exists():
            raise ConfigError(
                "the folder exists", code="EXISTS", file=options.out.name, advice="name another"
            )
    from hiprisk.serving.conformance.pack import make_pack
    from hiprisk.serving.model import load

    model = load(options.bundle, **expected(options))
    pack = make_pack(model, n_random=options.random, seed=options.seed)
    if options.out is not None:
        return _write(model, pack, options)
    return _check(pack, options)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "testpack",
        description="Write a model's test pack (input vectors, edge cases and missing patterns "
        "with the answers expected), or hold another implementation's answers against it.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write, not there yet")
    parser.add_argument("--check", type=Path, metavar="ANSWERS", help="JSON or CSV to compare")
    parser.add_argument("--random", type=whole_number(0), default=200, metavar="N",
                        help="random patients beside the edge cases (default: 200)")  # fmt: skip
    parser.add_argument("--seed", type=whole_number(0), default=2010, metavar="N",
                        help="of the random patients (default: 2010)")  # fmt: skip
    parser.add_argument("--tolerance", type=float, default=1e-9, metavar="X",
                        help="largest difference that is equal (default: 1e-9)")  # fmt: skip
    return parser.parse_args(argv)


def _write(model: Model, pack: Pack, options: argparse.Namespace) -> int:
    from hiprisk.serving.conformance.pack import pack_files, write_pack
    from hiprisk.wording.disclaimers import warnings_of

    files = pack_files(model, pack, n_random=options.random, seed=options.seed)
    write_pack(files, options.out)
    if options.json:
        print_json({"out": str(options.out), **json.loads(files["manifest.json"])})
        return ExitCode.DONE
    print_lines(
        *warnings_of(model.sheet), f"{options.out}  {len(pack.vectors)} vectors with their answers"
    )
    note("README.md there describes how to verify another implementation.")
    return ExitCode.DONE


def _check(pack: Pack, options: argparse.Namespace) -> int:
    from hiprisk.serving.conformance.comparison import compare, read_answers

    answers = read_answers(_read(options.check), name=options.check.name)
    found = compare(pack, answers, tolerance=options.tolerance)
    if options.json:
        print_json(found.to_dict())
    else:
        _show(found, options.tolerance)
    return ExitCode.DONE if found.is_equal else ExitCode.INPUT_REFUSED


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise StoreError(
            f"the file cannot be read: {problem.strerror}", file=path.name, advice="check the path"
        ) from problem
    if len(raw) > MAX_BYTES:
        raise ConfigError("the file is larger than 64 MiB", code="TOO_LARGE", file=path.name)
    return raw


def _show(found: Comparison, tolerance: float) -> None:
    verdict = "EQUAL" if found.is_equal else "NOT EQUAL"
    print_lines(f"{verdict}: {found.n_equal} of {found.n_vectors} vectors (to {tolerance:g})", "")
    worst = sorted(found.largest.items(), key=lambda item: -item[1])[:MOST_COLUMNS]
    print_table(["number", "largest difference"], [[key, f"{value:.2g}"] for key, value in worst])
    if found.lacking:
        print_lines("", f"No answer for {len(found.lacking)}: {', '.join(found.lacking[:5])} ...")
    if found.differences:
        print_lines("", f"First of {len(found.differences)} differences:")
        rows = [
            [d.vector, d.key, str(d.expected)[:30], str(d.got)[:30]] for d in found.differences[:10]
        ]
        print_table(["vector", "what", "expected", "got"], rows)
