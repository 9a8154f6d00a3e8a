"""Comparisons of blocks on simulated cohorts, from the config to the sentence."""

import json
from pathlib import Path

import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import InputError
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import Comparison, added_value, run_compare
from hiprisk.learning.candidates import development_data
from hiprisk.learning.participants.selection import select_participants

CONFIGS = Path(__file__).parents[3] / "configs"


def test_every_combination_of_the_blocks_is_judged(result):
    assert [one.blocks for one in result.additions] == [
        ("back",), ("hip_motion",), ("back", "hip_motion"),
    ]  # fmt: skip
    assert [one.n_coefficients for one in result.additions] == [2, 5, 7]


def test_every_measure_has_a_gain_with_an_interval(result):
    names = [gain.name for gain in result.additions[0].gains]
    events = ("worsening", "improvement", "acceptable_state")
    benefits = [f"net_benefit_{event}_{at}" for event in events for at in (0.125, 0.3)]
    assert names == ["r2", "rmse", "crps", *benefits]
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
    assert one.sentence.startswith("low back pain ")


CASES = Path(__file__).parents[2] / "cases"


def compared(case, block, told=None):
    config = load_config(CASES / case / "config.yaml")
    return run_compare(
        config,
        comparison=Comparison(add=(block,), n_resamples=50),
        announce=(lambda _: None) if told is None else told.append,
    )


def test_a_level_that_resamples_lack_has_coefficient_0_there_and_they_are_counted():
    # Rounding gave it a coefficient: the reduction in RMSE was -0.259 (-1.926 to -0.002).
    told = []
    result = compared("absent_level", "back", told)
    gain = result.additions[0].gain("rmse").estimate
    assert gain.value == pytest.approx(-0.109, abs=5e-4)
    assert gain.low > -0.5
    assert result.to_dict()["not_estimable"] == {"education=high": 8}
    assert any("education: high (2 people)" in sentence for sentence in told)
    assert any("in 8 of 50 resamples" in sentence for sentence in result.notes)


def test_a_block_that_follows_from_the_base_has_no_test_and_says_so_at_the_start():
    told = []
    result = compared("redundant_block", "extra", told)
    (one,) = result.additions
    assert (one.n_coefficients, one.tests, one.coefficients) == (0, (), ())
    assert one.gain("r2").estimate.value == 0.0
    assert one.sentence.startswith("extra adds no coefficient: the base model's predictors")
    assert any(sentence.endswith("determine it: extra.") for sentence in told)
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_level_without_events_is_named_with_its_rows_before_anything_is_resampled():
    told = []
    with pytest.raises(InputError, match="education: high has 26 rows with 0 events"):
        compared("separation_misnamed", "back", told)
    assert any("education: high (26 people, 0 events)" in sentence for sentence in told)
