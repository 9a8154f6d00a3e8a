"""Drift of one variable: its verdict and the causes that are named."""

import dataclasses

import numpy as np
import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.drift import report_drift
from hiprisk.validation.drift.stability_index import exceeds_limit
from hiprisk.validation.external.results import ModelIdentity
from small_bundle import small_sheet
from small_cohort import cohort_like_the_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                      version="1", bundle_sha256="ab")  # fmt: skip


def test_swapped_codes_are_named_as_a_likely_cause():
    people = cohort_like_the_sheet()
    sheet = small_sheet(provenance="real")
    rare = people.frame.assign(lbp_any=np.where(np.arange(2000) % 10 < 9, "yes", "no"))
    few = type(sheet.variables[2].training)(level_shares=(0.9, 0.1))
    variables = (*sheet.variables[:2], dataclasses.replace(sheet.variables[2], training=few),
                 sheet.variables[3])  # fmt: skip
    report = report_drift(
        dataclasses.replace(sheet, variables=variables),
        dataclasses.replace(people, frame=rare),
        model=MODEL,
    )
    back = next(v for v in report.variables if v.variable == "lbp_any")
    assert back.verdict == "much drift"
    # 0.8 in standard deviations of either: the root of 0.9 x 0.1.
    assert abs(back.standardised_difference) == pytest.approx(0.8 / 0.3)
    assert any("codes swapped" in cause for cause in back.causes)
    assert any("Check units and codes" in line for line in report.summary)


def test_a_share_for_a_percentage_is_named():
    people = cohort_like_the_sheet()
    shares = people.frame["womac_function_0_100"] / 100.0
    moved = cohort_like_the_sheet(womac_function_0_100=shares)
    report = report_drift(small_sheet(provenance="real"), moved, model=MODEL)
    function = next(v for v in report.variables if v.variable == "womac_function_0_100")
    assert function.verdict == "much drift"
    assert any("from_range: [0, 1]" in cause for cause in function.causes)


def test_more_missing_values_are_drift():
    people = cohort_like_the_sheet()
    holes = people.frame["age_years"].where(np.arange(2000) % 4 > 0)
    report = report_drift(
        small_sheet(provenance="real"), cohort_like_the_sheet(age_years=holes), model=MODEL
    )
    age = report.variables[0]
    assert age.missing_now == 0.25
    assert age.verdict == "some drift"
    assert age.causes[0] == "missing in 25 % of the rows, in the development cohort 0 %"


def test_a_difference_within_chance_is_no_drift():
    few = cohort_like_the_sheet()
    frame = few.frame.head(20).reset_index(drop=True)
    frame["age_years"] = frame["age_years"] - frame["age_years"].mean() + 65.0 + 0.3 * 8.0
    report = report_drift(
        small_sheet(provenance="real"), dataclasses.replace(few, frame=frame), model=MODEL
    )
    age = report.variables[0]
    assert age.standardised_difference > 0.25
    assert age.difference.low < 0.0
    assert not exceeds_limit(age.difference)
    assert exceeds_limit(Estimate(name="", value=0.3, low=0.1, high=0.5))
