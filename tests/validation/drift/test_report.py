"""A cohort in use compared with the development cohort, as a whole."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.findings import Finding
from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.reading import Cohort
from hiprisk.errors import ConfigError
from hiprisk.learning.sheets.first_visit import with_first_visit
from hiprisk.validation.drift import report_drift
from hiprisk.validation.external.results import ModelIdentity
from small_bundle import small_sheet
from small_cohort import cohort_like_the_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                      version="1", bundle_sha256="ab")  # fmt: skip


def moved(sheet, frame):
    cohort = Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                    provenance="real", source_name="c.csv")  # fmt: skip
    report = report_drift(sheet, cohort, model=MODEL)
    return [v.variable for v in report.variables if v.verdict != "steady"], report.predictions


def test_stacked_imputations_are_no_people_to_compare():
    cohort = cohort_like_the_sheet(40)
    stack = dataclasses.replace(cohort, imputation=("1", "2") * 20)
    with pytest.raises(ConfigError, match="each person would count several times"):
        report_drift(small_sheet(), stack, model=MODEL)


def test_people_of_a_first_visit_are_not_drift_from_the_milder_half_learned_from():
    sheet = small_sheet()
    everybody = cohort_like_the_sheet(4000, seed=4).frame
    then, now = everybody.iloc[:2000], everybody.iloc[2000:].reset_index(drop=True)
    milder = then[then["womac_function_0_100"] < then["womac_function_0_100"].median()]
    alone, whole = with_first_visit(sheet, milder), with_first_visit(sheet, then)
    assert "womac_function_0_100" in moved(alone, now)[0]
    steady, predictions = moved(whole, now)
    assert steady == []
    assert predictions.verdict == "steady"
    assert predictions.mean_then == pytest.approx(predictions.mean_now, abs=1.0)
    worse = now.assign(womac_function_0_100=now["womac_function_0_100"] / 2 + 48)
    named, predictions = moved(whole, worse)
    assert named == ["womac_function_0_100"]
    assert predictions.verdict != "steady"


def test_people_like_those_of_the_sheet_are_steady():
    report = report_drift(small_sheet(provenance="real"), cohort_like_the_sheet(), model=MODEL)
    assert [v.verdict for v in report.variables] == ["steady"] * 4
    assert not report.found
    assert report.predictions.verdict == "steady"


def test_every_estimate_of_drift_has_a_name_and_an_interval_where_there_is_one():
    sheet = small_sheet(provenance="real")
    known = dataclasses.replace(sheet, missing=dataclasses.replace(sheet.missing, n_people=500))
    report = report_drift(known, cohort_like_the_sheet(), model=MODEL)
    metrics = report.to_dict()["metrics"]
    age = metrics["standardised_difference_age_years"]
    # Bonett: two variances alike, so 1/499 + 1/1999 but for the small part of the difference.
    assert age["high"] - age["low"] == pytest.approx(
        2 * 1.959964 * np.sqrt(1 / 499 + 1 / 1999), rel=0.02
    )
    assert metrics["psi_age_years"]["low"] is None
    assert set(metrics) >= {"psi_prediction", "standardised_difference_prediction"}
    exact = report_drift(sheet, cohort_like_the_sheet(), model=MODEL)
    assert exact.variables[0].psi_by_chance < report.variables[0].psi_by_chance


def test_items_that_look_coded_otherwise_are_a_cause_of_drift():
    cohort = cohort_like_the_sheet()
    suspect = Finding(code="ITEM_CODING", severity="warning", column="womac_function_0_100",
                      message="coded 1 to 5?", advice="state coded")  # fmt: skip
    cohort = dataclasses.replace(cohort, findings=(suspect,))
    report = report_drift(small_sheet(provenance="real"), cohort, model=MODEL)
    causes = {v.variable: v.causes for v in report.variables}
    assert causes["womac_function_0_100"] == ("coded 1 to 5? (state coded)",)
