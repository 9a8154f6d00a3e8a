"""Validation on new people: who is judged, figures from elsewhere, and what is refused."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from hiprisk.cohort.findings import Finding
from hiprisk.cohort.reading import Cohort, fingerprint
from hiprisk.config import ReplacementSettings
from hiprisk.config.published import DeclaredOutcome
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.registry import metrics_for
from hiprisk.reporting.plots.external import validation_figures
from hiprisk.serving.dataframe import answer_frame
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.validation.external.case_mix import compare_case_mix
from hiprisk.validation.external.case_mix_results import shift_words
from hiprisk.validation.external.cohort import cohort_of_predictions, predict_cohort
from hiprisk.validation.external.reading import select_rows
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.external.validation import validate_externally
from hiprisk.values import Note
from small_bundle import small_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                      version="1", bundle_sha256="ab")  # fmt: skip
OUTCOME = DeclaredOutcome(
    variable="womac_function_followup_0_100", label="WOMAC function", kind="continuous",
    unit="points 0-100", higher_is="worse", horizon_months=12, population="nobody",
    bounds=(0.0, 100.0), baseline="womac_function_0_100",
)  # fmt: skip
WORSE = dataclasses.replace(OUTCOME, variable="worsened", kind="binary", bounds=None,
                            baseline=None, event_level="yes")  # fmt: skip


def cohort_of(frame, **rest):
    return Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                  provenance="real", source_name="new.csv", **rest)  # fmt: skip


@pytest.fixture
def people():
    rng = np.random.default_rng(7)
    n = 300
    frame = pd.DataFrame(
        {
            "age_years": rng.normal(65, 8, n).clip(19, 109),
            "sex": rng.choice(["female", "male"], n, p=[0.6, 0.4]).astype(object),
            "lbp_any": rng.choice(["no", "yes"], n).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
        }
    )
    drawn = 10 + 0.1 * frame["age_years"] + 0.6 * frame["womac_function_0_100"]
    frame["womac_function_followup_0_100"] = (drawn + rng.normal(3, 12, n)).clip(0, 100)
    frame["worsened"] = rng.choice(["no", "yes"], n).astype(object)
    return frame


def evaluated(frame, *, sheet=None, outcome=OUTCOME, **settings):
    sheet = sheet or small_sheet(provenance="real")
    found = predict_cohort(sheet, outcome, cohort_of(frame))
    return found, validate_externally(found, outcome, model=MODEL, sheet=sheet, n_resamples=60,
                                      **settings)  # fmt: skip


def test_every_metric_of_the_registry_comes_with_an_interval(people):
    for kind, outcome in (("continuous", OUTCOME), ("binary", WORSE)):
        _, result = evaluated(
            people, sheet=small_sheet(kind=kind, provenance="real"), outcome=outcome
        )
        found = {e.name: e for e in result.performance.metrics}
        assert set(found) | set(result.performance.not_available) == {
            m.name for m in metrics_for(kind)
        }
        assert all(e.low <= e.value <= e.high for e in found.values() if e.name == "rmse")


def test_predictions_are_those_of_the_sheet(people):
    sheet = small_sheet(provenance="real")
    people.loc[::5, "lbp_any"] = None
    found = predict_cohort(sheet, OUTCOME, cohort_of(people))
    served = answer_frame(SheetEvaluator(sheet), people)["predicted"].to_numpy()
    assert np.array_equal(found.predicted, served)
    assert found.imputed_share == {"lbp_any": 0.2}
    inside = (found.predicted > 0) & (found.predicted < 100)
    assert found.lp[inside] == pytest.approx(found.predicted[inside], abs=1e-9)


def test_every_row_is_counted(people):
    people.loc[0, "age_years"] = 300.0
    people.loc[1, "sex"] = "unheard of"
    people.loc[2:4, "womac_function_followup_0_100"] = np.nan
    found, _ = evaluated(people)
    assert found.n == 295
    assert dict(found.reasons) == {"OUT_OF_RANGE(age_years)": 1, "UNKNOWN_CATEGORY(sex)": 1}
    assert [(s.n_left_out, s.n_remaining) for s in found.flow] == [(0, 300), (3, 297), (2, 295)]


def test_cells_that_could_not_be_read_are_a_reason_not_a_missing_value(people):
    mask = np.arange(300) == 10
    people.loc[10, "sex"] = None
    cohort = cohort_of(people, unreadable={Note("UNKNOWN_CATEGORY", "sex"): mask})
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert dict(found.reasons) == {"UNKNOWN_CATEGORY(sex)": 1}
    assert found.n == 299


def test_the_strategy_for_hip_replacement_is_the_models(people):
    people["hip_replacement_before_followup"] = np.where(np.arange(300) < 30, "yes", "no")
    strategy = ReplacementSettings(strategy="exclude", variable="hip_replacement_before_followup")
    outcome = dataclasses.replace(OUTCOME, hip_replacement=strategy)
    found = predict_cohort(small_sheet(provenance="real"), outcome, cohort_of(people))
    assert found.n == 270
    assert found.flow[1].label == "hip replaced before follow-up (excluded)"


def test_a_cohort_without_the_outcome_is_refused(people):
    frame = people.drop(columns="womac_function_followup_0_100")
    with pytest.raises(InputError, match="the cohort has no 'womac_function_followup_0_100'"):
        evaluated(frame)


def test_codes_that_look_shifted_are_refused(people):
    finding = Finding(code="SHIFTED_CODES", severity="error", message="coded 1 and 2?",
                      advice="state the levels", column="lbp_any", count=200)  # fmt: skip
    cohort = dataclasses.replace(cohort_of(people), findings=(finding,))
    with pytest.raises(InputError, match="coded 1 and 2"):
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort, accept_units=True)


def test_another_unit_is_refused_unless_accepted(people):
    people["womac_function_0_100"] /= 100.0
    cohort = cohort_of(people)
    with pytest.raises(InputError, match=r"another unit or scale.*--accept-units"):
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert (
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort, accept_units=True).n == 300
    )


def test_an_outcome_off_its_scale_is_refused(people):
    people.loc[5, "womac_function_followup_0_100"] = 140.0
    with pytest.raises(InputError, match=r"the outcome must lie in \[0, 100\]"):
        evaluated(people)


def test_too_few_people_or_events_are_refused(people):
    with pytest.raises(InputError, match="19 people with outcome and prediction are too few"):
        evaluated(people.head(19))
    people["worsened"] = np.where(np.arange(300) < 4, "yes", "no")
    with pytest.raises(InputError, match="4 events among 300 people"):
        evaluated(people, sheet=small_sheet(kind="binary", provenance="real"), outcome=WORSE)


def test_predictions_in_a_column_are_judged_as_they_stand(people):
    people["p"] = people["womac_function_followup_0_100"] - 2.0
    people.loc[0, "p"] = np.nan
    found = cohort_of_predictions("p", OUTCOME, cohort_of(people))
    assert dict(found.reasons) == {"NO_PREDICTION(p)": 1}
    result = validate_externally(found, OUTCOME, model=MODEL, n_resamples=60)
    by_name = {e.name: e.value for e in result.performance.metrics}
    assert by_name["calibration_in_the_large"] == pytest.approx(2.0)
    assert by_name["rmse"] == pytest.approx(2.0)


def test_an_absent_column_of_predictions_and_percentages_are_refused(people):
    with pytest.raises(InputError, match="no such column of predictions"):
        cohort_of_predictions("p", OUTCOME, cohort_of(people))
    people["p"] = 40.0
    with pytest.raises(InputError, match=r"predictions must lie in \[0, 1\]; 300 of 300"):
        cohort_of_predictions("p", WORSE, cohort_of(people))


def test_groups_are_judged_apart(people):
    found, result = evaluated(people, by=["sex"])
    men = (people["sex"] == "male").to_numpy()
    error = found.observed[men] - found.predicted[men]
    rmse = next(row for row in result.groups.of("rmse") if row.level == "male").estimate
    assert rmse.value == pytest.approx(np.sqrt(np.mean(error**2)))


def test_small_groups_are_not_shown(people):
    people.loc[:5, "sex"] = None
    _, result = evaluated(people, by=["sex"])
    unknown = [g for g in result.groups.groups if g.level not in ("female", "male")]
    assert [(g.suppressed, g.n_people) for g in unknown] == [(True, None)]


def test_groups_by_a_variable_that_is_not_there_are_refused(people):
    with pytest.raises(ConfigError, match="education"):
        evaluated(people, by=["education"])


def test_chances_of_events_are_judged_by_group_too(people):
    outcome = dataclasses.replace(OUTCOME, thresholds=(0.2, 0.4))
    _, result = evaluated(people, outcome=outcome, by=["sex"])
    assert {row.event for row in result.groups.benefits} == {"worsening", "acceptable_state"}


def test_a_selection_that_leaves_nobody_is_refused(people):
    assert (
        select_rows(cohort_of(people), {"sex": ["male"]}).n_rows == (people["sex"] == "male").sum()
    )
    with pytest.raises(InputError, match="no row has these levels"):
        select_rows(cohort_of(people), {"sex": ["other"]})


# --- forecasts and events --------------------------------------------------------------------

# Without a formula for their interval, so that only resampled people can give it.
ONLY_BY_RESAMPLING = ("nagelkerke_r2_as_is", "cox_snell_r2_as_is", "spiegelhalter_z", "ici", "e90",
                      "emax_spline", "eci")  # fmt: skip


def test_every_metric_of_the_forecast_and_of_each_event_has_an_interval(people):
    outcome = dataclasses.replace(OUTCOME, thresholds=(0.2, 0.355))
    _, result = evaluated(people, outcome=outcome, by=[])
    found = dict(result.named())
    everything = {m.name for m in metrics_for("continuous", costly=True)}
    everything |= {m.name for m in metrics_for("distribution")}
    everything |= {f"{side}_share_{whose}" for side in ("floor", "ceiling")
                   for whose in ("observed", "predicted", "forecast")}  # fmt: skip
    for event in ("worsening", "acceptable_state"):
        everything |= {f"{m.name}_{event}" for m in metrics_for("binary", costly=True)}
        everything |= {f"{stem}_{t}_{event}" for t in ("0.2", "0.355")
                       for stem in ("net_benefit", "standardised_net_benefit",
                                    "interventions_avoided")}  # fmt: skip
    assert everything <= set(found)
    lacking = {name for name in everything if found[name].low is None or found[name].high is None}
    assert not lacking
    assert {f"{name}_worsening" for name in ONLY_BY_RESAMPLING} <= everything


def test_figures_of_an_event_are_those_of_the_sheets_chances(people):
    outcome = dataclasses.replace(OUTCOME, thresholds=(0.3,))
    found, result = evaluated(people, outcome=outcome, by=[])
    worse = (found.observed >= found.baseline + 10).astype(float)
    chance = found.chances["worsening"]
    acted = chance >= 0.3
    by_hand = np.mean(acted & (worse == 1)) - np.mean(acted & (worse == 0)) * 0.3 / 0.7
    metrics = dict(result.named())
    assert metrics["net_benefit_0.3_worsening"].value == pytest.approx(by_hand, abs=1e-12)
    assert metrics["brier_worsening"].value == pytest.approx(np.mean((chance - worse) ** 2))
    curve = next(e for e in result.performance.events if e.name == "worsening").decision
    assert len(curve.low) == len(curve.thresholds) == 99


def test_coverage_by_predicted_level_counts_everybody(people):
    found, result = evaluated(people, by=[])
    cells = [cell for cell in result.performance.coverage.cells if cell.level == 0.9]
    assert sum(cell.n for cell in cells) == found.n
    inside = sum(cell.n * cell.coverage.value for cell in cells) / found.n
    assert inside == pytest.approx(dict(result.named())["coverage_90"].value)


def test_the_table_of_metrics_has_every_event_and_group(people):
    outcome = dataclasses.replace(OUTCOME, thresholds=(0.3,))
    _, result = evaluated(people, outcome=outcome)
    table = result.to_frame()
    events = table[table["variable"] == "event"]
    assert set(events["level"]) == {"worsening", "acceptable_state"}
    assert {"eci", "net_benefit_0.3"} <= set(events["metric"])
    assert {"sex", "age_band", "lbp_any"} <= set(table["variable"])
    assert {"coverage", "decision_curves", "calibration_curves"} <= set(result.tables())


def test_a_risk_has_its_net_benefit_at_the_declared_thresholds(people):
    outcome = dataclasses.replace(WORSE, thresholds=(0.4,))
    sheet = small_sheet(kind="binary", provenance="real")
    _, result = evaluated(people, sheet=sheet, outcome=outcome, by=[])
    found = dict(result.named())["net_benefit_0.4"]
    assert found.low <= found.value <= found.high
    assert result.performance.coverage is None


def test_there_is_a_figure_for_each_event_forecast_and_group_metric(people):
    _, result = evaluated(people, by=["sex"])
    drawn = validation_figures(result)
    assert {"calibration.png", "pit.png", "predicted_observed.png", "coverage.png",
            "groups_r2.png"} <= set(drawn)  # fmt: skip
    for event in ("worsening", "acceptable_state"):
        assert {f"calibration_{event}.png", f"net_benefit_{event}.png"} <= set(drawn)


# --- case mix --------------------------------------------------------------------------------


def test_the_spread_of_the_linear_predictor_is_that_of_the_normal_model(people):
    sheet = small_sheet(provenance="real")
    found = predict_cohort(sheet, OUTCOME, cohort_of(people))
    mix = compare_case_mix(sheet, found)
    # Terms: age 0.1, baseline 0.6, back pain 5, woman 2 = 2 - 2 x man.
    slopes = np.array([0.1, -2.0, 5.0, 0.6])
    covariance = np.array(sheet.missing.covariance)
    assert mix.lp_sd_development == pytest.approx(np.sqrt(slopes @ covariance @ slopes), rel=1e-6)
    assert mix.lp_mean_development == pytest.approx(10 + 6.5 + 24 + 2.9 + 2 - 0.8, rel=1e-6)
    assert mix.lp_sd_ratio == pytest.approx(np.std(found.lp) / mix.lp_sd_development)


def test_a_cohort_moved_by_one_standard_deviation(people):
    sheet = small_sheet(provenance="real")
    people["age_years"] = people["age_years"] + 8.0
    mix = compare_case_mix(
        sheet, predict_cohort(sheet, OUTCOME, cohort_of(people), accept_units=True)
    )
    age = mix.columns[0]
    assert age.standardised_difference == pytest.approx(1.0, abs=0.1)
    # The normal curve at 1 / root 2.
    assert mix.separation.c_statistic.value == pytest.approx(0.76, abs=0.03)


def test_membership_of_the_same_population_is_a_coin_and_of_another_is_not(people):
    sheet = small_sheet(provenance="real")
    found = predict_cohort(sheet, OUTCOME, cohort_of(people))
    half, other = (
        predict_cohort(sheet, OUTCOME, cohort_of(people.iloc[part].reset_index(drop=True)))
        for part in (slice(0, 150), slice(150, 300))
    )
    same = compare_case_mix(sheet, other, development=half, n_resamples=60)
    assert same.membership.value == pytest.approx(0.5, abs=0.1)
    worse = people.assign(womac_function_followup_0_100=people["womac_function_followup_0_100"] / 2)
    moved = compare_case_mix(
        sheet,
        predict_cohort(sheet, OUTCOME, cohort_of(worse)),
        development=found,
        n_resamples=60,
    )
    # Only the outcome moved: the predictors alone cannot tell, the membership model can.
    assert moved.separation.c_statistic.value == pytest.approx(0.5, abs=0.02)
    assert moved.membership.value > 0.8


def from_the_sheets_people(rng, n, sheet):
    """People as the sheet's normal model has them, levels by their shares."""
    mean, spread = np.array(sheet.missing.mean), np.sqrt(np.diag(sheet.missing.covariance))
    return pd.DataFrame(
        {
            "age_years": rng.normal(mean[0], spread[0], n),
            "sex": np.where(rng.random(n) < mean[1], "male", "female").astype(object),
            "lbp_any": np.where(rng.random(n) < mean[2], "yes", "no").astype(object),
            "womac_function_0_100": rng.normal(mean[3], spread[3], n).clip(0, 100),
            "womac_function_followup_0_100": rng.uniform(0, 100, n),
        }
    )


