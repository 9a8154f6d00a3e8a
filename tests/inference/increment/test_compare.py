"""Comparisons of blocks on simulated cohorts, from the config to the sentence."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import ConfigError
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import Comparison, added_value, run_compare
from hiprisk.learning.candidates import development_data
from hiprisk.learning.participants import select_participants
from hiprisk.learning.unpenalised import fit_ols
from hiprisk.metrics.scores import r2
from hiprisk.validation.resampling.resamples import draw_resamples

CONFIGS = Path(__file__).parents[3] / "configs"
FAST = Comparison(method="impute_then_bootstrap", point_measures_only=True)


@pytest.fixture(scope="module")
def result(stupar_config):
    return run_compare(stupar_config("outcome.thresholds=[0.3]"))


def test_every_combination_of_the_blocks_is_judged(result):
    assert [one.blocks for one in result.additions] == [
        ("back",), ("hip_motion",), ("back", "hip_motion"),
    ]  # fmt: skip
    assert [one.n_coefficients for one in result.additions] == [2, 5, 7]


def test_every_measure_has_a_gain_with_an_interval(result):
    names = [gain.name for gain in result.additions[0].gains]
    assert names == ["r2", "rmse", "crps", "net_benefit_worsening_0.3",
                     "net_benefit_improvement_0.3", "net_benefit_acceptable_state_0.3"]  # fmt: skip
    for one in result.additions:
        for gain in one.gains:
            assert gain.estimate.low < gain.estimate.value < gain.estimate.high
            assert gain.estimate.value == pytest.approx(gain.apparent - gain.optimism)


def test_a_gain_is_the_difference_of_corrected_values(result):
    for gain in result.additions[2].gains:
        sign = -1 if gain.reduction else 1
        assert gain.estimate.value == pytest.approx(sign * (gain.model - gain.base))


def test_more_predictors_never_fit_worse_in_sample(result):
    shares = [one.new_information.value for one in result.additions]
    assert 0 < max(shares[:2]) <= shares[2] < 1


def test_tests_are_pooled_and_stand_beside_estimates(result):
    one = result.addition("back")
    assert [test.method for test in one.tests] == ["D1", "D2", "D3"]
    assert [estimate.name for estimate in one.coefficients] == ["lbp_any=yes", "lbp_nrs_0_10"]
    assert all(estimate.low < estimate.value < estimate.high for estimate in one.coefficients)


def test_sentences_say_simulated_verdict_gain_n_and_what_was_declared(result):
    simulated, back = result.sentences()[:2]
    assert simulated.startswith("SIMULATED DATA")
    assert back.startswith("back ")
    assert f"{result.n_analysed} people, 2 coefficients" in back
    assert "95 % CI" in back
    assert "minimum important gain 0.01" in back


def test_verdicts_of_few_resamples_carry_a_caution(result):
    assert result.n_resamples == 20
    assert result.sentences()[-1].startswith("CAUTION: the intervals come from only 20 resamples")
    enough = dataclasses.replace(result, n_resamples=200)
    assert not any("CAUTION" in line for line in enough.sentences())


def test_each_form_holds_the_same_result(result):
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    frame = result.to_frame()
    row = frame[(frame["blocks"] == "back") & (frame["metric"] == "r2")].iloc[0]
    gain = plain["additions"][0]["gains"]["r2"]
    assert (gain["value"], gain["low"], gain["high"]) == (row["gain"], row["low"], row["high"])
    assert plain["additions"][0]["verdict"] == row["verdict"]
    assert plain["summary"] == list(result.sentences())


@pytest.mark.slow
def test_result_does_not_depend_on_the_number_of_workers(stupar_config):
    config = stupar_config()
    assert run_compare(config, comparison=FAST, workers=2) == run_compare(config, comparison=FAST)


def test_another_seed_gives_another_interval(stupar_config):
    gains = [
        run_compare(stupar_config(f"seed={seed}"), comparison=FAST).additions[0].gains[0]
        for seed in (1, 2)
    ]
    assert gains[0].estimate != gains[1].estimate


def test_fast_setting_is_near_the_full_one_and_says_so(result, stupar_config):
    fast = run_compare(stupar_config(), comparison=FAST)
    ours, theirs = fast.addition("back").gain("r2"), result.addition("back").gain("r2")
    # The same imputations of all people, hence the same apparent gain.
    assert ours.apparent == pytest.approx(theirs.apparent, rel=1e-9)
    assert ours.estimate.value == pytest.approx(theirs.estimate.value, abs=0.01)
    assert any(note.startswith("Fast setting") for note in fast.notes)


def test_a_large_effect_adds_and_no_effect_does_not():
    config = load_config(CONFIGS / "stupar.yaml", overrides=["imputation.auxiliary=[]",
                                                           "imputation.imputations=2"])  # fmt: skip
    dictionary = load_dictionary()
    verdicts = []
    for effect in (0.0, 25.0):
        cohort = simulate_cohort("stupar", n=1600, seed=4, lbp_effect=effect)
        people = select_participants(cohort.frame, config).development
        design = plan_design(config.predictors, dictionary, people.frame)
        data = development_data(people, design, config, dictionary)
        comparison = Comparison(add=("back",), n_resamples=40, method="impute_then_bootstrap",
                                point_measures_only=True)  # fmt: skip
        got = added_value(config, dictionary, data, design, comparison=comparison)
        verdicts.append(got.additions[0].verdict)
    assert verdicts == ["adds less than the minimum important gain", "adds"]


def test_complete_data_get_one_likelihood_ratio_test(stupar_config):
    config = stupar_config("imputation.auxiliary=[]")
    dictionary = load_dictionary()
    cohort = simulate_cohort("stupar", n=300, seed=3, missing=False)
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    got = added_value(config, dictionary, data, design, comparison=FAST)
    assert got.n_imputations == 1
    assert [test.method for test in got.additions[0].tests] == ["likelihood-ratio"]
    statistic = got.additions[0].tests[0].statistic
    assert np.isfinite(statistic)
    assert statistic > 0


def test_a_binary_outcome_is_compared_in_its_own_measures():
    config = load_config(
        CONFIGS / "stupar_worsening.yaml",
        overrides=["cohort.simulate.n=500", "imputation.imputations=2", "outcome.thresholds=[0.3]"],
    )
    got = run_compare(config, comparison=Comparison(add=("back",), n_resamples=20))
    one = got.additions[0]
    assert [gain.name for gain in one.gains] == [
        "c_statistic", "scaled_brier", "brier", "net_benefit_0.3",
    ]  # fmt: skip
    assert one.gain("brier").reduction
    assert got.models.startswith("unpenalised logistic regressions")
    assert one.sentence.startswith("back ")


@pytest.mark.parametrize(("comparison", "why"), [
    (Comparison(add=("bakc",)), "there is no block 'bakc'"),
    (Comparison(add=("core",)), "block 'core' is named twice"),
    (Comparison(base=("core", "back", "hip_motion")), "there is no block to add"),
])  # fmt: skip
def test_a_comparison_that_makes_no_sense_is_refused(stupar_config, comparison, why):
    with pytest.raises(ConfigError, match=why):
        run_compare(stupar_config(), comparison=comparison)


def test_a_block_without_anything_new_is_refused(stupar_config):
    config = stupar_config("blocks.same=[age_years]")
    with pytest.raises(ConfigError, match="block 'same' has no predictor that the base lacks"):
        run_compare(config, comparison=Comparison(add=("same",)))


def test_a_gain_declared_in_a_measure_of_the_other_kind_is_refused(stupar_config):
    config = stupar_config("outcome.smallest_gain_worth_having.metric=brier")
    with pytest.raises(ConfigError, match="declared in 'brier'"):
        run_compare(config, comparison=FAST)


def test_three_resamples_equal_a_count_by_hand(stupar_config):
    # Complete data, straight lines: every fit by least squares on the rows as drawn.
    config = stupar_config("imputation.auxiliary=[]", "families.linear.spline_knots=0")
    dictionary = load_dictionary()
    cohort = simulate_cohort("stupar", n=300, seed=3, missing=False)
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    comparison = Comparison(add=("back",), n_resamples=3, point_measures_only=True)
    got = added_value(config, dictionary, data, design, comparison=comparison)

    inputs, y = design.model_inputs(data.columns), data.outcome
    in_block = [name in config.blocks["back"] for name in design.predictor_of]
    in_core = [name in config.blocks["core"] for name in design.predictor_of]
    both = [a or b for a, b in zip(in_block, in_core, strict=True)]

    def gain(fitted_to, evaluated_on):
        values = []
        for used in (np.flatnonzero(in_core), np.flatnonzero(both)):
            line = fit_ols(inputs[fitted_to][:, used], y[fitted_to]).coefficients
            predicted = np.clip(line[0] + inputs[evaluated_on][:, used] @ line[1:], 0, 100)
            values.append(r2(y[evaluated_on], predicted))
        return values[1] - values[0]

    everybody = np.arange(len(y))
    drawn = draw_resamples(data.groups, n_resamples=3, seed=config.seed)
    excess = [gain(one.rows, one.rows) - gain(one.rows, everybody) for one in drawn]
    ours = got.additions[0].gain("r2")
    assert ours.apparent == pytest.approx(gain(everybody, everybody), rel=1e-9)
    assert ours.optimism == pytest.approx(np.mean(excess), rel=1e-9)
    assert ours.estimate.value == pytest.approx(ours.apparent - np.mean(excess), rel=1e-9)
