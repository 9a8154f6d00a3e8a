"""``hiprisk calculator``: a model as one HTML file that works without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import note, print_json, print_lines
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_file, written_whole

EXAMPLE = """  hiprisk calculator stupar --out calculator.html
  hiprisk calculator stupar --out calculator.html --about about.html --force"""


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
    parser.add_argument("--force", action="store_true", help="overwrite the files")
    options = parser.parse_args(argv)
    check_output_file(options.out, force=options.force)
    if options.about is not None:
        _check_about(options.about, options.out)
        check_output_file(options.about, force=options.force)
    from hiprisk.serving.calculator.building import build_clinician_page, build_page
    from hiprisk.serving.model import load
    from hiprisk.wording.disclaimers import warnings_of

    model = load(options.bundle, **expected(options))
    page = build_page(model).encode()
    about = None if options.about is None else build_clinician_page(model).encode()
    with written_whole(options.out) as scratch:
        scratch.write_bytes(page)
    if about is not None:
        with written_whole(options.about) as scratch:
            scratch.write_bytes(about)
    if options.json:
        print_json(
            {
                "out": str(options.out),
                "bytes": len(page),
                "sha256": hashlib.sha256(page).hexdigest(),
                "bundle_sha256": model.bundle.sha256,
                "provenance": model.sheet.provenance,
                **({"about": str(options.about)} if about is not None else {}),
                **({"invented": True} if model.sheet.invented else {}),
            }
        )
        return 0
    print_lines(
        *warnings_of(model.sheet),
        f"{options.out}  {len(page) / 1024:.0f} KiB, opens in any browser",
        *([f"{options.about}  what the model is for, for clinicians"] if about else []),
    )
    note("The page holds the model and no patient; give it away as a file.")
    return 0


def _check_about(about: Path, out: Path) -> None:
    """Two pages in one file would leave one."""
    if about.resolve() == out.resolve():
        raise ConfigError(
            "--about and --out name the same file",
            code="SAME_FILE",
            file=out.name,
            advice="give each page a file of its own",
        )
