"""A page of results as PDF, by WeasyPrint (the extra `report`)."""

from __future__ import annotations

import logging
from typing import Any

from hiprisk.errors import MissingExtraError

# What Debian calls the libraries that WeasyPrint draws text with.
LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0"


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
    weasyprint = _weasyprint()
    logger = logging.getLogger("weasyprint")
    level = logger.level
    # It reports each property of the screen's style that paper does not have.
    logger.setLevel(logging.ERROR)
    try:
        # A page has all of its pictures in itself; an address elsewhere is not asked.
        fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
        document = weasyprint.HTML(string=html, url_fetcher=fetcher)
        return bytes(document.write_pdf(pdf_identifier=b"hiprisk"))
    finally:
        logger.setLevel(level)


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
