"""``hiprisk track``: log a bundle to MLflow."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import Progress, print_json, print_lines

EXAMPLE = "  hiprisk track stupar\n  hiprisk track models/stupar/1 --json"


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser(
        "track",
        description="Log a bundle to MLflow as a run of its own: what train does at its end, for a "
        "study that was trained without tracking or whose store was lost or down. The store is "
        "mlflow.db in the current folder unless MLFLOW_TRACKING_URI says otherwise.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    options = parser.parse_args(argv)
    from hiprisk.serving.model import load
    from hiprisk.tracking.runs import track_bundle

    bundle = load(options.bundle, **expected(options)).bundle
    logged = track_bundle(bundle, Progress())
    if options.json:
        print_json(
            {
                "bundle": str(bundle.path),
                "bundle_sha256": bundle.sha256,
                "mlflow_run": logged.run_id,
                "mlflow_store": logged.store,
            }
        )
    else:
        print_lines(f"{bundle.path}  logged to {logged.store}, run {logged.run_id}")
    return 0
