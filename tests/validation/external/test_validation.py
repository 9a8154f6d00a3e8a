"""Validation on new people: every metric with its interval, by group and by event."""

import dataclasses

import numpy as np
import pytest

from hiprisk.config.cohort import SamplingSettings
from hiprisk.errors import ConfigError
from hiprisk.metrics.case_control import population_weights
from hiprisk.metrics.registry import metrics_for
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.validation import means_by_tenth, validate_externally
from metric_examples import oracle, report_figures
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, WORSE, cohort_of, evaluated


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


def test_a_risk_has_its_net_benefit_at_the_declared_thresholds(people):
    outcome = dataclasses.replace(WORSE, thresholds=(0.4,))
    sheet = small_sheet(kind="binary", provenance="real")
    _, result = evaluated(people, sheet=sheet, outcome=outcome, by=[])
    found = dict(result.named())["net_benefit_0.4"]
    assert found.low <= found.value <= found.high
    assert result.performance.coverage is None


@pytest.mark.slow
@pytest.mark.drawn
def test_there_is_a_figure_for_each_event_forecast_and_group_metric(people):
    _, result = evaluated(people, by=["sex"])
    drawn = files_of_result(result).figures
    assert {"calibration.png", "pit.png", "predicted_observed.png", "coverage.png",
            "groups_r2.png"} <= set(drawn)  # fmt: skip
    for event in ("worsening", "acceptable_state"):
        assert {f"calibration_{event}.png", f"net_benefit_{event}.png"} <= set(drawn)


def of_cases_and_controls(people, case_control, **rest):
    sheet = small_sheet(kind="binary", provenance="real")
    outcome = dataclasses.replace(WORSE, thresholds=(0.4,))
    found = predict_cohort(sheet, outcome, cohort_of(people))
    found = dataclasses.replace(found, sampling=SamplingSettings(case_control=case_control))
    return found, validate_externally(
        found, outcome, model=MODEL, sheet=sheet, n_resamples=60, **rest
    )


MOVING = {one.name for one in metrics_for("binary") if one.case_control != "same"}


def test_cases_and_controls_have_the_figures_of_the_stated_prevalence(people):
    found, result = of_cases_and_controls(people, 0.1, by=[])
    metrics = dict(result.named())
    y, p = found.observed, found.predicted
    w = np.where(y == 1, 0.1 / y.mean(), 0.9 / (1 - y.mean()))
    assert metrics["brier"].value == pytest.approx(np.average((y - p) ** 2, weights=w))
    assert metrics["observed_expected_ratio"].value == pytest.approx(0.1 / np.average(p, weights=w))
    acted = p >= 0.4
    sensitivity, false = acted[y == 1].mean(), acted[y == 0].mean()
    by_hand = 0.1 * sensitivity - 0.9 * false * 0.4 / 0.6
    assert metrics["net_benefit_0.4"].value == pytest.approx(by_hand)
    large = metrics["calibration_in_the_large"]
    assert large.low < large.value < large.high
    assert result.performance.decision.prevalence == 0.1
    assert result.performance.calibration.errors.ici == pytest.approx(metrics["ici"].value)
    assert sum(o for _, o in result.calibration) < 10 * y.mean() / 2
    assert result.to_dict()["sampling"] == {"case_control": 0.1}


def test_discrimination_and_slope_do_not_depend_on_it(people):
    _, stated = of_cases_and_controls(people, 0.1, by=[])
    _, unknown = of_cases_and_controls(people, "unknown", by=[])
    found = {e.name: e for e in stated.performance.metrics}
    for one in unknown.performance.metrics:
        assert one == found[one.name]
    assert {e.name for e in unknown.performance.metrics}.isdisjoint(MOVING)


def test_what_cannot_be_told_is_withheld_with_the_reason(people):
    _, result = of_cases_and_controls(people, "unknown", by=[])
    performance = result.performance
    assert set(performance.not_available) >= MOVING
    assert "prevalence in the population is not stated" in performance.not_available["brier"]
    assert (performance.decision, performance.curves, result.calibration) == (None, (), ())
    assert "withheld (state it with --prevalence)" in result.summary[0]
    assert files_of_result(result).figures == {}


