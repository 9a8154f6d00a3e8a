"""``--track`` and ``--report`` of commands: their result as a run in MLflow, and as a report."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hiprisk.cli.options import Parser
from hiprisk.cli.result_report import add_report_option, check_report, write_report
from hiprisk.cli.show.output import Progress, note, print_json
from hiprisk.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from hiprisk.bundle import Bundle
    from hiprisk.config import StudyConfig
    from hiprisk.tracking.command_runs import TrackedResult

# Where files lie and what is printed is no part of how a result was made.
NOT_PARAMETERS = frozenset(
    ("json", "out", "force", "track", "experiment", "paths", "cohort", "further", "mapping",
     "dictionary", "study", "development", "strict", "compare", "root", "report")
)  # fmt: skip


def add_track_options(parser: Parser) -> None:
    """Whether a report is written and the result is logged, and where."""
    add_report_option(parser)
    parser.add_argument("--track", action="store_true",
                        help="log the result to MLflow as a run that points to the model; the "
                        "store is mlflow.db here unless MLFLOW_TRACKING_URI says otherwise"
                        )  # fmt: skip
    parser.add_argument("--experiment", metavar="NAME",
                        help="with --track: experiment in place of the study's")  # fmt: skip


def check_track(options: argparse.Namespace) -> None:
    """Refuse before any work what could not be written or logged after it."""
    check_report(options)
    if not options.track:
        if options.experiment is not None:
            raise ConfigError("--experiment goes with --track", code="USAGE", column="--experiment")
        return
    from hiprisk.config import TrackingSettings
    from hiprisk.tracking.runs import check_tracking

    check_tracking(TrackingSettings(enabled=True), Progress())


def show_and_track(
    options: argparse.Namespace,
    result: Any,
    show: Callable[[], None],
    *,
    plain: Mapping[str, Any],
    bundle: Bundle | None = None,
    config: StudyConfig | None = None,
    cohort: str = "",
) -> ExitCode:
    """Print a result; write its report and log it where asked for; name the run (in JSON too)."""
    if not options.json:
        show()
    if options.report is not None:
        write_report(options.report, result, seed=options.seed if config is None else config.seed)
        note(f"written: {options.report}")
    tracked = None
    if options.track:
        tracked = _track(options, result, bundle=bundle, config=config, cohort=cohort)
    if options.json:
        print_json({**plain, **({} if tracked is None else tracked.to_dict())})
    if tracked is None:
        return ExitCode.DONE
    return _tell(tracked, bundle)


def _track(
    options: argparse.Namespace,
    result: Any,
    *,
    bundle: Bundle | None,
    config: StudyConfig | None,
    cohort: str,
) -> TrackedResult:
    from hiprisk.tracking.result_tracking import track_result

    given = {key: value for key, value in vars(options).items() if key not in NOT_PARAMETERS}
    return track_result(
        result,
        bundle=bundle,
        config=config,
        experiment=options.experiment,
        # Of a study the whole config is logged: it has what --set and --seed say.
        parameters=given if config is None else None,
        cohort=cohort,
    )


def _tell(tracked: TrackedResult, bundle: Bundle | None) -> ExitCode:
    """Where the result was logged, or that it was not, on stderr."""
    if tracked.not_logged is not None:
        note(f"hiprisk: error[IO]: {tracked.not_logged}; the result is whole, and not in MLflow")
        return ExitCode.IO
    where = f"logged to {tracked.store}, experiment {tracked.experiment}, run {tracked.run_id}"
    model = tracked.model
    if model is not None:
        version = f" (registered as {model.registered})" if model.registered else ""
        note(f"{where}; model {model.model_id}{version}")
    elif bundle is not None:
        note(f"{where}; MLflow does not have the model: hiprisk track {bundle.path} logs it")
    else:
        note(f"{where}; MLflow has no model of it to point to")
    return ExitCode.DONE
