"""Options that commands of a study config share: the config, and what replaces parts of it."""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.show.output import note_findings

if TYPE_CHECKING:
    from argparse import _ArgumentGroup as Group

    from hiprisk.config import StudyConfig


def add_study_options(parser: Parser, *, workers: bool = True) -> None:
    """CONFIG with its cohort, settings and seed replaced, and the number of processes."""
    group = parser.add_argument_group("study")
    add_config_options(group)
    group.add_argument("--seed", type=whole_number(0), metavar="N", help="seed of the study")
    if workers:
        group.add_argument(
            "--workers",
            type=whole_number(1),
            default=os.cpu_count() or 1,
            metavar="N",
            help="processes; the result does not depend on them (default: all cores)",
        )


def add_config_options(group: Group, *, optional: str | None = None) -> None:
    """CONFIG with its cohort and settings replaced; `optional` says what it is good for."""
    group.add_argument(
        "config",
        type=Path,
        metavar="CONFIG",
        help=optional or "study config (YAML)",
        nargs="?" if optional else None,
    )
    group.add_argument(
        "--cohort",
        metavar="FILE",
        action="append",
        help="cohort file in place of the config's; several are read as one",
    )
    group.add_argument(
        "--encoding",
        metavar="E",
        help="of a cohort file whose texts are not UTF-8, such as cp1252",
    )
    group.add_argument(
        "--set", action="append", default=[], metavar="A.B=VALUE",
        help="override one setting; repeat for more",
    )  # fmt: skip


def study_of(options: argparse.Namespace) -> StudyConfig:
    """The study that the options name."""
    # Set before numpy is imported: a worker must not start threads of its own.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from hiprisk.api.documents import undecided_lines
    from hiprisk.cohort.findings import undecided_findings
    from hiprisk.config import load_config
    from hiprisk.learning.study_cohort import with_source

    config = load_config(options.config, overrides=options.set)
    config = with_source(config, options.cohort)
    if options.encoding is not None:
        cohort = dataclasses.replace(config.cohort, encoding=options.encoding)
        config = dataclasses.replace(config, cohort=cohort)
    if options.seed is not None:
        config = dataclasses.replace(config, seed=options.seed)
    note_findings(undecided_findings(undecided_lines(options.config, config)))
    return config


def check_names(config: StudyConfig) -> None:
    """Raise for a name that the dictionary lacks or of a wrong kind, or a cohort that is not there.

    A study checks the same after importing all that it fits and draws with: a slip need not wait.
    """
    from hiprisk.cohort.files.local_file import check_local_file
    from hiprisk.cohort.files.stacking import cohort_files
    from hiprisk.features.roles import check_roles
    from hiprisk.learning.study_cohort import study_dictionary

    check_roles(config, study_dictionary(config))
    named = config.cohort.file if config.cohort.simulate is None else None
    for path in () if named is None else cohort_files(named).on_disk:
        check_local_file(path)
