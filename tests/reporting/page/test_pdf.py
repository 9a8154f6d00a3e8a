"""A page as PDF: equal bytes, nothing fetched, no page half empty, and what is missing named."""

import logging
import sys

import pytest

from hiprisk.errors import MissingExtraError
from hiprisk.reporting.page.blocks import Picture, Section
from hiprisk.reporting.page.pdf import large_figures_last, page_as_pdf, pages_of_paper
from hiprisk.reporting.page.render import render_page
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.reporting.results.report import Made
from hiprisk.reporting.study.report import study_report
from reported_study import reported_study

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


def ends_of(box):
    """Where texts and pictures of a page end, from the top."""
    children = getattr(box, "children", ())
    if not children:
        return [box.position_y + box.height] if isinstance(box.height, float | int) else []
    return [end for child in children for end in ends_of(child)]


def empty_share(page):
    """How much of a page's height stays empty at its foot."""
    box = page._page_box
    top, height = box.content_box_y(), box.height
    return 1.0 - (max(ends_of(box.children[0]), default=top) - top) / height


@pytest.fixture(scope="module", params=(pytest.param("scores", marks=pytest.mark.slow), "risks"))
def paper(request, drawn, tmp_path_factory):
    one = reported_study(tmp_path_factory, request.param)
    html = study_report(one.evidence, one.sheet, one.sections, config=one.config,
                        cohort_fingerprint="ab12", created_with={"hiprisk": "0.1.0"})  # fmt: skip
    assert drawn
    return pages_of_paper(html)


def first_page_with(paper, anchor):
    """Counted from 1; beyond the last where there is none."""
    places = [place for place, page in enumerate(paper, start=1) if anchor in page.anchors]
    return min(places, default=len(paper) + 1)


def test_the_body_of_a_report_ends_by_its_tenth_page(paper):
    # The appendix begins below the body, on its last page or on the next one.
    assert first_page_with(paper, "model") <= 11


@pytest.mark.slow
def test_no_page_of_a_report_is_half_empty(paper):
    # Nothing follows on the last page of the text, nor on the last one.
    ends = {len(paper), first_page_with(paper, "large_figures") - 1}
    shares = {n: empty_share(page) for n, page in enumerate(paper, start=1) if n not in ends}
    # A heading stays with the row of figures below it: together at most two fifths of a page.
    assert {n: share for n, share in shares.items() if share > 0.4} == {}
    assert sum(shares.values()) / len(shares) < 0.12


@pytest.mark.slow
def test_no_page_of_a_commands_report_is_half_empty(drawn, drift):
    html = files_of_result(drift).report.html(Made(date="2026-11-28", seed=1, versions={}))
    paper = pages_of_paper(html)
    assert drawn
    assert len(paper) > 1
    ends = {len(paper), first_page_with(paper, "large_figures") - 1}
    shares = {n: empty_share(page) for n, page in enumerate(paper, start=1) if n not in ends}
    assert {n: share for n, share in shares.items() if share > 0.4} == {}


def svg(height):
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="500pt" height="{height}pt"/>'.encode()


def test_a_figure_that_needs_a_page_stands_at_the_end_and_is_named_where_it_stood():
    pictures = tuple(
        Picture(name=f"{name}.png", png=b"", svg=svg(height), alt="A.", caption=f"{name}. More.",
                wide=True)
        for name, height in (("low", 300), ("high", 700))
    )  # fmt: skip
    sections = [Section(anchor="a", title="A", pictures=pictures, notes=("The note.",)),
                Section(anchor="b", title="B", paragraphs=("Behind.",))]  # fmt: skip
    page = render_page(title="T", banner="", lead=(), sections=sections, footer="F")
    paper = large_figures_last(page)
    named = '<p class="note"><a class="large" href="#figure_high">high</a></p>'
    places = [paper.index(one) for one in (named, "The note.", "Behind.", 'id="figure_high"')]
    assert places == sorted(places)
    assert paper.count("<img") == page.count("<img") == 2
    assert named not in page
    assert large_figures_last(page.replace(' id="figure_high"', "")).count("Large figures") == 0
