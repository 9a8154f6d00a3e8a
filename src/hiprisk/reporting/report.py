"""A study's report: one HTML file that needs no network; it reads results and never computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.card import DISCLAIMER, PROVENANCE
from hiprisk.reporting.checklist import checklist_section
from hiprisk.reporting.conclusions import added_section, association_section
from hiprisk.reporting.model import candidates_section, model_section
from hiprisk.reporting.page import Section, render_page
from hiprisk.reporting.participants import characteristics_section, people_section
from hiprisk.reporting.performance import (
    calibration_section,
    events_section,
    holdout_section,
    performance_section,
)
from hiprisk.reporting.robustness import sites_section, stability_section, subgroups_section
from hiprisk.reporting.sample_size import sample_size_section
from hiprisk.sheet.format import Sheet


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
    banner = ""
    if evidence.provenance == "synthetic":
        banner = (
            "SIMULATED DATA. Every person behind these figures was simulated; nothing here says "
            "anything of a patient."
        )
    versions = ", ".join(f"{name} {version}" for name, version in created_with.items())
    return render_page(
        title=evidence.title,
        banner=banner,
        lead=evidence.summary,
        sections=(*sections, checklist_section(sections)),
        footer=f"{DISCLAIMER} Data: {PROVENANCE[sheet.provenance]}. Made with {versions}.",
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
        subgroups_section(evidence),
        sites_section(evidence),
        holdout_section(evidence),
        candidates_section(evidence),
    )
    return tuple(section for section in possible if section is not None)


def report_figures(sections: Sequence[Section]) -> dict[str, bytes]:
    """Every picture of the sections as PNG, by file name."""
    return {picture.name: picture.png for section in sections for picture in section.pictures}
