"""A study's report: one HTML file that needs no network; it reads results and never computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.parallel import Shared, current_cluster, run_parallel
from hiprisk.reporting.appendix.glossary import glossary_section
from hiprisk.reporting.appendix.model import candidates_section, model_section
from hiprisk.reporting.appendix.points import points_section
from hiprisk.reporting.appendix.predictors import predictors_section
from hiprisk.reporting.appendix.provenance import provenance_section
from hiprisk.reporting.appendix.references import references_section
from hiprisk.reporting.appendix.robustness import (
    expected_section,
    subgroups_section,
)
from hiprisk.reporting.appendix.sample_size import sample_size_section
from hiprisk.reporting.appendix.sites import sites_section
from hiprisk.reporting.appendix.stability import stability_section
from hiprisk.reporting.appendix.truth import truth_section
from hiprisk.reporting.guidelines.items import as_csv
from hiprisk.reporting.guidelines.probast import probast_items, probast_section
from hiprisk.reporting.guidelines.tripod import tripod_items, tripod_section
from hiprisk.reporting.internal.performance import internal_validation_section, performance_section
from hiprisk.reporting.page.blocks import Section
from hiprisk.reporting.page.render import render_page
from hiprisk.reporting.study.calibration import calibration_section, out_of_fold_section
from hiprisk.reporting.study.conclusions import (
    added_details_section,
    added_section,
    association_section,
)
from hiprisk.reporting.study.first_screen import first_screen
from hiprisk.reporting.study.holdout import holdout_section
from hiprisk.reporting.study.limitations import limitations_section
from hiprisk.reporting.study.methods import methods_section
from hiprisk.reporting.study.participants import (
    characteristics_section,
    findings_section,
    further_characteristics_section,
    missing_section,
    people_section,
)
from hiprisk.reporting.study.utility import events_section, utility_section
from hiprisk.sheet.format import Sheet
from hiprisk.wording.disclaimers import (
    CARD_DISCLAIMER,
    cohort_warnings,
    model_warnings,
    provenance_in_words,
)
from hiprisk.wording.labels import capital


def study_report(
    evidence: Evidence,
    sheet: Sheet,
    sections: Sequence[Section],
    *,
    config: StudyConfig,
    cohort_fingerprint: str,
    created_with: Mapping[str, str],
) -> str:
    """The report of one study.

    Parameters
    ----------
    evidence : Evidence
    sheet : Sheet
    sections : sequence of Section
        As `report_sections` makes them.
    config : StudyConfig
    cohort_fingerprint : str
        Of the rows that were used.
    created_with : mapping of str to str
        Packages and their versions.

    Returns
    -------
    str
        HTML.
    """
    made = provenance_section(
        evidence, config, cohort_fingerprint=cohort_fingerprint, created_with=created_with
    )
    titles = {"summary": "Summary", made.anchor: made.title} | {
        section.anchor: section.title for section in sections
    }
    glossary = glossary_section(tuple(sections))
    all_sections = (
        *sections,
        tripod_section(tripod_items(evidence, config, sections), titles),
        probast_section(probast_items(evidence, config, sections), titles),
        glossary,
        references_section(glossary),
        made,
    )
    data = provenance_in_words(sheet.provenance)
    return render_page(
        title=evidence.title,
        banner=" ".join(cohort_warnings(evidence.provenance)),
        lead=_lead(evidence),
        sections=all_sections,
        first=first_screen(evidence, sections, sheet=sheet, config=config),
        footer=f"{CARD_DISCLAIMER} Data: {data}. Made with hiprisk {created_with['hiprisk']}.",
    )


def _lead(evidence: Evidence) -> tuple[str, ...]:
    """The summary without what stands elsewhere: warnings above it, blocks in their own section."""
    added = () if evidence.added is None else evidence.added.additions
    elsewhere = {*model_warnings(evidence.provenance), *(one.sentence for one in added)}
    said = [capital(one) for one in evidence.summary if one not in elsewhere]
    if added:
        said.append("What each block adds: see [What blocks of predictors add](#added).")
    return tuple(said)


# Every section in its order, with what it is made of.
_POSSIBLE: tuple[tuple[Callable[..., Section | None], tuple[str, ...]], ...] = (
    (methods_section, ("evidence", "sheet", "config")),
    (people_section, ("evidence",)),
    (characteristics_section, ("evidence",)),
    (performance_section, ("evidence",)),
    (calibration_section, ("evidence",)),
    (utility_section, ("evidence",)),
    (added_section, ("evidence",)),
    (association_section, ("evidence",)),
    (holdout_section, ("evidence",)),
    (limitations_section, ("evidence", "config")),
    (model_section, ("evidence", "sheet")),
    (points_section, ("sheet",)),
    (predictors_section, ("evidence", "sheet")),
    (sample_size_section, ("evidence",)),
    (missing_section, ("evidence", "config")),
    (further_characteristics_section, ("evidence",)),
    (findings_section, ("evidence",)),
    (internal_validation_section, ("evidence",)),
    (out_of_fold_section, ("evidence",)),
    (events_section, ("evidence",)),
    (added_details_section, ("evidence",)),
    (truth_section, ("evidence",)),
    (stability_section, ("evidence",)),
    (subgroups_section, ("evidence",)),
    (sites_section, ("evidence",)),
    (expected_section, ("evidence",)),
    (candidates_section, ("evidence",)),
)
# Of many pictures.
_LONG = (predictors_section, stability_section, subgroups_section, out_of_fold_section)


def report_sections(
    evidence: Evidence, sheet: Sheet, config: StudyConfig, *, workers: int = 1
) -> tuple[Section, ...]:
    """Every section that the evidence has something for, pictures drawn.

    Parameters
    ----------
    evidence : Evidence
    sheet : Sheet
    config : StudyConfig
    workers : int
        Processes of this machine that draw; the same bytes whatever their number.
    """
    given = {"evidence": evidence, "sheet": sheet, "config": config}
    # What has to be sent to another machine would take longer than to draw it here.
    here = 1 if current_cluster() is not None else workers
    every = range(len(_POSSIBLE))
    # Those of many pictures first, so that no process is left with one at the end.
    order = sorted(every, key=lambda place: _POSSIBLE[place][0] not in _LONG)
    drawn = run_parallel(partial(_section, Shared(given)), order, workers=here)
    possible = dict(zip(order, drawn, strict=True))
    return tuple(made for place in every if (made := possible[place]) is not None)


def _section(given: Shared[Mapping[str, Any]], position: int) -> Section | None:
    make, needs = _POSSIBLE[position]
    return make(*(given.value[name] for name in needs))


def report_figures(sections: Sequence[Section]) -> dict[str, bytes]:
    """Every picture of the sections as PNG, by file name."""
    return {picture.name: picture.png for section in sections for picture in section.pictures}


def guideline_tables(
    evidence: Evidence, config: StudyConfig, sections: Sequence[Section]
) -> dict[str, bytes]:
    """The guidelines' items as CSV, by file name."""
    return {
        "tripod_ai.csv": as_csv(tripod_items(evidence, config, sections)),
        "probast_ai.csv": as_csv(probast_items(evidence, config, sections)),
    }
