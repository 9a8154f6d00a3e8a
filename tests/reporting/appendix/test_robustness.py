"""Expected performance and subgroups."""

import dataclasses

from hiprisk.reporting.appendix.robustness import (
    expected_section,
    subgroups_section,
)
from hiprisk.wording.quantities import p_value


def test_subgroups_are_named_by_label_and_small_ones_are_not_shown(study):
    groups = study.evidence.subgroups
    rows = study.section["subgroups"].tables[0].rows
    assert rows[0][:2] == ("everybody", str(groups.n_people))
    named = {row[0] for row in rows}
    assert "low back pain at the first visit: yes" in named
    hidden = [group for group in groups.groups if group.suppressed]
    assert hidden
    assert [row[1] for row in rows].count("not shown") == len(hidden)


def test_comparisons_have_event_and_threshold_in_words_and_p_values_of_papers(study):
    groups = study.evidence.subgroups
    table = next(t for t in study.section["subgroups"].tables if "Heterogeneity" in t.caption)
    metrics = {row[0] for row in table.rows}
    assert "net benefit at 20 % (worse by at least 10 points)" in metrics
    first = groups.heterogeneity[0]
    assert table.rows[0][:2] == ("R²", groups.label_of_grouping(first.grouping))
    assert table.rows[0][-2:] == (p_value(first.p_value), p_value(first.p_adjusted))


def test_parts_that_are_not_there_have_no_section(study):
    assert subgroups_section(dataclasses.replace(study.evidence, subgroups=None)) is None


def test_what_the_model_expects_of_its_own_cohort_has_a_row_for_every_figure(study):
    section, expected = study.section["expected"], study.evidence.expected
    (table,) = section.tables
    assert len(table.rows) == len(list(expected.named()))
    assert table.rows[0][0] == "R²"
    assert "(" in table.rows[0][1]
    assert "the effect of case mix" in section.paragraphs[0]


def test_a_study_without_expected_performance_has_no_section_of_it(study):
    assert expected_section(dataclasses.replace(study.evidence, expected=None)) is None
