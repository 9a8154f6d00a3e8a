"""A page of results as PDF, by WeasyPrint (the extra `report`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hiprisk.errors import MissingExtraError

# What Debian calls the libraries that WeasyPrint draws text with.
LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0"
# A row of one figure that needs a page, as the template of a section writes it.
_LARGE = re.compile(r'<div class="row alone" id="([a-z_0-9]+)">.*?</figure>\n</div>\n', re.DOTALL)
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)


def page_as_pdf(html: str) -> bytes:
    """The document for paper: A4, contents with page numbers, folded tables named.

    Equal pages give equal bytes. Nothing is fetched: a page has all of its pictures in itself.

    Parameters
    ----------
    html : str
        What `render_page` made.

    Returns
    -------
    bytes

    Raises
    ------
    MissingExtraError
        Without WeasyPrint or the libraries that it draws text with.
    """
    with _quiet() as weasyprint:
        return bytes(_document(weasyprint, html).write_pdf(pdf_identifier=b"hiprisk"))


def pages_of_paper(html: str) -> list[Any]:
    """The pages as WeasyPrint lays them out, not drawn: where what stands, and how full they are.

    Parameters
    ----------
    html : str
        What `render_page` made.
    """
    with _quiet() as weasyprint:
        return list(_document(weasyprint, html).render().pages)


@contextmanager
def _quiet() -> Iterator[Any]:
    """WeasyPrint, which reports each property of the screen's style that paper does not have."""
    weasyprint = _weasyprint()
    logger = logging.getLogger("weasyprint")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield weasyprint
    finally:
        logger.setLevel(level)


def _document(weasyprint: Any, html: str) -> Any:
    # A page has all of its pictures in itself; an address elsewhere is not asked.
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML(string=large_figures_last(html), url_fetcher=fetcher)


def large_figures_last(html: str) -> str:
    """The page with its figures that need a page of paper at its end, named where they stood.

    In their place the page before them would be left half empty.

    Parameters
    ----------
    html : str
    """
    large = list(_LARGE.finditer(html))
    if not large:
        return html
    plates = "".join(found[0] for found in large)
    section = f'<section id="large_figures">\n<h2>Large figures</h2>\n{plates}</section>\n</main>'
    return _LARGE.sub(_reference, html).replace("</main>", section)


def _reference(found: re.Match[str]) -> str:
    caption = _CAPTION.search(found[0])
    words = "Figure" if caption is None else caption[1].split(". ")[0].rstrip(".")
    return f'<p class="note"><a class="large" href="#{found[1]}">{words}</a></p>\n'


def check_pdf() -> None:
    """Raise MissingExtraError where no PDF can be made."""
    _weasyprint()


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.urls
    except ImportError as absent:
        raise MissingExtraError(
            "a PDF needs WeasyPrint", advice='pip install "hiprisk[report]"'
        ) from absent
    except OSError as absent:
        raise MissingExtraError(
            "WeasyPrint does not find the libraries that it draws text with",
            advice=f"on Debian: apt-get install {LIBRARIES}",
        ) from absent
    return weasyprint
