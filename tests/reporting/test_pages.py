"""Every kind of page: valid HTML, links that lead somewhere, and WCAG 2.2 AA in a real browser."""

import pytest

from hiprisk.bundle.reading import read_bundle
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.reporting.results.report import Made
from hiprisk.reporting.study.report import study_report
from hiprisk.serving.calculator.building import build_page
from hiprisk.serving.model import Model
from hiprisk.tracking.metrics_page import metrics_page
from html_pages import faults
from serving_browser import running_browser
from small_bundle import write_small_bundle

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RESULTS = ("validation", "expectation", "update", "drift", "added", "association")
REPORTS = ("study", *RESULTS)


@pytest.fixture(scope="module")
def pages(study, validation, expectation, update, drift):
    """Reports by name."""
    found = {
        "validation": validation, "expectation": expectation, "update": update, "drift": drift,
        "added": study.evidence.added, "association": study.evidence.association,
    }  # fmt: skip
    made = Made(date="2026-11-28", seed=1, versions={"hiprisk": "0.1"})
    reports = {name: files_of_result(one).report.html(made) for name, one in found.items()}
    reports["study"] = study_report(
        study.evidence, study.sheet, study.sections, config=study.config,
        cohort_fingerprint="0" * 64, created_with={"hiprisk": "0.1"},
    )  # fmt: skip
    return reports


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_valid_html_and_its_links_lead_somewhere(pages, name):
    assert faults(pages[name]) == []


def test_so_are_the_calculator_and_the_page_of_metrics(tmp_path):
    path = write_small_bundle(tmp_path)
    model = Model(read_bundle(path))
    assert faults(build_page(model)) == []
    assert faults(metrics_page(read_bundle(path))) == []


def test_a_fault_is_found():
    page = (
        '<!doctype html><html><head><title>T</title></head><body><h1 id="a">T</h1><h3 id="a">U</h3>'
        '<a href="#b">B</a><img src="x"><table><tr><td>1</td></tr></table></body></html>'
    )
    assert faults(page) == [
        "html has no lang", "id 'a' 2 times", "href='#b' leads nowhere", "img without alt",
        "table without headers", "h3 follows h1",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    """One browser for the whole file."""
    with running_browser() as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    # They share one style: each report once, and each scheme at both widths among them.
    [
        ("study", "dark", 390),
        ("validation", "light", 1280),
        ("expectation", "dark", 1280),
        ("update", "light", 390),
        ("drift", "dark", 390),
        ("added", "light", 1280),
        ("association", "dark", 1280),
    ],
)
def test_axe_finds_no_violation_and_nothing_overflows(browser, pages, name, scheme, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is absent"
    )
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    try:
        tab = context.new_page()
        tab.set_content(pages[name])
        assert tab.evaluate("() => document.documentElement.scrollWidth") <= width
        results = axe.Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}})
        assert results.violations_count == 0, results.generate_report()
        assert results.response["passes"]
    finally:
        context.close()
