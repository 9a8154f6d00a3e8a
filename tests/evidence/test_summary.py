"""The summary in plain sentences: their order, and words for people who know no names of models."""

from types import SimpleNamespace

import pytest

from hiprisk.config import MinimumGain
from hiprisk.evidence.summary import ONE_INTERCEPT, _association, summary_sentences
from hiprisk.inference.increment.sentences import ORDINAL_NOTE, SITES_NOTE
from hiprisk.metrics.estimate import Estimate
from site_sheet import site_sheet
from small_bundle import small_sheet


def test_the_association_says_what_it_is_adjusted_for():
    row = SimpleNamespace(
        model="adjusted_baseline",
        measure="mean_difference",
        estimate=SimpleNamespace(value=7.67, low=5.09, high=10.25),
    )
    table = SimpleNamespace(
        exposure="low back pain: yes vs no", rows=[row], strata=None, unit="points 0-100"
    )
    [said] = _association(SimpleNamespace(association=table))
    assert said == (
        "Low back pain: yes vs no, adjusted for the confounders and the baseline score: difference "
        "in means 7.67 points (95 % CI 5.09 to 10.25); an association, not proof of a causal "
        "effect."
    )


def evidence_of(**known):
    """As much of an evidence as its sentences ask for; real data, an ordinary linear model."""
    corrected = {"r2": 0.3, "mae": 9.0, "rmse": 12.0, "scaled_brier": 0.2}
    corrected |= known.pop("corrected", {})
    corrected = {name: value for name, value in corrected.items() if value is not None}
    n_resamples = known.pop("n_resamples", 500)
    value, low, high = known.pop("slope", (1.0, 0.9, 1.1))
    slope = Estimate(name="calibration_slope", value=value, low=low, high=high)
    parts = {
        "provenance": "real", "findings": (), "family": "linear", "kind": "continuous",
        "outcome_unit": "points", "added": None, "association": None, "stability": None,
        "subgroups": None, "comparisons": (),
        "optimism": SimpleNamespace(n_resamples=n_resamples, corrected=lambda: corrected,
                                    estimates=lambda: (slope,),
                                    not_available=known.pop("lacking", {})),
        "not_available": {}, "loss_label": "mean squared error",
        "families": (SimpleNamespace(name="mean", trials=(1,), chosen=False, gain_over_mean=0.9),
                     SimpleNamespace(name="linear", trials=(1,) * known.pop("n_trials", 30),
                                     chosen=True, gain_over_mean=0.25)),
        "sample_size": SimpleNamespace(sentence="enough."),
    }  # fmt: skip
    return SimpleNamespace(**{**parts, **known})


SMALLEST = MinimumGain(metric="r2", value=0.05)


def said(smallest=SMALLEST, *, tuned=("linear",), sheet=None, **known):
    return summary_sentences(evidence_of(**known), smallest, tuned=tuned, sheet=sheet)


def test_an_ordinary_study_is_three_sentences():
    assert said() == (
        "Model type: linear. Optimism-corrected R² is 0.300; the cross-validated mean squared "
        "error is 25.0 % below that of the mean-only model (in tuning, with the settings chosen "
        "there; not optimism-corrected).",
        "Mean absolute error 9.0 points, root mean squared error 12.0, both optimism-corrected.",
        "Sample size: enough.",
    )


def test_simulated_data_few_resamples_and_copies_come_first():
    copies = {"code": "COPIED_ROWS", "count": 1200}
    found = said(provenance="simulated", n_resamples=20, findings=(copies,))
    assert "SIMULATED" in found[0]
    assert found[1].startswith("CAUTION: 1,200 rows of the file are exact copies")
    assert found[2].startswith("CAUTION: only 20 bootstrap resamples")


def test_a_count_that_could_point_at_somebody_is_some():
    assert said(findings=({"code": "COPIED_ROWS", "count": None},))[0].startswith("CAUTION: some ")


