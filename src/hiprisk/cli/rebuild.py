"""``hiprisk rebuild``: a bundle's study trained anew, and the hashes compared."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_expected, expected, whole_number
from hiprisk.cli.show.output import Progress, note, note_findings, print_json, print_lines
from hiprisk.errors import ExitCode
from hiprisk.outputs import check_output_folder

if TYPE_CHECKING:
    from hiprisk.rebuilding import Rebuilt

EXAMPLE = """  hiprisk rebuild stupar
  hiprisk rebuild models/nhs-proms-hip/1 --cohort nhs_proms_hip.csv --workers 2"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.out is not None:
        check_output_folder(options.out)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from hiprisk.bundle import read_bundle
    from hiprisk.rebuilding import rebuild

    result = rebuild(
        read_bundle(options.bundle, **expected(options)),
        cohort=options.cohort,
        out=options.out,
        workers=options.workers,
        progress=Progress(),
        on_finding=lambda finding: note_findings([finding]),
        allow_imports=options.allow_imports,
    )
    if options.json:
        print_json(result.to_dict())
    else:
        _show(result)
    if result.equal:
        return ExitCode.DONE
    note("hiprisk: error[NOT_REPRODUCED]: the rebuilt bundle differs from the one that was given")
    return ExitCode.BUNDLE_REFUSED


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "rebuild",
        description="Train a bundle's study again from the config, mapping and dictionary that the "
        "bundle holds, and compare bundle_sha256. On the same class of machine with the same "
        "versions it is equal; exit code 4 says that it is not. Nothing is logged to MLflow.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument(
        "--cohort",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the cohort file it was trained on; repeat for several in order",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder of models that keeps the new bundle (default: it is deleted)",
    )
    parser.add_argument(
        "--allow-imports",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="import this package, whose class is a candidate of the study, and run its code; "
        "scikit-learn, LightGBM and XGBoost need no consent; repeat for several",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1),
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes; the result does not depend on them",
    )
    return parser.parse_args(argv)


def _show(result: Rebuilt) -> None:
    print_lines(
        "The rebuilt bundle is equal." if result.equal else "The rebuilt bundle differs.",
        f"given    {result.bundle_sha256}",
        f"rebuilt  {result.rebuilt_sha256}",
    )
    differing = [name for name, same in result.parts.items() if not same]
    print_lines(*([f"differs in {', '.join(differing)}"] if differing else []))
    if not result.equal:
        print_lines(
            *(f"{name}: {then} then, {now} now" for name, (then, now) in result.versions.items()),
            f"machine: {result.machine[0]} then, {result.machine[1]} now",
        )
    if result.rebuilt is not None:
        print_lines(f"kept     {result.rebuilt}")
