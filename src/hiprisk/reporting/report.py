"""A study's report: one HTML file that needs no network; it reads results and never computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.checklist import checklist_section
from hiprisk.reporting.conclusions import added_section, association_section
from hiprisk.reporting.internal.performance import performance_section
from hiprisk.reporting.model import candidates_section, model_section
from hiprisk.reporting.page import Section, render_page
from hiprisk.reporting.participants import characteristics_section, people_section
from hiprisk.reporting.performance import (
    calibration_section,
    events_section,
    holdout_section,
)
from hiprisk.reporting.robustness import expected_section, stability_section, subgroups_section
from hiprisk.reporting.sample_size import sample_size_section
from hiprisk.reporting.sites import sites_section
from hiprisk.sheet.format import Sheet
from hiprisk.wording.disclaimers import CARD_DISCLAIMER, cohort_warnings, provenance_in_words


def study_report(
    evidence: Evidence,
    sheet: Sheet,
    sections: Sequence[Section],
    *,
    created_with: Mapping[str, str],
) -> str:
    """The report of one study.

    Parameters
    ----------
    evidence : Evidence
    sheet : Sheet
    sections : sequence of Section
        As `report_sections` makes them.
    created_with : mapping of str to str
        Packages and their versions.

    Returns
    -------
    str
        HTML.
    """
    versions = ", ".join(f"{name} {version}" for name, version in created_with.items())
    data = provenance_in_words(sheet.provenance)
    return render_page(
        title=evidence.title,
        banner=" ".join(cohort_warnings(evidence.provenance)),
        lead=evidence.summary,
        sections=(*sections, checklist_section(sections)),
        footer=f"{CARD_DISCLAIMER} Data: {data}. Made with {versions}.",
    )


def report_sections(evidence: Evidence, sheet: Sheet) -> tuple[Section, ...]:
    """Every section that the evidence has something for, pictures drawn."""
    possible = (
        people_section(evidence),
        characteristics_section(evidence),
        sample_size_section(evidence),
        model_section(evidence, sheet),
        performance_section(evidence),
        calibration_section(evidence),
        events_section(evidence),
        added_section(evidence),
        association_section(evidence),
        stability_section(evidence),
        expected_section(evidence),
        subgroups_section(evidence),
        sites_section(evidence),
        holdout_section(evidence),
        candidates_section(evidence),
    )
    return tuple(section for section in possible if section is not None)


def report_figures(sections: Sequence[Section]) -> dict[str, bytes]:
    """Every picture of the sections as PNG, by file name."""
    return {picture.name: picture.png for section in sections for picture in section.pictures}
