"""The report of an external validation, and of what is expected before outcomes are known."""

import dataclasses

from hiprisk.reporting.results.report import Made
from hiprisk.reporting.results.validation_report import expected_report, validation_report
from report_words import names_on

MADE = Made(date="2026-11-28")


def test_the_first_screen_says_how_well_on_average_slope_and_expected(validation):
    report = validation_report(validation)
    assert [tile.title for tile in report.tiles] == [
        "How well it predicts",
        "Are predictions right on average?",
        "Are predictions too extreme?",
        "As the model expects of these people?",
    ]
    said = [one for one in validation.summary if one not in report.warnings]
    assert report.verdict == tuple(said[:2])
    r2 = next(one for one in validation.performance.metrics if one.name == "r2")
    assert report.tiles[0].lines[0].value == f"R² {r2.value:.2f}"


def test_people_read_labels_and_every_tile_leads_to_its_section(validation):
    report = validation_report(validation)
    page = report.html(MADE)
    assert names_on(page) == []
    for tile in report.tiles:
        assert f'<section id="{tile.anchor}">' in page
    assert report.main_figure in {picture.name for picture in report.pictures}


def test_expected_performance_needs_no_outcome(expectation):
    report = expected_report(expectation)
    assert report.verdict[0].startswith("No outcome is looked at")
    assert report.verdict[1].startswith("If the model is right, expect of these")
    assert report.tiles[0].title == "Expected: R²"
    assert names_on(report.html(MADE)) == []


def test_a_validation_that_withholds_most_figures_still_has_a_report(validation):
    bare = dataclasses.replace(
        validation,
        performance=dataclasses.replace(validation.performance, curves=(), curve_errors=()),
        calibration=(), groups=None, case_mix=None, expected=None, remarks=(),
    )  # fmt: skip
    page = validation_report(bare).html(MADE)
    assert 'id="calibration"' not in page
    assert 'id="performance"' in page
