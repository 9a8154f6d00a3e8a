"""``hiprisk train``: run a study."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.options import Parser, add_cluster_option, check_cluster_option, whole_number
from hiprisk.cli.show.candidates import show_comparisons
from hiprisk.cli.show.output import (
    Progress,
    metric_label,
    note,
    note_finding,
    note_findings,
    print_json,
    print_lines,
    print_sentences,
    print_table,
    print_title,
)
from hiprisk.cli.study_options import add_study_options, check_names, study_of
from hiprisk.errors import ExitCode
from hiprisk.outputs import check_output_folder
from hiprisk.processes.garbage import no_garbage_search
from hiprisk.wording.availability import not_computed_in_words
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import interval, interval_digits, number, number_and_interval

if TYPE_CHECKING:
    from hiprisk.evidence.document import Evidence
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.study import StudyResult

EXAMPLE = """  hiprisk train configs/stupar.yaml
  hiprisk train configs/nhs_proms_hip.yaml --cohort FILE --workers 2
  hiprisk train configs/stupar.yaml --set tuning.trials=10 --seed 7
  hiprisk train configs/stupar.yaml --cluster tcp://10.0.0.5:8786"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    check_cluster_option(options)
    check_output_folder(options.out)
    from hiprisk.parallel import fork_server

    alone = 1 if options.cluster is not None else options.workers
    with fork_server("hiprisk.cli.train_imports", workers=alone):
        return _train(options)


def _train(options: argparse.Namespace) -> int:
    with no_garbage_search():
        config = study_of(options)
        check_names(config)
        if options.resume:
            from hiprisk.planning.resuming import check_resume

            check_resume(config, options.out)
        from hiprisk.parallel import spread_over
        from hiprisk.study import run_study

    with spread_over(options.cluster, workers=options.workers) as workers:
        result = run_study(
            config,
            out=options.out,
            workers=workers,
            resume=options.resume,
            wait=options.wait,
            progress=Progress(),
            on_finding=lambda finding: note_findings([finding]),
        )
    if options.json:
        print_json(result.to_dict())
    else:
        show_result(result)
    if result.not_logged is None:
        return ExitCode.DONE
    note(
        f"hiprisk: error[IO]: {result.not_logged}; the bundle is whole (when the store is in "
        f"order: hiprisk track {result.bundle})"
    )
    return ExitCode.IO


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "train",
        description="Run a study: tune the candidate models, fit the best, validate it internally, "
        "write "
        "a bundle and track it in MLflow. Ctrl-C keeps what the search has done; --resume goes on.",
        example=EXAMPLE,
    )
    add_study_options(parser)
    add_cluster_option(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("models"),
        metavar="DIR",
        help="folder of all models (default: models)",
    )
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted search")
    parser.add_argument(
        "--wait",
        type=whole_number(0),
        default=10,
        metavar="SECONDS",
        help="how long to wait for another study of this name to end (default: 10)",
    )
    return parser.parse_args(argv)


def show_result(result: StudyResult) -> None:
    """The result as a person likes to read it."""
    from hiprisk.learning.participants.flow import outcome_remarks

    evidence = result.evidence
    remarks = [f"{capital(remark)}." for remark in outcome_remarks(evidence.flow)]
    print_lines("")
    print_title(evidence.title)
    print_sentences(*evidence.summary, *remarks)
    print_lines("")
    if "optimism" in evidence.not_available:
        _show_without_optimism(evidence)
    else:
        _show_optimism(evidence)
    _show_holdout(result)
    show_comparisons(evidence)
    print_lines(
        "",
        f"bundle  {result.bundle}",
        f"sha256  {result.bundle_sha256}",
        f"mlflow  {result.mlflow_store or 'not tracked'}"
        + (f", run {result.mlflow_run}" if result.mlflow_run else ""),
        *([] if result.tuning_trials is None else [f"trials  {result.tuning_trials}"]),
    )
    note_absent(evidence.findings)
    note(f"done in {result.seconds:.0f} s")


def _show_without_optimism(evidence: Evidence) -> None:
    """What is known of the model where too many of the resamples were refused."""
    crossing, how = evidence.cross_validation, "cross-validated"
    others = evidence.out_of_fold.predictions if crossing is None else crossing.estimates()
    by_name = {estimate.name: estimate for estimate in others}
    if crossing is None:
        how = "out-of-fold"
    rows = []
    for one in evidence.apparent:
        other = by_name.get(one.name)
        found = ("", "") if other is None else number_and_interval(other)
        rows.append([metric_label(one.name), *found, *number_and_interval(one)])
    print_table(["metric", how, "95 % CI", "apparent", "95 % CI"], rows)
    print_lines(
        "", "Apparent values are of the participants that the model was fitted to: optimistic."
    )


def note_absent(findings: Sequence[Mapping[str, Any]]) -> None:
    """Columns that the file and refits that the sheet lacks, on stderr; the study needs neither."""
    for found in findings:
        if found["code"] in ("MISSING_COLUMN", "REFITS_LEFT_OUT"):
            note_finding(found, subject=found["column"])


def _show_optimism(evidence: Evidence) -> None:
    apparent = {estimate.name: estimate for estimate in evidence.apparent}
    corrected = {estimate.name: estimate for estimate in evidence.optimism.estimates()}
    rows = []
    for row in evidence.optimism.rows:
        best = corrected.get(row.metric)
        digits = 3 if best is None else interval_digits(best)
        rows.append(
            [
                metric_label(row.metric),
                _figure(row.corrected, best, digits),
                f"{row.optimism:+z.{digits}f}",
                _figure(row.apparent, apparent.get(row.metric), digits),
            ]
        )
    head = ["metric", "optimism-corrected (95 % CI)", "optimism", "apparent (95 % CI)"]
    print_table(head, rows)
    lost = not_computed_in_words(
        evidence.optimism.not_computed(), evidence.optimism.n_resamples, metric_label
    )
    n = evidence.optimism.n_resamples
    print_lines(
        *([lost] if lost else []),
        "",
        "Corrected: the apparent value less its optimism; its interval comes from repeating the "
        f"procedure in {n} resamples of people. The apparent value's is of the given predictions "
        "on the participants they were fitted to, and optimistic: report the optimism-corrected "
        "one.",
        f"Not repeated in the {n} resamples: {'; '.join(evidence.not_repeated)}.",
    )


def _figure(value: float, estimate: Estimate | None, digits: int) -> str:
    """A value with the interval of its estimate, where that has one."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return number(value, digits)
    return f"{number(value, digits)} ({interval(estimate.low, estimate.high, digits)})"


def _show_holdout(result: StudyResult) -> None:
    held = result.evidence.holdout
    if held is None:
        return
    print_lines("", f"Held out ({held.label}), n = {held.model.n}:")
    head, others = ["metric", "model", "95 % CI"], []
    if held.model_compared is not None:
        head.append(f"model, n = {held.model_compared.n}")
        others.append(held.model_compared)
    if held.reference is not None:
        head.append(held.reference_name or "")
        others.append(held.reference)
    columns = [{one.name: one.value for one in other.metrics} for other in others]
    rows = [
        [metric_label(one.name), *number_and_interval(one)]
        + [number(column.get(one.name), interval_digits(one)) for column in columns]
        for one in held.model.metrics
    ]
    print_table(head, rows)
    compared = held.comparison(result.evidence.label(held.reference_name or ""))
    print_lines(*([compared] if compared else []))
