"""``--report`` of commands whose result has a report: one HTML or PDF file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hiprisk.cli.options import Parser
from hiprisk.cli.report import format_by_ending
from hiprisk.outputs import check_output_file, written_whole

OPTION = "--report"


def add_report_option(parser: Parser) -> None:
    """Whether a report is written, and where."""
    parser.add_argument(OPTION, type=Path, metavar="FILE",
                        help="write the report: verdict, figures and tables in one file, .html or "
                        ".pdf (PDF needs hiprisk[report])")  # fmt: skip
    if "--force" not in parser._option_string_actions:
        parser.add_argument("--force", action="store_true", help="overwrite the report")


def check_report(options: argparse.Namespace) -> None:
    """Refuse before any work a report that could not be written after it."""
    if options.report is None:
        return
    form = format_by_ending(options.report, column=OPTION)
    check_output_file(options.report, force=options.force)
    if form == "pdf":
        from hiprisk.reporting.page.pdf import check_pdf

        check_pdf()


def write_report(path: Path, result: Any, *, seed: int | None) -> None:
    """Write the report of a result in the form that the file's name asks for."""
    # matplotlib is imported where something is drawn, and nowhere else.
    from hiprisk.reporting.results.command_results import files_of_result
    from hiprisk.reporting.results.report import Made

    html = files_of_result(result).report.html(Made.today(seed=seed))
    if format_by_ending(path) == "pdf":
        from hiprisk.reporting.page.pdf import page_as_pdf

        data = page_as_pdf(html)
    else:
        data = html.encode()
    with written_whole(path) as scratch:
        scratch.write_bytes(data)
