"""Parsers that refuse in hiprisk's own words."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from hiprisk.cli.show.layout import wrapped
from hiprisk.cli.show.terminal import columns
from hiprisk.errors import ConfigError
from hiprisk.spelling import did_you_mean

if TYPE_CHECKING:
    from hiprisk.cohort.files.stacking import CohortFiles

COHORT_HELP = (
    "CSV, Parquet, Excel, ODS, SPSS or Stata file, gzip or zip too; FILE.zip::NAME names a file of "
    "a zip, FILE.xlsx::NAME a sheet"
)
# Stands for a space that an example is not broken at.
OPTION_SPACE = "\x01"


class _Help(argparse.RawDescriptionHelpFormatter):
    """As wide as the terminal; argparse imports three compressors of files to find that out."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)


def _example(text: str) -> str:
    """Commands as a shell takes them over several lines, broken before an option."""
    width = columns() - len(" \\")
    lines = []
    for command in text.splitlines():
        whole = command.removesuffix(" \\")
        options_apart = whole.replace(" ", OPTION_SPACE).replace(f"{OPTION_SPACE}--", " --")
        broken = wrapped(options_apart, width, hanging=6)
        lines.append(" \\\n".join(broken).replace(OPTION_SPACE, " ") + command[len(whole) :])
    return "\n".join(lines)


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are hiprisk errors."""

    def __init__(self, command: str, *, description: str, example: str) -> None:
        super().__init__(
            prog=f"hiprisk {command}",
            description="\n".join(wrapped(description, columns())),
            epilog=f"example:\n{_example(example)}",
            formatter_class=_Help,
            allow_abbrev=False,
        )
        self.add_argument("--json", action="store_true", help="print one JSON object")
        self._words: tuple[str, ...] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse has it; the words are kept, since a refusal does not tell them."""
        self._words = tuple(sys.argv[1:] if args is None else args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Refuse with exit code 2."""
        help_for = f"{self.prog} --help gives details"
        # What is required may lack because it was misspelled.
        unknown = [name for word in self._words if self._is_unknown(name := word.partition("=")[0])]
        near = [hint for name in unknown if (hint := did_you_mean(name, self._option_names()))]
        advice = f"{' '.join(near)} {help_for}" if near else help_for
        raise ConfigError(message, code="USAGE", advice=advice)

    def _is_unknown(self, word: str) -> bool:
        return word.startswith("--") and len(word) > 2 and word not in self._option_names()

    def _option_names(self) -> list[str]:
        return list(self._option_string_actions)


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


def add_expected(parser: argparse.ArgumentParser) -> None:
    """Which bundle is meant: its `bundle_sha256`, and whose signature it must have."""
    parser.add_argument("--expect-sha256", metavar="HASH",
                        help="refuse the bundle if its bundle_sha256 is another")  # fmt: skip
    add_trusted_key(parser)


def add_trusted_key(parser: argparse.ArgumentParser) -> None:
    """Whose signature a bundle must have."""
    parser.add_argument("--trusted-key", action="append", default=[], metavar="FILE",
                        dest="trusted_keys", help="refuse the bundle unless the owner of this "
                        "public key signed it; of several keys one is enough")  # fmt: skip


def expected(options: argparse.Namespace) -> dict[str, Any]:
    """Which bundle is meant, by the names of the arguments of `load` and `read_bundle`."""
    return {"expect_sha256": options.expect_sha256, "trusted_keys": options.trusted_keys}


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """A converter for whole numbers from `least` on, up to `most`."""

    def convert(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, got {number}")
        if most is not None and number > most:
            raise argparse.ArgumentTypeError(f"must be at most {most}, got {number}")
        return number

    convert.__name__ = "whole number"
    return convert


def add_full(parser: Parser) -> None:
    """The short view of a result, or all of it."""
    parser.add_argument("--full", action="store_true",
                        help="print everything, not only the main figures")  # fmt: skip


def add_cluster_option(parser: Parser) -> None:
    """Where work goes beyond this process."""
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="have the work done on a Dask cluster, with the same result: tcp://HOST:PORT or "
        "tls://HOST:PORT of its scheduler, or local for one of this machine with --workers "
        "processes (pip install 'hiprisk[scale]')",
    )


def check_cluster_option(options: argparse.Namespace) -> None:
    """Refuse a cluster that no work can go to before anything else is looked at."""
    if options.cluster is not None:
        from hiprisk.parallel.cluster.address import check_cluster

        check_cluster(options.cluster)