def test_chance_alone_does_not_make_people_differ():
    rng = np.random.default_rng(3)
    sheet = small_sheet(provenance="real")
    error = np.linalg.cholesky(np.array(sheet.missing.covariance) / 60)
    alike, apparent = 0, []
    for _ in range(40):
        mean = np.array(sheet.missing.mean) + error @ rng.standard_normal(4)
        own = dataclasses.replace(sheet.missing, mean=tuple(map(float, mean)), n_people=60)
        fitted = dataclasses.replace(sheet, missing=own)
        cohort = cohort_of(from_the_sheets_people(rng, 40, sheet))
        mix = compare_case_mix(fitted, predict_cohort(fitted, OUTCOME, cohort, accept_units=True))
        alike += "similar to" in shift_words(mix)[0]
        apparent.append(norm.cdf(mix.separation.apparent / np.sqrt(2.0)))
    assert alike >= 38
    # What chance gives is no small thing: most of these cohorts would be "somewhat different".
    assert np.mean(np.array(apparent) >= 0.6) > 0.5


def test_everybody_scored_is_compared_whether_followed_up_or_not(people):
    sheet = small_sheet(provenance="real")
    # The young were lost to follow-up.
    people.loc[people["age_years"] < 65, "womac_function_followup_0_100"] = np.nan
    found = predict_cohort(sheet, OUTCOME, cohort_of(people))
    mix = compare_case_mix(sheet, found)
    assert (found.n, mix.n_new) == (int((people["age_years"] >= 65).sum()), 300)
    assert mix.columns[0].new_mean == pytest.approx(people["age_years"].mean(), rel=1e-3)
    assert "similar to" in shift_words(mix)[0]


def test_a_sheet_that_does_not_say_of_how_many_people_says_so(people):
    sheet = small_sheet(provenance="real")
    assert (
        "count as exact"
        in compare_case_mix(sheet, predict_cohort(sheet, OUTCOME, cohort_of(people))).basis
    )
    known = dataclasses.replace(sheet, missing=dataclasses.replace(sheet.missing, n_people=400))
    mix = compare_case_mix(known, predict_cohort(known, OUTCOME, cohort_of(people)))
    assert "estimated on 400 people" in mix.basis
    assert mix.to_dict()["n_development"] == 400
