"""The HTML document of a report: everything in one file that needs no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from hiprisk.reporting.page.blocks import APPENDIX, BODY, FirstScreen, Section
from hiprisk.wording.quantities import typeset

TEMPLATES = ("report.html.j2", "section.html.j2", "style.css")
# On paper a table of more columns has smaller type, and one of few rows stays on its page.
MANY_COLUMNS, FEW_ROWS = 5, 8


def render_page(
    *,
    title: str,
    banner: str,
    lead: Sequence[str],
    sections: Sequence[Section],
    footer: str,
    first: FirstScreen | None = None,
) -> str:
    """One HTML document that needs nothing beside itself.

    Text in backticks is set as code, in double asterisks as strong; ``[words](#anchor)``
    leads to a section.

    Parameters
    ----------
    title : str
    banner : str
        Highlighted at the top; empty for none.
    lead : sequence of str
        The summary in plain words.
    sections : sequence of Section
        Those of the body, then those of the appendix, each in the order given.
    footer : str
    first : FirstScreen, optional
        Verdict, tiles and a picture before the contents.

    Returns
    -------
    str
    """
    environment = Environment(
        loader=DictLoader({name: _template(name) for name in TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_typeset,
    )
    environment.filters["with_marks"] = _with_marks
    environment.globals.update(MANY_COLUMNS=MANY_COLUMNS, FEW_ROWS=FEW_ROWS)
    parts = [
        (name, [section for section in sections if section.part == part])
        for name, part in (("Report", BODY), ("Appendix", APPENDIX))
    ]
    return environment.get_template("report.html.j2").render(
        title=title,
        banner=banner,
        lead=lead,
        parts=[(name, some) for name, some in parts if some],
        footer=footer,
        first=first,
    )


def _template(name: str) -> str:
    return resources.files("hiprisk.reporting.page").joinpath("templates", name).read_text("utf-8")


def _typeset(value: object) -> object:
    """A text of the page; what is marked up already stays as it is."""
    return typeset(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _with_marks(text: str) -> Markup:
    # Code is copied and typed: its minus stays a hyphen.
    parts = re.split(r"(`[^`]+`)", str(escape(text)))
    marked = "".join(
        f"<code>{part[1:-1]}</code>" if part.startswith("`") and len(part) > 2 else typeset(part)
        for part in parts
    )
    marked = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked)
    return Markup(re.sub(r"\[([^]]+)\]\((#[a-z_0-9]+)\)", r'<a href="\2">\1</a>', marked))
