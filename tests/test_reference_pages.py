"""Pages of the reference are those of the code."""

import pytest

import reference_pages
from hiprisk.reporting.appendix.glossary import ENTRIES


@pytest.mark.parametrize("name", reference_pages.PAGES)
def test_a_page_is_that_of_the_code(name):
    """If it is not: python tests/reference_pages.py."""
    page = (reference_pages.REFERENCE / name).read_text(encoding="utf-8")
    assert page == reference_pages.PAGES[name]()


def test_every_term_with_an_explanation_is_in_the_glossary():
    assert set(reference_pages.EXPLAINED) <= {term for term, _, _ in ENTRIES}
