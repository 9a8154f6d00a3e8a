"""Where the packaged JSON Schemas lie, and the line by which a YAML file names one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["study", "mapping", "dictionary", "published", "sheet"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def schema_path(kind: Kind) -> Path:
    """The packaged JSON Schema of one kind of file.

    Parameters
    ----------
    kind : str
        ``study`` (a training config), ``mapping``, ``dictionary`` (own variables), ``published``
        (a published model by hand) or ``sheet``.
    """
    return Path(__file__).parent / f"{kind}.schema.json"


def schema_line(kind: Kind, folder: Path) -> str:
    """The first line of a YAML file in a folder: editors then complete and check its keys.

    It is the comment that the YAML language server reads, with a relative path.
    """
    relative = os.path.relpath(schema_path(kind), folder.resolve())
    return f"# yaml-language-server: $schema={Path(relative).as_posix()}\n"
