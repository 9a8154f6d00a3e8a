"""``hiprisk track``: log a bundle to MLflow."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import Progress, note, print_json, print_lines

EXAMPLE = "  hiprisk track stupar\n  hiprisk track models/stupar/1 --json"


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser(
        "track",
        description="Log a bundle to MLflow as a run of its own: what train does at its end, for a "
        "study that was trained without tracking or whose store was lost or down. A bundle that a "
        "finished run holds is not logged twice. The store is mlflow.db in the current folder "
        "unless MLFLOW_TRACKING_URI says otherwise.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument(
        "--again",
        action="store_true",
        help="log it although a finished run of the experiment holds it",
    )
    options = parser.parse_args(argv)
    from hiprisk.serving.model import load
    from hiprisk.tracking.runs import track_bundle

    bundle = load(options.bundle, **expected(options)).bundle
    logged = track_bundle(bundle, Progress(), again=options.again)
    if options.json:
        print_json(
            {
                "bundle": str(bundle.path),
                "bundle_sha256": bundle.sha256,
                "mlflow_run": logged.run_id,
                "mlflow_store": logged.store,
                "already_logged": logged.already_logged,
            }
        )
        return 0
    before = "was logged before" if logged.already_logged else "logged"
    print_lines(f"{bundle.path}  {before} to {logged.store}, run {logged.run_id}")
    if logged.already_logged:
        note("Nothing was logged now: --again logs it as a second run.")
    return 0
