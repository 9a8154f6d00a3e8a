"""One way of making a study's config wrong, with what is said of it.

A case is one change of a small correct study: `simulated` (of `study_text`), or `continuous` or
`binary` of `own_studies`, whose variables and file are the user's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import own_studies
from study_text import TEXT

TEXTS = {
    "simulated": TEXT,
    "continuous": own_studies.CONTINUOUS,
    "binary": own_studies.BINARY,
}


@dataclass(frozen=True)
class WrongConfig:
    """One way of making a config wrong.

    Attributes
    ----------
    name : str
    base : str
        Which study is changed.
    settings : tuple of str
        Given with ``--set``.
    said : str
        Part of what is said.
    code : int
        Exit code.
    swap : tuple of (str, str)
        Text of the config and what takes its place.
    change : callable, optional
        Changes files of the study's folder.
    options : tuple of str
        Further words of the command line.
    environment : tuple of (str, str)
        Variables of the environment.
    """

    name: str
    base: str
    settings: tuple[str, ...] = ()
    said: str = ""
    code: int = 2
    swap: tuple[str, str] | None = None
    change: Callable[[Path], None] | None = None
    options: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    def written(self, folder: Path) -> list[str]:
        """The study in a folder, and the words after the command."""
        text = TEXTS[self.base]
        if self.swap is not None:
            assert self.swap[0] in text, self.name
            text = text.replace(*self.swap, 1)
        path = folder / "study.yaml"
        path.write_text(text, encoding="utf-8")
        if self.change is not None:
            self.change(folder)
        sets = [word for one in self.settings for word in ("--set", one)]
        return [str(path), "--workers", "1", "--out", str(folder / "models"), *sets, *self.options]


def case(name, settings, said, *, base="simulated", **more):
    """A case of one or more settings."""
    settings = (settings,) if isinstance(settings, str) else tuple(settings)
    return WrongConfig(name=name, base=base, settings=settings, said=said, **more)


def text_case(name, old, new, said, *, base="simulated", **more):
    """A case of a change of the text."""
    return WrongConfig(name=name, base=base, swap=(old, new), said=said, **more)
