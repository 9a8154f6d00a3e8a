"""Parsers that refuse in hiprisk's own words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hiprisk.errors import ConfigError

if TYPE_CHECKING:
    from hiprisk.cohort.files.stacking import CohortFiles

COHORT_HELP = (
    "CSV, Parquet, Excel, ODS, SPSS or Stata file, gzip or zip too; FILE.zip::NAME names a file of "
    "a zip, FILE.xlsx::NAME a sheet"
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are hiprisk errors."""

    def __init__(self, command: str, *, description: str, example: str) -> None:
        super().__init__(
            prog=f"hiprisk {command}",
            description=description,
            epilog=f"example:\n{example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self.add_argument("--json", action="store_true", help="print one JSON object")

    def error(self, message: str) -> NoReturn:
        """Refuse with exit code 2."""
        raise ConfigError(message, code="USAGE", advice=f"{self.prog} --help gives details")


def add_cohort(parser: Parser) -> None:
    """COHORT, further files of it, and their encoding."""
    parser.add_argument("cohort", metavar="COHORT", nargs="?", help=COHORT_HELP)
    add_further_files(parser)


def add_further_files(parser: Parser) -> None:
    """Further files of a cohort, and the encoding of all."""
    parser.add_argument("--cohort", action="append", default=[], metavar="FILE", dest="further",
                        help="a further file of the same cohort, such as another year, read as if "
                        "it stood below; may come several times")  # fmt: skip
    parser.add_argument("--encoding", metavar="E",
                        help="of texts that are not UTF-8, such as cp1252")  # fmt: skip


def files_of(options: argparse.Namespace, first: Path | str | None) -> CohortFiles:
    """The files of a cohort, in their order.

    Raises
    ------
    ConfigError
        If none is named.
    """
    from hiprisk.cohort.files.stacking import CohortFiles

    paths = (*([first] if first is not None else []), *options.further)
    if not paths:
        raise ConfigError("name a cohort file", code="USAGE")
    return CohortFiles(paths, options.encoding)


def whole_number(least: int) -> Callable[[str], int]:
    """A converter for whole numbers from `least` on."""

    def convert(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, got {number}")
        return number

    convert.__name__ = "whole number"
    return convert
