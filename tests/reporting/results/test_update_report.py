"""The report of an update."""

import dataclasses

from hiprisk.reporting.results.report import Made
from hiprisk.reporting.results.update_report import update_pictures, update_report
from hiprisk.validation.updating.methods import ClosedTest, LikelihoodTest
from hiprisk.validation.updating.results import CoefficientChange
from report_words import names_on


def test_it_says_what_was_updated_and_what_it_is_worth(update):
    report = update_report(update)
    assert report.verdict[0].startswith("Update: a new intercept and slope")
    assert report.verdict[1].startswith("Cross-validated root mean squared error")
    assert report.tiles[0].lines[0].value.startswith("A new intercept and slope")
    assert names_on(report.html(Made(date="2026-11-28"))) == []


def test_before_and_after_stand_side_by_side(update):
    before, after = ({e.name: e.value for e in s} for s in (update.before, update.after))
    line = update_report(update).tiles[1].lines[0]
    assert line.value == f"{before['r2']:z.2f} → {after['r2']:z.2f}"
    assert [picture.name for picture in update_pictures(update)] == ["before_after.png"]


def test_a_closed_test_gives_its_reasons(update):
    tests = (
        LikelihoodTest(simpler="none", fuller="reestimate", statistic=30.0, df=5, p_value=0.0001),
        LikelihoodTest(simpler="recalibrate", fuller="reestimate", statistic=2.0, df=3,
                       p_value=0.4),
    )  # fmt: skip
    chosen = ClosedTest(chosen="recalibrate", alpha=0.05, tests=tests)
    report = update_report(dataclasses.replace(update, closed_test=chosen, method="closed-test"))
    assert report.tiles[0].note.startswith("Closed test at 0.05. Simpler methods: p < 0.001.")
    assert [row[-1] for row in report.sections[0].tables[0].rows] == ["< 0.001", "0.400"]


def test_coefficients_before_and_after_share_their_digits(update):
    changes = (
        CoefficientChange(term="intercept", before=12.345678, after=-0.5),
        CoefficientChange(term="age_years", before=0.0123456, after=0.009),
    )
    report = update_report(dataclasses.replace(update, coefficients=changes))
    (section,) = [one for one in report.sections if one.anchor == "coefficients"]
    assert section.tables[0].rows == (
        ("Intercept", "12.346", "-0.500"),
        ("Age", "0.01235", "0.00900"),
    )
