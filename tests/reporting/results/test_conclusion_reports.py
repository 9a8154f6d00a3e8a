"""The reports of comparisons and associations."""

from hiprisk.reporting.results.conclusion_reports import added_value_report, association_report
from hiprisk.reporting.results.report import Made
from report_words import names_on

MADE = Made(date="2026-11-28")


def test_a_comparison_begins_with_its_verdicts(study):
    added = study.evidence.added
    report = added_value_report(added)
    single = [one for one in added.additions if len(one.blocks) == 1]
    assert len(report.tiles[0].lines) == len(single)
    assert all(one.label in report.verdict[0].casefold() for one in single)
    assert report.main_figure in {picture.name for picture in report.pictures}
    assert names_on(report.html(MADE)) == []


def test_an_association_begins_with_the_fully_adjusted_effect(study):
    table = study.evidence.association
    report = association_report(table)
    assert "djusted for the confounders and the baseline score" in report.verdict[0]
    assert report.tiles[0].title == "Effect, fully adjusted"
    assert f"{table.rows[0].n}" in report.tiles[0].note
    assert names_on(report.html(MADE)) == []