def test_an_outcome_that_runs_against_its_baseline_is_a_caution():
    found = {
        "code": "DIRECTION_SUSPECT",
        "column": "later",
        "message": "it falls",
        "advice": "turn",
    }
    assert said(findings=(found,))[0] == "CAUTION: later: it falls; turn."


def test_where_nothing_predicts_better_than_the_mean_that_is_all():
    found = said(family="mean")
    assert found == (
        "No model type predicted better than the mean-only model: the predictors add nothing here.",
    )


def test_where_only_the_mean_could_be_chosen_nothing_is_concluded_of_the_predictors():
    mean = SimpleNamespace(name="mean", trials=(1,), chosen=True, benchmark=False)
    near = SimpleNamespace(name="near", trials=(1,), chosen=False, benchmark=True)
    assert said(family="mean", families=(mean, near)) == (
        "The mean-only model was the only candidate that could be chosen, so the study says "
        "nothing about the predictors.",
    )


@pytest.mark.parametrize(("n_trials", "words"), [(1, "1 trial"), (9, "9 trials")])
def test_a_short_search_is_a_caution_and_concludes_nothing(n_trials, words):
    caution, verdict = said(family="mean", n_trials=n_trials)
    assert caution == (
        f"CAUTION: only {words} in tuning, too few to choose settings or a model type. Set "
        "`tuning.trials` to 10 or more."
    )
    assert verdict == (
        "No model type predicted better than the mean-only model in this short search, which is "
        "inconclusive about the predictors."
    )
    assert said(n_trials=n_trials)[0] == caution


def test_few_resamples_and_few_trials_are_one_caution():
    [caution, *_] = said(n_resamples=20, n_trials=1)
    assert caution.startswith("CAUTION: only 20 bootstrap resamples, so")
    assert "to 200 or more. Only 1 trial in tuning, too few" in caution


def test_ten_trials_or_settings_that_are_fixed_are_no_short_search():
    assert not any("trial" in line for line in said(n_trials=10))
    assert said(family="mean", n_trials=1, tuned=())[0].endswith("predictors add nothing here.")


@pytest.mark.parametrize(("value", "less"), [(0.049, True), (0.05, False)])
def test_a_gain_below_the_declared_minimum_is_said_plainly(value, less):
    first = said(corrected={"r2": value})[0]
    assert first.startswith("The model adds less than the minimum important gain") == less


def test_a_minimum_in_another_measure_judges_no_r2():
    other = MinimumGain(metric="rmse", value=1.0)
    assert said(other, corrected={"r2": 0.01})[0].startswith("Model type: linear")


@pytest.mark.parametrize(("slope", "words"), [
    ((0.89, 0.8, 0.98), "Predictions are too extreme: calibration slope 0.89"),
    ((1.2, 1.1, 1.3), "Predictions are too moderate: calibration slope 1.20"),
    ((0.87, 0.70, 1.04), "No evidence that predictions are too extreme or too moderate"),
])  # fmt: skip
def test_the_slope_s_interval_gives_the_verdict(slope, words):
    assert any(line.startswith(words) for line in said(slope=slope))
    assert not any("slope" in line for line in said(slope=(1.08, 0.98, 1.18)))


def test_instability_has_the_unit_and_digits_of_the_outcome():
    stability = SimpleNamespace(predictions=SimpleNamespace(mape=3.14159))
    assert "differs by 3.1 points on average" in said(stability=stability)[-1]
    risk = said(stability=stability, kind="binary", outcome_unit="")[-1]
    assert "differs by 3.142 of risk on average" in risk


