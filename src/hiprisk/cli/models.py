"""``hiprisk models``: what bundles there are, and two of them beside each other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from hiprisk.cli.options import Parser
from hiprisk.cli.show.output import note, print_json, print_lines, print_table
from hiprisk.errors import BundleError

EXAMPLE = """  hiprisk models
  hiprisk models --root /path/to/models --json
  hiprisk models --compare stupar@1 stupar@2"""

# What a main metric may come from, the first that a bundle has: ending of its key, and its name.
ESTIMATED = {
    "corrected": "optimism-corrected",
    "cross_validated": "cross-validated",
    "out_of_fold": "out-of-fold",
}


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    return _list(options) if options.compare is None else _compare(options)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "models",
        description="List bundles, checked hash by hash; or with --compare set two studies beside "
        "each other: what differs in config, cohort, code and model, and the metrics that both "
        "have.",
        example=EXAMPLE,
    )
    parser.add_argument("--root", type=Path, default=Path("models"), metavar="DIR",
                        help="folder of all models (default: models)")  # fmt: skip
    parser.add_argument("--compare", nargs=2, metavar=("A", "B"),
                        help="two bundles, or names of models in DIR (NAME@VERSION)")  # fmt: skip
    return parser.parse_args(argv)


def _list(options: argparse.Namespace) -> int:
    from hiprisk.bundle import list_bundles

    rows = [_describe(path) for path in list_bundles(options.root)]
    if options.json:
        print_json({"models": rows})
    elif not rows:
        print_lines(f"no bundles in {options.root}; hiprisk train configs/stupar.yaml makes one")
    else:
        names = ("name", "version", "outcome", "data", "main metric", "sha256", "path")
        print_table(names, [[str(row[name]) for name in names] for row in rows])
        for row in rows:
            if "reason" in row:
                note(f"hiprisk: refused {row['path']}: {row['reason']}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from hiprisk.bundle import read_bundle
    from hiprisk.cli.show.studies import show_studies
    from hiprisk.evidence.study_comparison import compare_studies

    first, second = (read_bundle(name, root=options.root) for name in options.compare)
    result = compare_studies(first, second)
    if options.json:
        print_json(result.to_dict())
    else:
        show_studies(result)
    return 0


def _describe(path: Path) -> dict[str, Any]:
    from hiprisk.bundle import read_bundle

    shown: dict[str, Any] = {"name": path.parent.name, "version": path.name, "path": str(path)}
    try:
        bundle = read_bundle(path)
        sheet, metrics = bundle.sheet, bundle.evidence.get("metrics")
    except BundleError as refusal:
        return {**shown, "outcome": "refused", "data": refusal.code, "main metric": "",
                "sha256": "", "reason": str(refusal)}  # fmt: skip
    return {
        **shown,
        "outcome": sheet.outcome.variable,
        "data": _data(bundle.provenance, invented=sheet.invented),
        "main metric": _main_metric(metrics),
        "sha256": bundle.sha256[:12],
    }


def _data(provenance: str, *, invented: bool | None) -> str:
    return f"{provenance}, invented" if invented else provenance


def _main_metric(metrics: object) -> str:
    """The main metric of the outcome's kind, with its interval where it has one."""
    from hiprisk.metrics.registry import metrics_for

    found = metrics if isinstance(metrics, dict) else {}
    mains = [metrics_for(kind)[0] for kind in ("continuous", "binary")]
    # A study without enough bootstrap models has no corrected figure.
    for (end, how), main in product(ESTIMATED.items(), mains):
        figures = found.get(f"{main.name}_{end}")
        if not isinstance(figures, dict) or not isinstance(figures.get("value"), float):
            continue
        low, high = figures.get("low"), figures.get("high")
        interval = ""
        if isinstance(low, float) and isinstance(high, float):
            interval = f" ({low:.3f} to {high:.3f})"
        return f"{main.label}, {how} {figures['value']:.3f}{interval}"
    return ""
