"""The reporting checklist: what the report has, and what only the authors know."""

from hiprisk.reporting.appendix.checklist import TOPICS, checklist_section
from hiprisk.reporting.page.blocks import Section

HERE = (("people", "Participants"), ("findings", "Checks of the data"))


def test_the_checklist_names_what_is_not_there():
    section = checklist_section([Section(anchor=one, title=title) for one, title in HERE])
    where = dict(section.tables[0].rows)
    assert where["participant flow"] == "section: Participants"
    assert where["prediction instability"] == "NOT REPORTED"
    assert where["interpretation, limitations, next steps"] == "the authors must write this"
    assert len(where) == len(TOPICS)
    assert "covers 2 of 25 topics" in section.paragraphs[0]


def test_every_topic_points_at_a_section_of_a_full_report(study):
    anchors = {anchor for _, anchor in TOPICS if anchor is not None}
    assert anchors <= set(study.section)
