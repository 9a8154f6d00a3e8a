"""The distribution of residuals, and what it covers."""

import numpy as np
import pytest

from fitted_studies import fitted, spread_of
from hiprisk.learning.residual_distribution import (
    PROBABILITIES,
    residual_distribution,
    weibull_quantiles,
)
from hiprisk.sheet.distribution import PredictiveDistribution
from metric_examples import oracle, report_figures


def test_intervals_from_residuals_cover_what_they_say():
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 100, 4000)
    observed = predicted + rng.normal(size=4000) * (5 + predicted / 10)
    made = residual_distribution(observed[:2000], predicted[:2000], np.zeros(2000))
    scale = np.interp(predicted[2000:], made.levels, made.scales)
    for level, low, high in ((0.8, 0.1, 0.9), (0.95, 0.025, 0.975)):
        q = np.interp([low, high], made.probabilities, made.quantiles)
        held = observed[2000:] - predicted[2000:]
        covered = np.mean((held >= scale * q[0]) & (held <= scale * q[1]))
        assert covered == pytest.approx(level, abs=0.025)
    # The scatter that grows with the level is seen.
    assert made.scales[-1] > 1.8 * made.scales[0]


def test_ties_among_residuals_keep_the_quantiles_ascending():
    observed = np.r_[np.zeros(50), np.ones(50)]
    made = residual_distribution(observed, np.full(100, 0.5), np.zeros(100))
    assert list(made.quantiles) == sorted(set(made.quantiles))
    assert len(made.levels) == 1


def test_the_predictive_distribution_of_a_fit_covers_its_own_people(continuous):
    estimator = fitted(continuous, "linear")
    observed, out_of_fold, distribution = spread_of(continuous, estimator)
    config, _, _, design, _ = continuous
    from hiprisk.learning.sheets.export import outcome_spec

    spread = PredictiveDistribution(distribution, outcome_spec(config.outcome, design))
    scale = spread.scale(out_of_fold.predicted, out_of_fold.imputation_variance)
    lower, upper = (spread.quantile(p, out_of_fold.predicted, scale) for p in (0.1, 0.9))
    assert np.mean((observed >= lower) & (observed <= upper)) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("n", [1, 2, 40, 399, 674, 5_000])
@pytest.mark.parametrize("kind", ["continuous", "ties", "wide"])
def test_quantiles_by_one_sort_are_numpys(n, kind):
    rng = np.random.default_rng(n)
    values = {"continuous": rng.normal(size=n), "ties": rng.integers(0, 30, n) / 7.0,
              "wide": np.exp(5.0 * rng.normal(size=n))}[kind]  # fmt: skip
    probabilities = np.array(PROBABILITIES)
    theirs = np.quantile(values, probabilities, method="weibull")
    np.testing.assert_array_equal(weibull_quantiles(values, probabilities), theirs)


def test_an_interval_of_80_percent_is_that_of_rs_quantiles():
    # Seventy people are one level: everybody's residuals have the same scale.
    people = oracle("data")
    observed, predicted = (people[name].to_numpy(float) for name in ("observed", "predicted"))
    made = residual_distribution(observed, predicted, np.zeros(len(people)))
    ends = made.scales[0] * np.interp([0.1, 0.9], made.probabilities, made.quantiles)
    assert ends == pytest.approx(report_figures("forecasts")["residual_80"], rel=1e-9)
