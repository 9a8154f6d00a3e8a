"""``hiprisk calculator``: a model as one HTML file that works without a network."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.report import format_by_ending
from hiprisk.cli.show.output import note, print_json, print_lines
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_file, written_whole

if TYPE_CHECKING:
    from hiprisk.serving.model import Model

EXAMPLE = """  hiprisk calculator stupar --out calculator.html
  hiprisk calculator stupar --out calculator.html --about about.html \\
      --report report.html --force"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser(
        "calculator",
        description="Write a calculator page: one HTML file with the model inside. It works from a "
        "file on a phone or a desktop, makes no connection (a content security policy forbids it), "
        "remembers nothing, and gives the numbers of hiprisk predict.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="HTML file to write"
    )
    parser.add_argument(
        "--about",
        type=Path,
        metavar="FILE",
        help="write the clinician's page too: what the model is for, how good it is and for whom "
        "not (the calculator has it as a section)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write the report of the study or update too, .html or .pdf; the pages link to it "
        "(keep the files together)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the files")
    options = parser.parse_args(argv)
    _check_files(options)
    from hiprisk.serving.model import load

    model = load(options.bundle, **expected(options))
    files = _files(options, model)
    for path, data in files.items():
        with written_whole(path) as scratch:
            scratch.write_bytes(data)
    if options.json:
        print_json(_as_json(options, model, files[options.out]))
    else:
        _show_written(options, model, len(files[options.out]))
    return 0


def _as_json(options: argparse.Namespace, model: Model, page: bytes) -> dict[str, Any]:
    """What was written, by option, and which model it holds."""
    return {
        "out": str(options.out),
        "bytes": len(page),
        "sha256": hashlib.sha256(page).hexdigest(),
        "bundle_sha256": model.bundle.sha256,
        "provenance": model.sheet.provenance,
        **({"about": str(options.about)} if options.about is not None else {}),
        **({"report": str(options.report)} if options.report is not None else {}),
        **({"invented": True} if model.sheet.invented else {}),
    }


def _show_written(options: argparse.Namespace, model: Model, size: int) -> None:
    """Each file in a line."""
    from hiprisk.wording.disclaimers import warnings_of

    print_lines(
        *warnings_of(model.sheet),
        f"{options.out}  {size / 1024:.0f} KiB, opens in any browser",
        *([f"{options.about}  what the model is for, for clinicians"] if options.about else []),
        *(
            [f"{options.report}  the full report, which the page links to"]
            if options.report
            else []
        ),
    )
    alone = options.about is None and options.report is None
    note(
        "The page holds the model and no patient; give it away as a file."
        if alone
        else "No file holds a patient. Give them away together: they link to each other."
    )


def _check_files(options: argparse.Namespace) -> None:
    """Refuse before any work what could not be written; two pages in one file would leave one."""
    named = {"--out": options.out, "--about": options.about, "--report": options.report}
    seen: dict[Path, str] = {}
    for option, path in named.items():
        if path is None:
            continue
        other = seen.setdefault(path.resolve(), option)
        if other != option:
            raise ConfigError(
                f"{option} and {other} name the same file",
                code="SAME_FILE",
                file=path.name,
                advice="give each page a file of its own",
            )
        check_output_file(path, force=options.force)
    if options.report is not None and format_by_ending(options.report, column="--report") == "pdf":
        from hiprisk.reporting.page.pdf import check_pdf

        check_pdf()


def _files(options: argparse.Namespace, model: Model) -> dict[Path, bytes]:
    """What is written, each page with links to the others as they lie."""
    from hiprisk.serving.calculator.building import build_clinician_page, build_page

    files = {}
    if options.report is not None:
        from hiprisk.reporting.study.stored import stored_report

        files[options.report] = stored_report(model.bundle, format_by_ending(options.report))
    files[options.out] = build_page(
        model, report=_address(options.report, seen_from=options.out)
    ).encode()
    if options.about is not None:
        files[options.about] = build_clinician_page(
            model,
            report=_address(options.report, seen_from=options.about),
            calculator=_address(options.out, seen_from=options.about),
        ).encode()
    return files


def _address(path: Path | None, *, seen_from: Path) -> str | None:
    """The relative address of a file in a page that lies elsewhere."""
    if path is None:
        return None
    # A leading "./" keeps a name with a colon from being read as a scheme.
    relative = Path(os.path.relpath(path.resolve(), seen_from.resolve().parent))
    return quote(f"./{relative.as_posix()}")
