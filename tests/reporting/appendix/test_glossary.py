"""The glossary: the terms that the report uses, and no others."""

from hiprisk.metrics.registry import entries
from hiprisk.reporting.appendix.glossary import ENTRIES, glossary_section
from hiprisk.reporting.page.blocks import Section


def terms(*sections):
    return [row[0] for row in glossary_section(sections).tables[0].rows]


def test_only_terms_that_stand_in_the_report_are_explained():
    assert terms(Section(anchor="a", title="A", paragraphs=("The Calibration Slope is 1.",))) == [
        "calibration slope"
    ]


def test_every_term_is_in_alphabetical_order_and_explained_once():
    names = [entry[0].casefold().lstrip(".").replace("²", "2") for entry in ENTRIES]
    assert names[:-1] == sorted(names[:-1])
    assert len(set(names)) == len(names)
    assert all(entry[1].endswith(".") for entry in ENTRIES)


def test_a_full_report_explains_its_main_figures(study):
    found = set(terms(*study.sections))
    assert {"R²", "calibration slope", "optimism", "net benefit", "prediction interval"} <= set(
        found
    )


def test_a_term_is_written_as_the_metric_is_labelled():
    labels = {one.label for one in entries()}
    assert {"C statistic", "calibration slope", "R²"} <= labels & {entry[0] for entry in ENTRIES}