def test_a_subgroup_in_which_events_are_rarer_is_no_fault_of_the_model():
    def row(metric, p, event=""):
        return SimpleNamespace(metric=metric, p_adjusted=p, event=event, grouping="sex")

    differing = [
        row("r2", 0.01), row("brier", 0.001, "worsening"), row("c_statistic", 0.001, "worsening"),
    ]  # fmt: skip
    groups = SimpleNamespace(
        level=0.95, metric_label=lambda row: row.metric, label_of_grouping=lambda name: name,
        differing=lambda: differing, undecided=lambda: [row("mae", 0.049)],
        undecided_words=lambda: "inconclusive at 500 resamples",
    )  # fmt: skip
    assert (
        "Whether performance differs by subgroup: mae by sex: inconclusive at 500 resamples."
        in (said(subgroups=groups))
    )
    found = [line for line in said(subgroups=groups) if line.startswith("Performance differs")]
    assert found == [
        "Performance differs between subgroups: r2 by sex.",
        "Performance differs between subgroups: c_statistic by sex.",
    ]


@pytest.mark.parametrize("named", [True, False])
def test_a_model_with_intercepts_of_sites_says_how_far_they_differ(named):
    lines = said(sheet=site_sheet(named=named))
    assert lines[2].startswith("Random intercepts of 3 sites; between them SD 4.5 points. ")
    assert ("mean site, at a new site too;" in lines[2]) is not named
    assert ("one that it does not know counts as the mean." in lines[2]) is named
    assert said(sheet=small_sheet()) == said()


@pytest.mark.parametrize(("named", "why"), [(False, ONE_INTERCEPT), (True, "")])
def test_with_one_mean_intercept_performance_by_site_is_expected_to_differ(named, why):
    rows = [
        SimpleNamespace(metric="r2", p_adjusted=0.01, event="", grouping=grouping)
        for grouping in ("site", "sex")
    ]
    groups = SimpleNamespace(
        metric_label=lambda row: row.metric, label_of_grouping=lambda name: name,
        differing=lambda: rows, undecided=list,
    )  # fmt: skip
    assert said(subgroups=groups, sheet=site_sheet(named=named))[-2:] == (
        f"Performance differs between subgroups: r2 by site{why}.",
        "Performance differs between subgroups: r2 by sex.",
    )


@pytest.mark.parametrize("note", [ORDINAL_NOTE, SITES_NOTE])
def test_of_which_models_a_gain_is_follows_the_gain(note):
    added = SimpleNamespace(additions=[SimpleNamespace(sentence="back adds.")],
                            notes=("Resamples.", note))  # fmt: skip
    assert said(added=added)[-2:] == ("back adds.", note)


def test_without_refits_no_corrected_figure_is_named_and_the_reason_is_said_once():
    lines = said(
        corrected=dict.fromkeys(("r2", "mae", "rmse", "calibration_slope")),
        n_resamples=17,
        lacking={"r2": "no fit", "mae": "no fit"},
        not_available={"optimism": "no fit (more people)", "stability": "no fit (more people)"},
    )
    assert lines == (
        "Model type: linear. The cross-validated mean squared error is 25.0 % below that of the "
        "mean-only model (in tuning, with the settings chosen there; not optimism-corrected).",
        "Sample size: enough.",
        "Not available: optimism-corrected performance and clinical utility; prediction "
        "instability: no fit (more people).",
    )


@pytest.mark.parametrize("family", ["linear", "mean"])
def test_what_could_not_be_computed_is_said_last_with_its_reason(family):
    *_, metric, part = said(
        family=family,
        corrected={"calibration_slope": None},
        lacking={"calibration_slope": "no spread"},
        not_available={"added": "a level has one person"},
    )
    assert metric == "Optimism-corrected calibration slope: not available (no spread)."
    assert part == (
        "Not available: added value of the blocks of predictors: a level has one person."
    )


def test_benchmarks_are_told_also_where_the_mean_is_the_model():
    own = SimpleNamespace(estimator="package.Class", sentence=lambda: "A benchmark is better.")
    built_in = SimpleNamespace(estimator="", sentence=lambda: "Linear is not.")
    assert said(comparisons=(own, built_in))[-1] == "A benchmark is better."
    found = said(family="mean", comparisons=(own, built_in))
    assert found[0].startswith("No model type predicted better")
    assert found[-1] == "A benchmark is better."
