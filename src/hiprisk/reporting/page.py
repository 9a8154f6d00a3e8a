"""What a report is made of: sections of paragraphs, tables, pictures; and the page around them."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; cells are text, and columns of figures stand on the right.

    Attributes
    ----------
    strong : tuple of int
        Rows to highlight, by position.
    folded : bool
        Whether the table opens only when asked for, and is left out on paper: for long ones.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    strong: tuple[int, ...] = ()
    folded: bool = False

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold figures alone."""
        return tuple(
            all(_is_figure(row[position]) for row in self.rows)
            for position in range(len(self.head))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as PNG, with what it shows in words for those who cannot see it."""

    name: str
    png: bytes
    alt: str
    caption: str = ""

    @property
    def uri(self) -> str:
        """The picture inside the page."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a report."""

    anchor: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = field(default=())


def _is_figure(text: str) -> bool:
    return all(character in "0123456789.,+-e()<% " for character in text.replace(" to ", ""))


def _with_code(text: str) -> Markup:
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def render_page(
    *, title: str, banner: str, lead: Sequence[str], sections: Sequence[Section], footer: str
) -> str:
    """One HTML document that needs nothing beside itself; text in backticks is set as code.

    Parameters
    ----------
    title : str
    banner : str
        Highlighted at the top; empty for none.
    lead : sequence of str
        The summary in plain words.
    sections : sequence of Section
    footer : str
    """
    template = resources.files("hiprisk.reporting").joinpath("templates/report.html.j2")
    environment = Environment(
        loader=DictLoader({"report": template.read_text("utf-8")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = _with_code
    return environment.get_template("report").render(
        title=title, banner=banner, lead=lead, sections=sections, footer=footer
    )
