"""Options that validate, update and drift share: a model or a column, a cohort, an outcome."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.options import (
    Parser,
    add_expected,
    add_further_files,
    expected,
    files_of,
    whole_number,
)
from hiprisk.cli.show.output import note_findings
from hiprisk.errors import ConfigError

if TYPE_CHECKING:
    from hiprisk.api.subject import SubjectRequest
    from hiprisk.cohort.findings import Finding


def add_cohort_options(parser: Parser) -> None:
    """BUNDLE, COHORT, and how to read the cohort."""
    # Left to itself, argparse shows the two names twice, in brackets within brackets.
    parser.usage = f"{parser.prog} [options] [BUNDLE] COHORT"
    parser.add_argument("paths", nargs="*", metavar="[BUNDLE] COHORT",
                        help="bundle or name of a model in ./models (left out with --predictions "
                        "and --outcome or --study), and a cohort file: CSV, Parquet, Excel, "
                        "ODS, SPSS or Stata")  # fmt: skip
    add_expected(parser)
    add_further_files(parser)
    add_mapping_options(parser)
    parser.add_argument("--predictions", metavar="COLUMN",
                        help="evaluate the predictions in this column")  # fmt: skip
    parser.add_argument("--study", type=Path, metavar="FILE",
                        help="study config, or a YAML file with its section outcome (and "
                        "sampling) alone, that declares the outcome")  # fmt: skip
    parser.add_argument("--outcome", metavar="VARIABLE",
                        help="variable of the outcome, instead of --study; with a bundle, in place "
                        "of the bundle's own")  # fmt: skip
    parser.add_argument("--event-level", metavar="LEVEL",
                        help="level of --outcome that counts as the event (default: yes, 1 or "
                        "true)")  # fmt: skip
    add_selection_options(parser)


def add_mapping_options(parser: Parser) -> None:
    """How the columns of a cohort are read."""
    parser.add_argument("--mapping", type=Path, metavar="M", help="column mapping (YAML)")
    parser.add_argument("--dictionary", metavar="FILE",
                        help="your own variables (YAML)")  # fmt: skip


def add_selection_options(parser: Parser) -> None:
    """Rows, units, and the seed of the resamples."""
    parser.add_argument("--where", action="append", default=[], metavar="VARIABLE=LEVEL",
                        help="only rows that have this level; may come several times")  # fmt: skip
    parser.add_argument("--accept-units", action="store_true",
                        help="go on although a unit looks wrong")  # fmt: skip
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="N",
                        help="seed of the resamples (default: 0)")  # fmt: skip


def _names_bundle(options: argparse.Namespace) -> bool:
    """Whether the first path is a bundle: there are two, or the cohort is named by an option."""
    if len(options.paths) > 1:
        return True
    stated = options.study is not None or options.outcome is not None
    return bool(options.further) and not (stated and options.predictions is not None)


def requested(options: argparse.Namespace) -> dict[str, Any]:
    """What the shared options ask for, by the names of `hiprisk.api.subject.SubjectRequest`."""
    if len(options.paths) > 2:
        raise ConfigError(
            "give a bundle and one cohort", code="USAGE",
            advice="a further file of the same cohort is named by --cohort FILE",
        )  # fmt: skip
    from hiprisk.bundle import read_bundle

    names_bundle = _names_bundle(options)
    for option, given in (("--expect-sha256", options.expect_sha256 is not None),
                          ("--trusted-key", bool(options.trusted_keys))):  # fmt: skip
        if given and not names_bundle:
            raise ConfigError(f"{option} goes with a bundle", code="USAGE")
    rest = options.paths[1:] if names_bundle else options.paths
    return {
        "model": (read_bundle(options.paths[0], **expected(options)) if names_bundle else None),
        "cohort": files_of(options, rest[0] if rest else None),
        "mapping": options.mapping,
        "dictionary": options.dictionary,
        "study": options.study,
        "predictions": options.predictions,
        "outcome": options.outcome,
        "event_level": options.event_level,
        "where": _conditions(options.where),
        "accept_units": options.accept_units,
        "seed": options.seed,
        "on_finding": note_one,
    }


def note_one(finding: Finding) -> None:
    """A finding on stderr."""
    note_findings([finding])


def people_request(bundle: Path | None, options: argparse.Namespace) -> SubjectRequest:
    """What the options ask of a cohort's files: people, and how they are read."""
    from hiprisk.api.subject import SubjectRequest

    return SubjectRequest(
        model=bundle,
        cohort=files_of(options, None),
        mapping=options.mapping,
        dictionary=options.dictionary,
        where=_conditions(options.where),
        accept_units=options.accept_units,
        seed=options.seed,
        on_finding=note_one,
    )


def _conditions(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    wanted: dict[str, tuple[str, ...]] = {}
    for text in texts:
        variable, equals, level = text.partition("=")
        if not equals or not variable or not level:
            raise ConfigError(
                f"'{text}' is not of the form VARIABLE=LEVEL", column="--where",
                advice="for instance --where cohort_year=2018/19",
            )  # fmt: skip
        wanted[variable] = (*wanted.get(variable, ()), level)
    return wanted