def test_groups_of_cases_and_controls_have_what_needs_no_prevalence(people):
    _, result = of_cases_and_controls(people, 0.1, by=["sex"])
    assert set(result.groups.metrics).isdisjoint(MOVING)
    assert "c_statistic" in result.groups.metrics
    assert result.groups.benefits == ()


def test_cases_and_controls_of_a_score_are_refused(people):
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort_of(people))
    found = dataclasses.replace(found, sampling=SamplingSettings(case_control=0.1))
    with pytest.raises(ConfigError, match="of a binary outcome, and this one is a number"):
        validate_externally(found, OUTCOME, model=MODEL)


@pytest.mark.slow
def test_rows_of_the_same_people_are_said_to_be_theirs(people):
    found, result = evaluated(people.assign(person_id=[f"p{i // 2}" for i in range(300)]), by=[])
    assert (found.n, found.n_people) == (300, 150)
    assert (result.to_dict()["n"], result.to_dict()["n_people"]) == (300, 150)
    assert "300 rows of 150 people" in result.remarks[0]
    assert "n_people" not in evaluated(people, by=[])[1].to_dict()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "outcome"), [("continuous", OUTCOME), ("binary", WORSE)])
def test_sentences_are_the_same_whatever_the_seed(people, kind, outcome):
    sheet = small_sheet(kind=kind, provenance="real")
    found = [evaluated(people, sheet=sheet, outcome=outcome, seed=seed)[1] for seed in (1, 2, 3)]
    # Sixty resamples differ from seed to seed; formulas do not.
    assert len({one.performance.metrics for one in found}) == 3
    assert len({one.summary for one in found}) == 1
    assert len({one.remarks for one in found}) == 1
    table = found[0].tables()["formula_intervals"]
    assert set(table["metric"]) >= {"calibration_in_the_large", "calibration_slope"}
    assert set(found[0].to_dict()["formula_intervals"]) == set(table["metric"])


@pytest.mark.slow
def test_few_residuals_of_the_sheet_are_remarked(people, monkeypatch):
    assert not any("residuals stand behind" in line for line in evaluated(people)[1].remarks)
    monkeypatch.setattr("hiprisk.wording.availability.guaranteed_coverage", lambda sheet: 0.9355)
    assert "Fewer than 39 residuals stand behind" in evaluated(people)[1].remarks[-1]


@pytest.mark.parametrize(("case", "kind"), [
    ("continuous", "continuous"), ("few", "continuous"), ("coarse", "continuous"),
    ("binary", "binary"), ("prevalence", "binary"),
])  # fmt: skip
def test_means_by_tenth_are_those_of_a_computation_in_r(case, kind):
    data = oracle("data").head(67 if case == "few" else 70)
    y, p = (data[name].to_numpy(float) for name in (
        ("y", "risk") if kind == "binary" else ("observed", "predicted")))  # fmt: skip
    weights = population_weights(y, prevalence=0.1) if case == "prevalence" else None
    p = {"coarse": np.round(p / 10.0) * 10.0, "prevalence": np.floor(10 * p + 1e-9) / 10}.get(
        case, p
    )
    found = means_by_tenth(y, p, weights)
    for (predicted, observed), r in zip(found, report_figures()["by_tenth"][case], strict=True):
        assert (predicted, observed) == pytest.approx((r["predicted"], r["observed"]), rel=1e-9)


def test_the_order_of_the_file_does_not_matter_to_means_by_tenth():
    # Twenty people of two predictions: eight of the first, of whom three have the event.
    y = np.array([1.0, 1, 1, 0, 0, 0, 0, 0, *[1.0] * 6, *[0.0] * 6])
    p = np.repeat([0.3, 0.6], [8, 12])
    turned = means_by_tenth(y[::-1], p[::-1])
    assert means_by_tenth(y, p) == turned
    assert turned == ((pytest.approx(0.3), 3 / 8),) * 4 + ((pytest.approx(0.6), 0.5),) * 6
