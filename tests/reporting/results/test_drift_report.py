"""The report of drift."""

import dataclasses

from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.results.drift_report import drift_page
from hiprisk.reporting.results.report import Made
from hiprisk.validation.drift.cusum import CalibrationCusum
from report_words import names_on

WATCH = CalibrationCusum(
    times=("2020", "2021"), n_so_far=(100, 240), cusum=(1.0, 3.5), limit=2.5, false_alarm=0.05,
    n_simulations=1000, alarm_at="2021", alarm_side="low", change_statistic=1.0,
    change_p_value=0.3, mean_error=Estimate(name="mean_error", value=2.0, low=1.0, high=3.0),
    n_fitted=500,
)  # fmt: skip


def test_what_moved_and_the_cusum_are_the_verdict(drift):
    report = drift_page(drift)
    assert report.verdict == ("Predictor drift: age.", "No calibration CUSUM: no time in the file.")
    assert report.tiles[0].lines[0].value.startswith("1 of ")
    assert report.main_figure == "drift.png"
    assert names_on(report.html(Made(date="2026-11-28"))) == []


def test_an_alarm_is_on_the_first_screen_with_its_false_alarm_probability(drift):
    report = drift_page(dataclasses.replace(drift, watch=WATCH, watch_note=""))
    tile = report.tiles[-1]
    assert tile.lines[0].value == "Alarm at 2021"
    assert tile.note.startswith("False-alarm probability 5 %. Observed minus predicted +2.00")
    assert report.main_figure == "watch.png"
    assert report.verdict[1].startswith("Calibration CUSUM: alarm at 2021, predictions too low")


def test_the_page_says_nothing_twice_and_has_a_tile_of_what_is_expected(drift):
    report = drift_page(drift)
    page = report.html(Made(date="2026-11-28"))
    assert page.count("Predictor drift: age.") == 1
    assert page.count("No calibration CUSUM: no time in the file.") == 1
    if drift.expected is not None:
        assert "What performance is expected?" in [tile.title for tile in report.tiles]


def test_what_moved_is_highlighted(drift):
    table = drift_page(drift).sections[0].tables[0]
    assert [table.rows[place][1] for place in table.strong] == [
        "much drift: PSI 0.69 > 0.10, difference"
    ]
