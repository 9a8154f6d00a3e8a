"""The report of a result: banner, first screen, glossary, provenance."""

from hiprisk.reporting.results.report import Made, banner_of
from result_reports import small_report

MADE = Made(date="2026-11-28", seed=7, versions={"hiprisk": "0.1"})


def test_warnings_stand_in_the_banner_and_the_rest_in_the_summary():
    page = small_report().html(MADE)
    assert '<p class="banner">SIMULATED.</p>' in page
    assert "<li>SIMULATED.</li>" not in page
    assert '<p class="verdict">Good.</p>' in page


def test_a_tile_leads_to_a_section_or_is_left_out():
    tile = small_report().tiles[0]
    assert '<a href="#performance">How well it predicts</a>' in small_report().html(MADE)
    assert "How well it predicts" not in small_report(sections=(), tiles=(tile,)).html(MADE)


def test_terms_are_explained_and_the_source_of_all_is_named():
    page = small_report().html(MADE)
    assert "Share of the variance of the outcome that predictions explain" in page
    for shown in ("<code>small@1</code>", ">7</td>", ">2026-11-28</td>", "hiprisk 0.1 on"):
        assert shown in page


def test_equal_reports_of_one_day_are_equal():
    assert small_report().html(MADE) == small_report().html(MADE)
    assert Made.today().versions["hiprisk"]


def test_what_must_be_read_first_is_found_in_a_summary():
    said = ("CAUTION: copies.", "SIMULATED DATA: these people were simulated; the results do not "
            "apply to patients.", "Good.")  # fmt: skip
    assert banner_of(said, data="simulated") == said[:2]
    assert banner_of(said, data="real") == said[:1]
