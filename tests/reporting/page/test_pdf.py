"""A page as PDF: the same bytes each time, nothing fetched, and what is missing named."""

import logging
import sys

import pytest

from hiprisk.errors import MissingExtraError
from hiprisk.reporting.page.pdf import page_as_pdf

PAGE = "<!doctype html><html><head><title>T</title></head><body><h1>T</h1>{}</body></html>"


@pytest.fixture(scope="module")
def drawn():
    try:
        return page_as_pdf(PAGE.format(""))
    except MissingExtraError as absent:
        pytest.skip(str(absent))


def test_equal_pages_are_equal_bytes(drawn):
    assert drawn.startswith(b"%PDF-")
    assert page_as_pdf(PAGE.format("")) == drawn


def test_an_address_elsewhere_is_not_asked(drawn, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG")
    page = PAGE.format(f'<img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png">')
    assert page_as_pdf(page).startswith(b"%PDF-")
    assert drawn


def test_the_level_of_its_messages_is_left_as_it_was(drawn):
    level = logging.getLogger("weasyprint").level
    page_as_pdf(PAGE.format(""))
    assert logging.getLogger("weasyprint").level == level
    assert drawn


def test_without_weasyprint_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtraError, match=r"a PDF needs WeasyPrint .*hiprisk\[report\]"):
        page_as_pdf(PAGE.format(""))
