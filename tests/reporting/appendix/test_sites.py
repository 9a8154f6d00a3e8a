"""Internal-external cross-validation in the report, with calibration site by site."""

import dataclasses

from hiprisk.reporting.appendix.sites import sites_section
from hiprisk.reporting.plots.sites import draw_sites


def test_a_new_site_has_a_prediction_interval(study):
    section = study.section["sites"]
    assert "95 % prediction interval of a new site" in section.tables[0].head
    assert section.tables[0].rows[0][0] == "R²"


def test_calibration_curves_by_site_are_drawn_or_the_reason_is_told(study):
    evidence = study.evidence
    sites = dataclasses.replace(
        evidence.sites, clustered_calibration=None,
        not_available={"clustered_calibration": "2 of 5 sites can have a calibration curve"},
    )  # fmt: skip
    section = sites_section(dataclasses.replace(evidence, sites=sites))
    assert "site_calibration.png" not in {picture.name for picture in section.pictures}
    assert section.paragraphs[-1] == (
        "No calibration curves by site: 2 of 5 sites can have a calibration curve."
    )
    drawn = {picture.name for picture in study.section["sites"].pictures}
    assert ("site_calibration.png" in drawn) == (evidence.sites.clustered_calibration is not None)


def test_a_number_of_people_that_is_not_shown_is_explained(study):
    sites = study.evidence.sites
    assert "left out" not in sites_section(study.evidence).paragraphs[1]
    hidden = dataclasses.replace(
        sites, sites=tuple(dataclasses.replace(one, n_people=None) for one in sites.sites)
    )
    section = sites_section(dataclasses.replace(study.evidence, sites=hidden))
    assert section.paragraphs[1].endswith("one that would tell it by subtraction.")
    labels = [text.get_text() for text in draw_sites(hidden).get_yticklabels()]
    assert labels[0] == sites.sites[0].site


def test_without_sites_there_is_no_section(study):
    assert sites_section(dataclasses.replace(study.evidence, sites=None)) is None
