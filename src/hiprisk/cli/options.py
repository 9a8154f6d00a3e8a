"""Parsers that refuse in hiprisk's own words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from hiprisk.errors import ConfigError


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


def whole_number(least: int) -> Callable[[str], int]:
    """A converter for whole numbers from `least` on."""

    def convert(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, got {number}")
        return number

    convert.__name__ = "whole number"
    return convert
