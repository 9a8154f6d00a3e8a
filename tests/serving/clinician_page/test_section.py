"""The clinician's page as HTML."""

import html
import re
from dataclasses import replace

from hiprisk.serving.calculator.building import build_clinician_page, build_page
from hiprisk.serving.clinician_page.section import ANCHOR, section_of
from html_pages import faults
from page_agreement import model_of
from small_bundle import small_sheet


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
    assert "hiprisk report" not in section
