"""A study's report: one HTML file that needs no network; it reads results and never computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.card import DISCLAIMER, PROVENANCE
from hiprisk.reporting.checklist import checklist_section
from hiprisk.reporting.model import candidates_section, model_section
from hiprisk.reporting.page import Section, render_page
from hiprisk.reporting.people import characteristics_section, people_section
from hiprisk.reporting.performance import holdout_section, performance_section
from hiprisk.sheet.format import Sheet


def study_report(evidence: Evidence, sheet: Sheet, *, created_with: Mapping[str, str]) -> str:
    """The report of one study.

    Parameters
    ----------
    evidence : Evidence
    sheet : Sheet
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
    sections = tuple(_sections(evidence, sheet))
    versions = ", ".join(f"{name} {version}" for name, version in created_with.items())
    return render_page(
        title=evidence.title,
        banner=banner,
        lead=evidence.summary,
        sections=(*sections, checklist_section(sections)),
        footer=f"{DISCLAIMER} Data: {PROVENANCE[sheet.provenance]}. Made with {versions}.",
    )


def _sections(evidence: Evidence, sheet: Sheet) -> Iterator[Section]:
    yield people_section(evidence)
    yield characteristics_section(evidence)
    yield model_section(evidence, sheet)
    yield performance_section(evidence)
    held = holdout_section(evidence)
    if held is not None:
        yield held
    yield candidates_section(evidence)
