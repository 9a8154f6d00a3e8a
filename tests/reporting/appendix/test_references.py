"""Every source of the glossary has its reference in full, shown where it is cited."""

from hiprisk.reporting.appendix.glossary import ENTRIES, glossary_section
from hiprisk.reporting.appendix.references import REFERENCES, references_section
from hiprisk.reporting.page.blocks import Section


def test_every_source_of_the_glossary_is_in_the_list_and_no_other():
    assert {source for _, _, source in ENTRIES if source} == set(REFERENCES)
    for source, reference in REFERENCES.items():
        assert source.rsplit(" ", 1)[1] in reference
        assert reference.startswith(source.split(",")[0].split(" ")[0])


def test_only_papers_of_statistics_that_the_report_shows():
    said = Section(anchor="x", title="Net benefit and Brier score")
    found = references_section(glossary_section((said,))).paragraphs
    assert [one.split(" ")[0] for one in found] == ["Brier", "Vickers"]
