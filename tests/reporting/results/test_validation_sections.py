"""Sections of an external validation's report."""

import dataclasses

from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.results.validation_sections import (
    calibration_section,
    case_mix_section,
    events_section,
    performance_section,
    reference_section,
    sites_section,
    utility_section,
)
from hiprisk.validation.external.case_mix_results import CaseMix, ColumnShift
from hiprisk.validation.external.mean_difference import Separation


def test_calibration_is_drawn_and_its_distances_are_a_table(validation):
    section = calibration_section(validation)
    assert [picture.name for picture in section.pictures] == ["calibration.png"]
    assert section.pictures[0].svg
    assert section.tables[0].caption == "Distance from the calibration curve"


def test_the_interval_of_the_verdict_is_marked(validation):
    formulas = performance_section(validation).tables[1]
    marked = [row[0] for row in formulas.rows if row[1].endswith("(in the verdict)")]
    assert marked == ["Calibration in the large", "Calibration slope"]


def test_case_mix_begins_with_the_largest_difference(validation):
    shifts = tuple(
        ColumnShift(
            column=name, label=name, development_mean=0.0, development_sd=1.0, new_mean=d,
            new_sd=1.0, difference=Estimate(name="standardised_difference", value=d),
            development_missing=0.0, new_missing=0.1,
        )
        for name, d in (("age", 0.1), ("pain", -0.4))
    )  # fmt: skip
    mix = CaseMix(
        columns=shifts, n_development=100, n_new=90, lp_mean_development=0.0,
        lp_sd_development=1.0, lp_mean_new=0.0, lp_sd_new=1.1, lp_sd_ratio=1.1,
        separation=Separation(apparent=0.3, distance=None, c_statistic=None), membership=None,
        basis="the sheet",
    )  # fmt: skip
    section = case_mix_section(dataclasses.replace(validation, case_mix=mix))
    assert [row[0] for row in section.tables[0].rows] == ["Pain", "Age"]
    assert "SD of their predictions 1.10 times that in development" in section.paragraphs[1]


def test_a_part_that_there_is_not_has_no_section(validation):
    assert reference_section(validation) is None
    assert sites_section(validation) is None


def test_events_stand_side_by_side(validation):
    events = validation.performance.events
    if events:
        assert events_section(validation).tables[0].head[1:] == tuple(e.label for e in events)
        assert len(utility_section(validation).pictures) == len(events)
    else:
        assert events_section(validation) is None
