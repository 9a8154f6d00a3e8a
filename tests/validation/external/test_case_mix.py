"""How a cohort differs from the one that a model was developed in."""

import dataclasses

import numpy as np
import pytest

from hiprisk.validation.external.case_mix import compare_case_mix, membership_c
from hiprisk.validation.external.case_mix_results import shift_words
from hiprisk.validation.external.cohort import predict_cohort
from small_bundle import small_sheet
from validated_people import OUTCOME, cohort_of


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


def test_a_column_that_nobody_has_is_left_out_of_the_separation(people):
    sheet = small_sheet(provenance="real")
    people["age_years"] = np.nan
    mix = compare_case_mix(
        sheet, predict_cohort(sheet, OUTCOME, cohort_of(people), accept_units=True)
    )
    assert 0.5 <= mix.separation.c_statistic.value < 0.65


def test_a_column_that_does_not_vary_keeps_its_value(people):
    sheet = small_sheet(provenance="real")
    alike = people.assign(lbp_any="yes")
    mix = compare_case_mix(sheet, predict_cohort(sheet, OUTCOME, cohort_of(alike)))
    back = next(one for one in mix.columns if one.column == "lbp_any=yes")
    assert back.new_mean == pytest.approx(1.0, abs=1e-6)
    assert back.new_sd < 1e-5


def test_numbers_of_people_are_names_and_no_person_is_in_both_files(people):
    sheet = small_sheet(provenance="real")
    old, new = (
        predict_cohort(sheet, OUTCOME, cohort_of(people.iloc[part].reset_index(drop=True)))
        for part in (slice(0, 150), slice(150, 300))
    )
    other_numbers = dataclasses.replace(new, groups=new.groups + 1000)
    one, other = (
        membership_c(sheet, old, side, seed=1, n_resamples=40) for side in (new, other_numbers)
    )
    assert one == other
