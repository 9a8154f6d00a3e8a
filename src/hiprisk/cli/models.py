"""``hiprisk models``: what bundles there are, and two of them beside each other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.cohort_options import (
    add_mapping_options,
    add_selection_options,
    people_request,
)
from hiprisk.cli.options import Parser, add_full, add_further_files, add_trusted_key, whole_number
from hiprisk.cli.show.output import note, print_json, print_lines, print_table
from hiprisk.errors import BundleError, ConfigError

if TYPE_CHECKING:
    from hiprisk.bundle.keys import PublicKey

EXAMPLE = """  hiprisk models
  hiprisk models --root /path/to/models --json
  hiprisk models --compare stupar@1 stupar@2
  hiprisk models --compare stupar@1 stupar@2 --cohort newcohort.csv --mapping source.yaml"""

# What a main metric may come from, the first that a bundle has.
ESTIMATED = ("corrected", "cross_validated", "out_of_fold")


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    return _list(options) if options.compare is None else _compare(options)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "models",
        description="List bundles, checked hash by hash; or with --compare set two studies beside "
        "each other: what differs in config, cohort, code and model, and the metrics that both "
        "have. With --cohort, people that neither was fitted to are scored by both, and the "
        "difference of each main metric has a paired 95 % CI (bootstrap of persons).",
        example=EXAMPLE,
    )
    parser.add_argument("--root", type=Path, default=Path("models"), metavar="DIR",
                        help="folder of all models (default: models)")  # fmt: skip
    parser.add_argument("--compare", nargs=2, metavar=("A", "B"),
                        help="two bundles, or names of models in DIR (NAME@VERSION)")  # fmt: skip
    add_full(parser)
    add_trusted_key(parser)
    add_further_files(parser)
    add_mapping_options(parser)
    add_selection_options(parser)
    parser.add_argument("--resamples", type=whole_number(50), default=500, metavar="N",
                        help="of persons, behind the intervals (default: 500)")  # fmt: skip
    options = parser.parse_args(argv)
    _check(options)
    return options


def _check(options: argparse.Namespace) -> None:
    """Refuse what would be left unused."""
    if options.further and options.compare is None:
        raise ConfigError("--cohort goes with --compare A B", code="USAGE", column="--cohort")
    asked = {"--mapping": options.mapping, "--dictionary": options.dictionary,
             "--where": options.where, "--encoding": options.encoding,
             "--accept-units": options.accept_units}  # fmt: skip
    for option in (name for name, given in asked.items() if given and not options.further):
        raise ConfigError(
            f"{option} says how a cohort is read, and none is named",
            code="USAGE",
            column=option,
            advice="name one by --cohort FILE",
        )


def _list(options: argparse.Namespace) -> int:
    from hiprisk.bundle import list_bundles
    from hiprisk.bundle.signatures import read_trusted

    keys = read_trusted(options.trusted_keys)
    rows = [_describe(path, keys) for path in list_bundles(options.root)]
    if options.json:
        print_json({"models": rows})
    elif not rows:
        print_lines(f"no bundles in {options.root}; hiprisk train configs/stupar.yaml makes one")
    else:
        head = ["model", "outcome", "data", "main metric (95 % CI)", "sha256"]
        shown = [
            [
                f"{row['name']}@{row['version']}",
                row["outcome_label"],
                row["data"],
                row["main metric"],
                row["sha256"],
                _signed(row["signed_by"]),
            ]
            for row in rows
        ]
        signed = any(row[-1] for row in shown)
        print_table([*head, *(["signed"] if signed else [])],
                    [row if signed else row[:-1] for row in shown])  # fmt: skip
        for row in rows:
            if "reason" in row:
                note(f"hiprisk: refused {row['path']}: {row['reason']}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from hiprisk.api.model_pair import model_comparison
    from hiprisk.bundle import read_bundle
    from hiprisk.cli.show.studies import show_studies

    first, second = (
        read_bundle(name, root=options.root, trusted_keys=options.trusted_keys)
        for name in options.compare
    )
    asked = people_request(None, options) if options.further else None
    result = model_comparison(first, second, asked, resamples=options.resamples)
    if options.json:
        print_json(result.to_dict())
    else:
        show_studies(result.studies, result.paired, full=options.full)
    return 0


def _describe(path: Path, keys: Sequence[PublicKey]) -> dict[str, Any]:
    from hiprisk.bundle import read_bundle
    from hiprisk.bundle.signatures import signed_by

    shown: dict[str, Any] = {"name": path.parent.name, "version": path.name, "path": str(path)}
    try:
        bundle = read_bundle(path)
        sheet, metrics = bundle.sheet, bundle.evidence.get("metrics")
        signers = signed_by(path, bundle.manifest, keys)
    except BundleError as refusal:
        return {**shown, "outcome": "refused", "outcome_label": "refused", "data": refusal.code,
                "main metric": "",
                "sha256": "", "signed_by": [], "reason": str(refusal)}  # fmt: skip
    return {
        **shown,
        "outcome": sheet.outcome.variable,
        "outcome_label": sheet.outcome.label,
        "data": _data(bundle.provenance, invented=sheet.invented),
        "main metric": _main_metric(metrics),
        "sha256": bundle.sha256[:12],
        "signed_by": signers,
    }


def _signed(signers: Sequence[dict[str, Any]]) -> str:
    """Who signed, as far as it fits a table."""
    return ", ".join(
        f"{signer['key_sha256'][:12]} ({'' if signer['verified'] else 'not '}verified)"
        for signer in signers
    )


def _data(provenance: str, *, invented: bool | None) -> str:
    return f"{provenance}, invented" if invented else provenance


def _main_metric(metrics: object) -> str:
    """The main metric of the outcome's kind, with its interval where it has one."""
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.metrics.registry import metrics_for
    from hiprisk.wording.labels import EVALUATIONS
    from hiprisk.wording.quantities import with_interval

    found = metrics if isinstance(metrics, dict) else {}
    mains = [metrics_for(kind)[0] for kind in ("continuous", "binary")]
    # A study without enough bootstrap models has no corrected figure.
    for how, main in product(ESTIMATED, mains):
        figures = found.get(f"{main.name}_{how}")
        if not isinstance(figures, dict) or not isinstance(figures.get("value"), float):
            continue
        low, high = (
            end if isinstance(end := figures.get(name), float) else None for name in ("low", "high")
        )
        shown = Estimate(name=main.name, value=figures["value"], low=low, high=high)
        return f"{main.label}, {EVALUATIONS[how]} {with_interval(shown)}"
    return ""
