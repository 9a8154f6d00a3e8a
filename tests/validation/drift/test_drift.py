"""Drift and the calibration watch: hand counts, and the false-alarm rate by simulation."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.reading import Cohort, fingerprint
from hiprisk.errors import BundleError, InputError
from hiprisk.learning.sheets.first_visit import with_first_visit
from hiprisk.metrics.estimate import Estimate
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.validation.drift import chance_psi, population_stability_index, report_drift
from hiprisk.validation.drift.cusum import calibration_cusum
from hiprisk.validation.drift.stability_index import exceeds_limit
from hiprisk.validation.external.mean_difference import standardised_difference
from hiprisk.validation.external.results import ModelIdentity
from small_bundle import small_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                      version="1", bundle_sha256="ab")  # fmt: skip


def test_psi_by_hand():
    # (0.1 - 0.2) ln(0.1 / 0.2) + (0.9 - 0.8) ln(0.9 / 0.8)
    got = population_stability_index([0.2, 0.8], [0.1, 0.9])
    assert got == pytest.approx(0.1 * np.log(2.0) + 0.1 * np.log(1.125), rel=1e-12)
    assert population_stability_index([0.3, 0.7], [0.3, 0.7]) == 0.0


def test_an_empty_bin_counts_as_one_in_ten_thousand():
    got = population_stability_index([0.5, 0.5], [1.0, 0.0])
    assert got == pytest.approx(0.5 * np.log(2.0) + 0.4999 * np.log(5000.0), rel=1e-12)


def test_psi_exceeds_chance_in_one_of_twenty():
    rng = np.random.default_rng(1)
    draws = rng.multinomial(500, [0.1] * 10, 2000) / 500
    beyond = np.mean(
        [population_stability_index([0.1] * 10, d) > chance_psi(10, 500) for d in draws]
    )
    assert beyond == pytest.approx(0.05, abs=0.02)


def test_both_sides_of_the_psi_have_chance_in_them():
    # Yurdakul: chi-squared of 9 degrees of freedom x (1/n + 1/m); its 95 % point is 16.919.
    assert chance_psi(10, 300, 800) == pytest.approx(16.918978 * (1 / 300 + 1 / 800), rel=1e-6)
    rng = np.random.default_rng(2)
    shares = [0.1] * 10
    beyond = now_only = 0
    for _ in range(2000):
        then, now = rng.multinomial(800, shares) / 800, rng.multinomial(600, shares) / 600
        psi = population_stability_index(then, now)
        beyond += psi > chance_psi(10, 600, 800)
        now_only += psi > chance_psi(10, 600)
    assert beyond / 2000 == pytest.approx(0.05, abs=0.015)
    assert now_only / 2000 > 0.2


def test_standardised_difference_by_hand():
    # 3 over the root of (16 + 9) / 2
    assert standardised_difference(10.0, 4.0, 13.0, 3.0) == pytest.approx(3 / np.sqrt(12.5))
    assert standardised_difference(13.0, 3.0, 10.0, 4.0) == pytest.approx(-3 / np.sqrt(12.5))


def moved(sheet, frame):
    cohort = Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                    provenance="real", source_name="c.csv")  # fmt: skip
    report = report_drift(sheet, cohort, model=MODEL)
    return [v.variable for v in report.variables if v.verdict != "steady"], report.predictions


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


def test_a_first_visit_is_written_down_and_read_again():
    sheet = with_first_visit(small_sheet(), cohort_like_the_sheet(300).frame)
    visit = parse_sheet(sheet.to_json()).first_visit
    assert visit == sheet.first_visit
    assert visit.n_people == 300
    lacking = dataclasses.replace(sheet, first_visit=dataclasses.replace(visit, means=()))
    with pytest.raises(BundleError, match="first visit are not described in every variable"):
        parse_sheet(lacking.to_json())


# --- the calibration watch -----------------------------------------------------------------


def test_the_sum_by_hand():
    observed = np.array([1.0, 0.0, 1.0, 1.0])
    risk = np.array([0.5, 0.5, 0.2, 0.2])
    watch = calibration_cusum(observed, risk, ["2", "1", "2", "3"], kind="binary", n_simulations=50)
    # Differences 0.5, -0.5, 0.8, 0.8; in time -0.5 | 0.5 + 0.8 | 0.8; variance 0.25 x 2 + 0.16 x 2
    assert watch.cusum == pytest.approx(np.array([-0.5, 0.8, 1.6]) / np.sqrt(0.82))
    assert watch.n_so_far == (1, 3, 4)
    assert watch.times == ("1", "2", "3")


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_a_model_that_is_right_alarms_at_the_stated_rate(kind):
    rng = np.random.default_rng(11)
    alarms = 0
    for number in range(300):
        if kind == "binary":
            predicted = rng.uniform(0.1, 0.6, 120)
            observed = (rng.random(120) < predicted).astype(float)
        else:
            predicted = rng.normal(50, 10, 120)
            observed = predicted + rng.exponential(8, 120) - 8
        times = [f"{month:02d}" for month in np.arange(120) // 10]
        watch = calibration_cusum(
            observed, predicted, times, kind=kind, seed=number, n_simulations=199
        )
        alarms += watch.alarm_at is not None
    # One in twenty, two Monte-Carlo errors of 300 trials, and one for 199 simulations.
    assert alarms / 300 == pytest.approx(0.05, abs=0.032)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_a_fitted_average_has_an_error_that_is_no_alarm(kind):
    rng = np.random.default_rng(12)
    n, n_fitted = 300, 150
    told = untold = 0
    times = [f"{place // 10:02d}" for place in range(n)]
    for number in range(150):
        if kind == "binary":
            # The log odds of a share have the error 1 / sqrt(m p (1 - p)).
            share = rng.binomial(n_fitted, 0.3) / n_fitted
            predicted = np.full(n, share) + rng.normal(0, 1e-9, n)
            observed = (rng.random(n) < 0.3).astype(float)
        else:
            predicted = np.full(n, rng.normal(0, 10, n_fitted).mean()) + rng.normal(0, 1e-9, n)
            observed = rng.normal(0, 10, n)
        given = {"kind": kind, "seed": number, "n_simulations": 199}
        told += calibration_cusum(observed, predicted, times, n_fitted=n_fitted, **given
                                  ).alarm_at is not None  # fmt: skip
        untold += calibration_cusum(observed, predicted, times, **given).alarm_at is not None
    # One in twenty, and two Monte-Carlo errors of 150 trials of 199 simulations.
    assert told / 150 <= 0.09
    assert untold / 150 > 0.15


def test_a_change_halfway_is_found_after_it_began_and_called_a_change():
    rng = np.random.default_rng(2)
    predicted = rng.normal(50, 10, 600)
    observed = predicted + rng.normal(0, 8, 600) + 5 * (np.arange(600) >= 300)
    times = [f"{place // 20:02d}" for place in range(600)]
    watch = calibration_cusum(observed, predicted, times, kind="continuous", n_simulations=200)
    assert watch.alarm_at is not None
    assert watch.alarm_at >= "15"
    assert watch.alarm_side == "low"
    assert watch.change_p_value < 0.05


def test_a_constant_difference_is_an_alarm_and_no_change():
    rng = np.random.default_rng(4)
    predicted = rng.normal(50, 10, 600)
    observed = predicted - 4 + rng.normal(0, 8, 600)
    times = [f"{place // 20:02d}" for place in range(600)]
    watch = calibration_cusum(observed, predicted, times, kind="continuous", n_simulations=200)
    assert watch.alarm_side == "high"
    assert watch.change_p_value > 0.05


def test_many_times_become_at_most_two_hundred_points():
    rng = np.random.default_rng(8)
    predicted = rng.normal(0, 1, 1000)
    times = [f"{place:04d}" for place in range(1000)]
    watch = calibration_cusum(
        predicted + rng.normal(0, 1, 1000), predicted, times, kind="continuous", n_simulations=20
    )
    assert len(watch.times) == 200
    assert watch.n_so_far[-1] == 1000
    assert watch.times[-1] == "0999"


def test_one_time_is_no_time():
    with pytest.raises(InputError, match="the same time"):
        calibration_cusum(np.array([1.0, 2.0]), np.array([1.0, 1.0]), ["a", "a"], kind="continuous")


# --- variables -----------------------------------------------------------------------------


def cohort_like_the_sheet(n=2000, seed=0, **changes):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age_years": rng.normal(65, 8, n).clip(19, 109),
            "sex": rng.choice(["female", "male"], n, p=[0.6, 0.4]).astype(object),
            "lbp_any": rng.choice(["no", "yes"], n, p=[0.42, 0.58]).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
        }
    ).assign(**changes)
    return Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                  provenance="real", source_name="recent.csv")  # fmt: skip


def test_people_like_those_of_the_sheet_are_steady():
    report = report_drift(small_sheet(provenance="real"), cohort_like_the_sheet(), model=MODEL)
    assert [v.verdict for v in report.variables] == ["steady"] * 4
    assert not report.found
    assert report.predictions.verdict == "steady"


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
