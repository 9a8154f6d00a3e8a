"""People needed to validate a model elsewhere: Archer, pmvalsampsize, simulated studies."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

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
EXTERNAL = json.loads((ORACLES / "pmvalsampsize.json").read_text())["binary"]


def sizes(answer):
    return {row.name: row.n for row in answer.criteria}


def test_archer_for_a_continuous_outcome():
    targets = ExternalTargets(mean_width=5.0)
    answer = external_size("continuous", SampleSizeSettings(r2=0.3, sd=20, external=targets))
    # Unrounded 903.6, 172.1 and 897.4; a minimum is rounded up.
    assert [row.n for row in answer.criteria] == [904, 173, 898, 235]


@pytest.mark.parametrize("case", EXTERNAL)
def test_binary_criteria_equal_pmvalsampsize_within_its_simulation(case):
    lp = {name: case[name] for name in ("lp_mean", "lp_sd") if name in case}
    expected = SampleSizeSettings(
        prevalence=case["prevalence"],
        c_statistic=case["c_statistic"],
        external=ExternalTargets(oe_width=case["oe_width"], **lp),
    )
    found = sizes(external_size("binary", expected))
    for name, n in case["n"].items():
        assert found[name] == pytest.approx(n, rel=0.005), name


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
