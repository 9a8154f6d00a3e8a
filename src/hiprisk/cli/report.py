"""``hiprisk report``: the report of a study or an update, as HTML or PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import print_json, print_lines
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_file, written_whole

FORMATS = ("html", "pdf")
_ENDINGS = {".html": "html", ".htm": "html", ".pdf": "pdf"}
EXAMPLE = """  hiprisk report stupar --out stupar.pdf
  hiprisk report models/stupar/1 --format html --out stupar.html"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser(
        "report",
        description="Write the report of a study, or of an update, as one file: HTML, as its "
        "bundle holds it, or PDF with contents, page numbers and figures that stay sharp. Tables "
        "that are folded in HTML are named in the PDF and not printed.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument("--format", choices=FORMATS, help="default: by the ending of --out")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    options = parser.parse_args(argv)
    form = _format(options.out, options.format)
    check_output_file(options.out, force=options.force)
    from hiprisk.bundle.reading import read_bundle
    from hiprisk.reporting.study.stored import stored_report
    from hiprisk.wording.disclaimers import warnings_of

    bundle = read_bundle(options.bundle, **expected(options))
    report = stored_report(bundle, form)
    with written_whole(options.out) as scratch:
        scratch.write_bytes(report)
    if options.json:
        print_json(
            {
                "out": str(options.out),
                "format": form,
                "bytes": len(report),
                "sha256": hashlib.sha256(report).hexdigest(),
                "bundle_sha256": bundle.sha256,
                "provenance": bundle.sheet.provenance,
            }
        )
        return 0
    print_lines(*warnings_of(bundle.sheet), f"{options.out}  {len(report) / 1024:.0f} KiB")
    return 0


def _format(out: Path, stated: str | None) -> str:
    """As stated, where the file's ending does not say otherwise."""
    if stated is None:
        return format_by_ending(out)
    if _ENDINGS.get(out.suffix.lower(), stated) != stated:
        raise ConfigError(
            f"--format {stated} contradicts the ending of the file",
            code="USAGE",
            file=out.name,
            advice="leave out --format, or name another file",
        )
    return stated


def format_by_ending(out: Path, *, column: str = "--out") -> str:
    """Html or pdf, by the ending of a file."""
    form = _ENDINGS.get(out.suffix.lower())
    if form is None:
        raise ConfigError(
            "the ending of the file does not say what to write",
            code="USAGE",
            column=column,
            advice="end it with .html or .pdf" + (", or add --format" if column == "--out" else ""),
        )
    return form
