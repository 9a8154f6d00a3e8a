"""How the risks of a calibrated model are spread: hand counts and a simulated cohort."""

import math

import numpy as np
import pytest

from hiprisk.inference.samplesize.risks import (
    beta_risks,
    cox_snell_from_c,
    normal_risks,
    risks_from_c,
    risks_from_cox_snell,
)


def test_cox_snell_from_c_equals_a_simulated_cohort():
    rng = np.random.default_rng(5)
    n, phi, c = 400_000, 0.2, 0.75
    apart = math.sqrt(2) * 0.6744897501960817
    y = rng.random(n) < phi
    x = rng.normal(size=n) + apart * y
    lp = math.log(phi / (1 - phi)) + apart * x - apart**2 / 2
    gain = np.mean(y * lp - np.logaddexp(0, lp)) - (
        y.mean() * math.log(y.mean()) + (1 - y.mean()) * math.log(1 - y.mean())
    )
    assert cox_snell_from_c(c, phi) == pytest.approx(1 - math.exp(-2 * gain), abs=0.002)


def test_c_statistic_of_the_assumed_risks_is_the_one_assumed():
    risks = risks_from_c(0.8, 0.1)
    assert risks.c_statistic == pytest.approx(0.8, abs=1e-4)
    assert risks.prevalence == pytest.approx(0.1, abs=1e-6)


def test_risks_of_a_given_cox_snell_have_it():
    risks = risks_from_cox_snell(0.12, 0.3)
    assert risks.cox_snell == pytest.approx(0.12, abs=1e-6)
    assert risks.prevalence == pytest.approx(0.3, abs=1e-6)


def test_information_of_risks_equals_hand_count():
    # A risk of one half for everybody but a hair's breadth: 1/4 a person.
    assert normal_risks(0.0, 1e-6).information()[0, 0] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("a", "b"), [(0.05, 0.05), (0.5, 0.5), (1.33, 1.75), (3, 100), (0.05, 1e4), (1e4, 1e4)]
)
def test_beta_risks_have_the_moments_of_the_distribution(a, b):
    risks = beta_risks(a, b)
    assert risks.prevalence == pytest.approx(a / (a + b), rel=1e-9)
    mean_variance = a * b / ((a + b) * (a + b + 1))  # of the outcome given the risk
    assert risks.information()[0, 0] == pytest.approx(mean_variance, rel=1e-9)


def test_sensitivity_of_beta_risks_is_the_tail_of_the_events():
    # Beta(2, 1) of the events: 1 - 0.4^2.
    assert beta_risks(1, 1).sensitivity(0.4) == pytest.approx(0.84, abs=5e-4)


def test_the_central_people_end_at_the_quantiles_of_a_normal():
    found = normal_risks(0.5, 2.0).central()
    assert [found[0], found[-1]] == pytest.approx([0.5 - 1.96 * 2.0, 0.5 + 1.96 * 2.0], abs=0.01)
