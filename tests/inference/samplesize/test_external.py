"""People needed to validate a model elsewhere: Archer, pmvalsampsize, simulated studies."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, norm

from hiprisk.config import ExternalTargets, SampleSizeSettings
from hiprisk.inference.samplesize import (
    external_size,
)
from hiprisk.inference.samplesize.external import c_standard_error, net_benefit_variance
from hiprisk.inference.samplesize.risks import (
    risks_from_c,
)
from hiprisk.metrics.discrimination import c_statistic

ROOT = Path(__file__).resolve().parents[3]
ORACLES = ROOT / "tests" / "oracles"
DESCRIPTION = ("lp_mean", "lp_sd", "risk_alpha", "risk_beta")
EXTERNAL = json.loads((ORACLES / "pmvalsampsize.json").read_text())["binary"]


def sizes(answer):
    return {row.name: row.n for row in answer.criteria}


def test_archer_for_a_continuous_outcome():
    targets = ExternalTargets(mean_width=5.0)
    answer = external_size("continuous", SampleSizeSettings(r2=0.3, sd=20, external=targets))
    # Unrounded 903.6, 172.1 and 897.4; a minimum is rounded up.
    assert [row.n for row in answer.criteria] == [904, 173, 898, 235]


def test_assumptions_of_a_continuous_outcome_are_varied_a_little():
    targets = ExternalTargets(mean_width=1.0)
    answer = external_size("continuous", SampleSizeSettings(r2=0.3, sd=20, external=targets))
    sd = answer.assumptions[0]
    # The mean error decides: (2 x 1.96)^2 x SD^2 x 0.7, with an SD of 18 and of 22.
    assert (sd.name, sd.low, sd.n_low) == ("sd", 18.0, 3485)
    assert (sd.value, sd.high, sd.n_high) == (20.0, 22.0, 5206)
    (r2,) = (row for row in answer.assumptions if row.name == "r2")
    assert (r2.low, r2.high) == (0.25, 0.35)


@pytest.mark.parametrize(("c", "low", "high"), [(0.75, 0.7, 0.8), (0.53, 0.505, 0.58)])
def test_the_c_statistic_is_varied_by_five_hundredths_inside_its_range(c, low, high):
    answer = external_size("binary", SampleSizeSettings(prevalence=0.3, c_statistic=c))
    (found,) = (row for row in answer.assumptions if row.name == "c_statistic")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.n_low > answer.n_required > found.n_high


@pytest.mark.parametrize("case", EXTERNAL)
def test_binary_criteria_equal_pmvalsampsize_within_its_simulation(case):
    stated = {"prevalence": case["prevalence"], "c_statistic": case["c_statistic"]}
    targets = ExternalTargets(oe_width=case["oe_width"])
    found = sizes(external_size("binary", SampleSizeSettings(**stated, external=targets)))
    described = {name: case[name] for name in DESCRIPTION if name in case}
    if described:
        # Two of the cases state a prevalence that their distribution contradicts.
        alone = SampleSizeSettings(external=ExternalTargets(**described))
        found["calibration slope"] = sizes(external_size("binary", alone))["calibration slope"]
    for name, n in case["n"].items():
        assert found[name] == pytest.approx(n, rel=0.005), name


def test_a_consistent_case_of_pmvalsampsize_in_one():
    case = EXTERNAL[-1]
    targets = ExternalTargets(lp_mean=case["lp_mean"], lp_sd=case["lp_sd"])
    expected = SampleSizeSettings(
        prevalence=case["prevalence"], c_statistic=case["c_statistic"], external=targets
    )
    answer = external_size("binary", expected)
    assert answer.n_required == pytest.approx(case["n"]["calibration slope"], rel=0.005)
    assert answer.warnings == ()
    given = dict(answer.given)
    assert given["lp_sd"] == 1.22
    assert given["implied_prevalence"] == pytest.approx(0.2013, abs=1e-4)
    assert given["implied_c_statistic"] == pytest.approx(0.7819, abs=1e-4)


def _people_by_quadrature(density, low, high, prevalence, c):
    """People for O/E, slope and C at the usual widths; moments by adaptive quadrature."""

    def moment(power):
        def integrand(x):
            p = 1 / (1 + math.exp(-x))
            return density(x) * p * (1 - p) * x**power

        return quad(integrand, low, high, limit=400)[0]

    i00, i01, i11 = (moment(power) for power in range(3))
    slope = (2 * 1.959964 / 0.2) ** 2 * i00 / (i00 * i11 - i01**2)
    log_half_width = math.asinh(0.2 / 2)
    oe = (1.959964 / log_half_width) ** 2 * (1 - prevalence) / prevalence
    discrimination = next(
        n for n in range(100, 4000) if 2 * 1.959964 * c_standard_error(c, n, prevalence) <= 0.1
    )
    return {
        "observed over expected": math.ceil(oe),
        "calibration slope": math.ceil(slope),
        "C statistic": discrimination,
    }


@pytest.mark.slow
def test_normal_linear_predictor_equals_quadrature():
    mean, sd = -1.2, 0.9
    density = norm(mean, sd).pdf
    prevalence = quad(lambda x: density(x) / (1 + math.exp(-x)), -12, 10)[0]

    def events_above(x):  # pairs of an event at x and a non-event below it
        below = quad(lambda y: density(y) / (1 + math.exp(y)), -12, x)[0]
        return density(x) / (1 + math.exp(-x)) * below

    c = quad(events_above, -12, 10)[0] / (prevalence * (1 - prevalence))
    answer = external_size(
        "binary", SampleSizeSettings(external=ExternalTargets(lp_mean=mean, lp_sd=sd))
    )
    assert answer.prevalence == pytest.approx(prevalence, rel=1e-8)
    assert dict(answer.given)["c_statistic"] == pytest.approx(c, abs=1e-6)
    expected = _people_by_quadrature(density, -12, 10, prevalence, c)
    found = sizes(answer)
    assert {name: found[name] for name in expected} == expected


def test_beta_distribution_equals_its_closed_forms():
    a, b, threshold = 1.33, 1.75, 0.4
    # Of calibrated risks the events have Beta(a + 1, b), the non-events Beta(a, b + 1).
    events, others = beta(a + 1, b), beta(a, b + 1)
    c = quad(lambda p: events.pdf(p) * others.cdf(p), 0, 1)[0]
    targets = ExternalTargets(risk_alpha=a, risk_beta=b, threshold=threshold)
    answer = external_size("binary", SampleSizeSettings(external=targets))
    phi = a / (a + b)
    assert answer.prevalence == pytest.approx(phi, rel=1e-10)
    assert dict(answer.given)["c_statistic"] == pytest.approx(c, abs=1e-4)

    def density(x):
        p = 1 / (1 + math.exp(-x))
        return beta.pdf(p, a, b) * p * (1 - p)

    expected = _people_by_quadrature(density, -30, 30, phi, c)
    variance = net_benefit_variance(events.sf(threshold), others.cdf(threshold), phi, threshold)
    expected["net benefit"] = math.ceil((2 * 1.959964 / 0.2) ** 2 * variance)
    found = sizes(answer)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1)


def test_the_band_of_the_calibration_curve_equals_quadrature():
    def expected(x, power):
        return norm.pdf(x) * x**power * math.exp(-x) / (1 + math.exp(-x)) ** 2

    # Log odds about 0: intercept and slope are uncorrelated.
    level, slope = (1 / quad(expected, -8, 8, args=(power,))[0] for power in (0, 2))
    x = np.linspace(-1.959964, 1.959964, 2001)
    risk = 1 / (1 + np.exp(-x))
    widest = np.max(2 * 1.959964 * risk * (1 - risk) * np.sqrt(level + x**2 * slope))
    targets = ExternalTargets(lp_mean=0.0, lp_sd=1.0, curve_width=0.08)
    found = sizes(external_size("binary", SampleSizeSettings(external=targets)))
    assert found["calibration curve"] == pytest.approx((widest / 0.08) ** 2, rel=2e-3)


def test_the_most_influential_assumption_is_of_the_distribution():
    targets = ExternalTargets(lp_mean=-1.75, lp_sd=1.22)
    answer = external_size("binary", SampleSizeSettings(external=targets))
    assert answer.assumptions[0].name == "lp_sd"
    assert answer.assumptions[0].n_low > answer.n_required > answer.assumptions[0].n_high
    assert any("SD of the linear predictor = 1.22" in line for line in answer.sentences())


def _simulated_measures(risks, n, times, threshold, rng):
    """Standardised net benefit, log O/E and C of simulated studies of calibrated risks."""
    found = []
    w = threshold / (1 - threshold)
    for _ in range(times):
        p = risks.risk[rng.choice(len(risks.lp), n, p=risks.share)]
        y = rng.random(n) < p
        acted = p >= threshold
        benefit = np.mean(acted & y) - np.mean(acted & ~y) * w
        found.append((benefit / y.mean(), math.log(y.mean() / p.mean()), c_statistic(y, p)))
    return np.std(found, axis=0, ddof=1)


def test_widths_are_those_of_simulated_studies():
    rng = np.random.default_rng(11)
    risks, n, threshold = risks_from_c(0.75, 0.3), 600, 0.25
    spread, _, c = _simulated_measures(risks, n, 400, threshold, rng)
    phi = risks.prevalence
    variance = net_benefit_variance(
        risks.sensitivity(threshold), risks.specificity(threshold), phi, threshold
    )
    assert spread == pytest.approx(math.sqrt(variance / n), rel=0.1)
    assert c == pytest.approx(c_standard_error(0.75, n, phi), rel=0.1)


def test_net_benefit_variance_equals_hand_count():
    # Prevalence 1/2, threshold 1/2: w = 1; .8 x .2 / .5 + .6 x .4 / .5 + .16 / .25.
    assert net_benefit_variance(0.8, 0.6, 0.5, 0.5) == pytest.approx(0.32 + 0.48 + 0.64)


def test_net_benefit_variance_weighs_false_positives():
    # Threshold 1/5: w = 1/4, its square 1/16.
    expected = 0.32 + 0.24 / 0.5 / 16 + 0.16 / 0.25 / 16
    assert net_benefit_variance(0.8, 0.6, 0.5, 0.2) == pytest.approx(expected)


def test_standard_error_of_c_equals_hand_count():
    # Four people, half of them events, C 3/4: n / 2 - 1 = 1.
    spread = 0.1875 * (1 + 0.25 / 1.25 + 0.75 / 1.75)
    assert c_standard_error(0.75, 4, 0.5) == pytest.approx(math.sqrt(spread / (16 * 0.25)))


def test_calibration_curve_is_shown_beside_and_sharpens_with_people():
    answer = external_size("binary", SampleSizeSettings(prevalence=0.3, c_statistic=0.75), n=4000)
    row = next(row for row in answer.criteria if row.name == "calibration curve")
    assert not row.counted
    assert row.reached == pytest.approx(0.1 * math.sqrt(row.n / 4000), rel=1e-3)
