"""Tests of blocks and their coefficients, pooled over imputations."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import Comparison, added_value, block_tests
from hiprisk.inference.increment.block_tests import coefficients_of, fit_unpenalised, function_names
from hiprisk.inference.increment.nested_models import NestedModels
from hiprisk.learning.candidates import development_data
from hiprisk.learning.linear import TermPlan
from hiprisk.learning.participants.selection import select_participants

FAST = Comparison(method="impute_then_bootstrap", point_measures_only=True)


@pytest.mark.slow
def test_tests_are_pooled_and_stand_beside_estimates(result):
    one = result.addition("back")
    assert [test.method for test in one.tests] == ["D1", "D2", "D3"]
    assert [estimate.name for estimate in one.coefficients] == ["lbp_any=yes", "lbp_nrs_0_10"]
    assert all(estimate.low < estimate.value < estimate.high for estimate in one.coefficients)


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


def two_models(link="identity", knots=()):
    plan = (
        TermPlan(column="a", position=0, knots=()),
        TermPlan(column="b", position=1, knots=knots),
    )
    width = sum(part.width for part in plan)
    members = (np.array([0]), np.arange(width))
    return NestedModels(plan, members, link, None, np.zeros(width), np.ones(width))


# Two factors of a design that is balanced, so that everything is a difference of means.
A = np.array([-1.0, -1, 1, 1, -1, -1, 1, 1])
B = np.array([-1.0, 1, -1, 1, -1, 1, -1, 1])
Y = 10 + 3 * A + 2 * B + np.array([1.0, 1, 1, 1, -1, -1, -1, -1])


def test_one_imputation_has_the_likelihood_ratio_of_its_residuals():
    found = fit_unpenalised(two_models(), np.array([np.column_stack([A, B])]), Y)
    # Residual sums of squares 8 + 8 * 4 = 40 without b, and 8 with it.
    (test,) = block_tests.tests_of(found, 1)
    assert test.statistic == pytest.approx(8 * np.log(40 / 8))
    assert (test.method, test.df) == ("likelihood-ratio", 1)


def test_a_coefficient_of_complete_data_has_students_interval():
    found = fit_unpenalised(two_models(), np.array([np.column_stack([A, B])]), Y)
    (only,) = coefficients_of(found, 1)
    # Residual variance 8 / 5, its standard error sqrt(1.6 / 8); t of 5 degrees of freedom 2.5706.
    half = 2.570581835636314 * np.sqrt(0.2)
    assert only.name == "b"
    assert (only.value, only.low, only.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half))


def test_a_risk_has_walds_interval():
    # Of four without b one has the event, of four with it three: log odds ratio 2 log 3.
    half_b = (B + 1) / 2
    y = np.array([0.0, 1, 0, 1, 0, 1, 1, 0])
    found = fit_unpenalised(two_models("logit"), np.array([np.column_stack([A, half_b])]), y)
    (only,) = coefficients_of(found, 1)
    assert only.value == pytest.approx(2 * np.log(3), rel=1e-6)
    half = 1.959963984540054 * np.sqrt(found.fits[1][0].covariance[2, 2])
    assert only.high - only.value == pytest.approx(half)


def test_imputations_that_agree_give_every_test_the_statistic_of_one():
    one = np.column_stack([A, B])
    found = fit_unpenalised(two_models(), np.array([one, one]), Y)
    wald, _, ratio = block_tests.tests_of(found, 1)
    assert wald.statistic == pytest.approx(2.0**2 / 0.2)
    assert ratio.statistic == pytest.approx(8 * np.log(5))
    assert found.log_likelihood_at_mean(1) == pytest.approx(
        [fit.log_likelihood for fit in found.fits[1]]
    )


def test_standardised_functions_go_back_to_their_own_scale():
    models = dataclasses.replace(
        two_models(), center=np.array([5.0, 0.0]), scale=np.array([2.0, 4.0])
    )
    basis = np.column_stack([(A - 5.0) / 2.0, B / 4.0])
    found = fit_unpenalised(models, np.array([basis, basis]), Y)
    raw = fit_unpenalised(two_models(), np.array([np.column_stack([A, B])] * 2), Y)
    for scaled, own in zip(found.fits[1], raw.fits[1], strict=True):
        assert scaled.coefficients == pytest.approx(own.coefficients)
    assert found.log_likelihood_at_mean(1) == pytest.approx(raw.log_likelihood_at_mean(1))
    assert coefficients_of(found, 1)[0].value == pytest.approx(coefficients_of(raw, 1)[0].value)


def test_bends_of_a_spline_carry_primes():
    assert function_names(two_models(knots=(1.0, 2.0, 3.0, 4.0))) == ["a", "b", "b'", "b''"]
