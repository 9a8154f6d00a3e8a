"""The clinician's page as HTML."""

import html
import re
from dataclasses import replace

from hiprisk.serving.calculator.building import build_clinician_page, build_page
from hiprisk.serving.clinician_page.section import ANCHOR, section_of
from hiprisk.serving.model import load
from html_pages import faults
from page_agreement import model_of
from small_bundle import small_sheet, write_small_bundle


def test_the_page_is_valid_html_without_a_script_or_a_connection(tmp_path):
    page = build_clinician_page(model_of(tmp_path, small_sheet()))
    assert faults(page) == []
    assert "<script" not in page
    assert "default-src 'none'; style-src 'sha256-" in html.unescape(page)
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "SIMULATED DATA." in page


def test_the_calculator_has_the_same_section_and_a_link_to_it(tmp_path):
    model = model_of(tmp_path, small_sheet())
    section, page = section_of(model), build_page(model)
    assert section in page
    assert section in build_clinician_page(model)
    assert f'href="#{ANCHOR}"' in page
    assert faults(page) == []


def test_the_model_is_named_with_its_hash_and_words_are_escaped(tmp_path):
    model = model_of(tmp_path, replace(small_sheet(), intended_use="<b>a & b</b>."))
    section = section_of(model)
    assert model.bundle.sha256 in section
    assert "version 1" in section
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;." in section
    assert "report" not in section


def test_a_report_is_named_where_there_is_one_and_linked_where_it_can_be_reached(tmp_path):
    write_small_bundle(tmp_path, files={"report.html": b"<p>"})
    model = load("small", root=tmp_path)
    command = "hiprisk report small@1 --out report.html"
    assert f"The full report of the study: <code>{command}</code>." in section_of(model)
    link = '<a href="a&amp;b.html">The full report of the study</a>.'
    for page in (build_page(model, report="a&b.html"),
                 build_clinician_page(model, report="a&b.html", calculator="c.html")):  # fmt: skip
        assert link in page
        assert command not in page
        assert faults(page) == []
    assert '<a href="c.html">Open the calculator</a>' in build_clinician_page(
        model, calculator="c.html"
    )
