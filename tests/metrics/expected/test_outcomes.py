"""Expected errors and coverage: closed forms of the normal, and a million draws."""

import numpy as np
import pytest
from scipy.stats import norm

from hiprisk.metrics.expected.outcomes import expected_coverage, expected_errors
from hiprisk.metrics.forecast.distribution import forecast

# Fine enough for the normal: 0.0045 standard deviations apart.
FINE = norm.cdf(np.linspace(-4.5, 4.5, 2_001))
COARSE = np.array([0.02, 0.1, 0.3, 0.5, 0.8, 0.97])
SKEWED = np.array([-1.4, -0.9, -0.5, -0.2, 0.8, 2.9])
N_DRAWS = 1_000_000


def normal(mean, scale, **bounds):
    return forecast(mean, scale, probabilities=FINE, quantiles=norm.ppf(FINE), **bounds)


def skewed(mean, scale, **bounds):
    return forecast(mean, scale, probabilities=COARSE, quantiles=SKEWED, **bounds)


def drawn(law, person, *, seed=0):
    residual = np.interp(
        np.random.default_rng(seed).random(N_DRAWS),
        law.laws[0].probabilities,
        law.laws[0].quantiles,
    )
    return np.clip(law.mean[person] + law.scale[person] * residual, law.lower, law.upper)


def test_normal_outcomes_without_bounds():
    mean, scale = np.array([10.0, 20.0, 40.0]), np.array([4.0, 5.0, 6.0])
    law = normal(mean, scale)
    found = expected_errors(mean, law)
    assert found.mae == pytest.approx(np.mean(scale) * np.sqrt(2 / np.pi), rel=1e-3)
    assert found.mse == pytest.approx(np.mean(scale**2), rel=1e-3)
    assert found.rmse == pytest.approx(np.sqrt(np.mean(scale**2)), rel=1e-3)
    assert found.mean_outcome == pytest.approx(np.mean(mean), rel=1e-9)
    total = np.mean(scale**2) * (1 - 1 / 3) + np.var(mean)
    assert found.r2 == pytest.approx(1 - np.mean(scale**2) / total, abs=1e-3)


def test_predictions_beside_the_mean_cost_their_bias():
    mean, scale = np.array([10.0, 20.0]), np.array([4.0, 4.0])
    found = expected_errors(mean + 3.0, normal(mean, scale))
    assert found.mse == pytest.approx(16.0 + 9.0, rel=1e-3)
    # Folded normal with mean 3 and standard deviation 4.
    folded = 4 * np.sqrt(2 / np.pi) * np.exp(-9 / 32) + 3 * (1 - 2 * norm.cdf(-0.75))
    assert found.mae == pytest.approx(folded, rel=1e-3)


def test_a_normal_outcome_censored_at_its_bound():
    # Mean and variance of max(Y, 0) for Y normal with mean 1 and standard deviation 2.
    law = normal([1.0, 1.0], [2.0, 2.0], lower=0.0)
    a = 0.5
    center = norm.cdf(a) * 1.0 + 2.0 * norm.pdf(a)
    second = norm.cdf(a) * (1.0 + 4.0) + 1.0 * 2.0 * norm.pdf(a)
    assert law.expectation()[0] == pytest.approx(center, rel=1e-4)
    assert law.variance()[0] == pytest.approx(second - center**2, rel=1e-3)


@pytest.mark.parametrize(
    ("mean", "scale", "predicted"),
    [(50.0, 12.0, 50.0), (4.0, 15.0, 4.0), (97.0, 30.0, 92.0), (30.0, 10.0, 99.0)],
)
def test_a_skewed_bounded_law_equals_a_million_draws(mean, scale, predicted):
    law = skewed([mean], [scale], lower=0.0, upper=100.0)
    y = drawn(law, 0)
    # Four Monte-Carlo errors: 4 x 40 / 1000 for means of distances, of squares as drawn.
    errors = expected_errors(np.array([predicted]), law)
    assert errors.mae == pytest.approx(np.mean(np.abs(y - predicted)), abs=0.16)
    square = (y - predicted) ** 2
    assert errors.mse == pytest.approx(square.mean(), abs=4 * square.std() / 1_000)
    assert law.variance()[0] == pytest.approx(y.var(), rel=0.01)
    for level in (0.8, 0.95):
        low, high = law.quantile((1 - level) / 2)[0], law.quantile((1 + level) / 2)[0]
        inside = np.mean((y >= low) & (y <= high))
        assert expected_coverage(law, level, law) == pytest.approx(inside, abs=0.002)


def test_coverage_of_a_law_by_itself_is_the_level():
    law = normal(np.linspace(10, 60, 9), np.full(9, 7.0))
    assert expected_coverage(law, 0.95, law) == pytest.approx(0.95, abs=1e-9)


def test_coverage_of_intervals_of_half_the_width():
    mean = np.zeros(2)
    narrow, wide = normal(mean, np.ones(2)), normal(mean, np.full(2, 2.0))
    covered = 2 * norm.cdf(norm.ppf(0.975) / 2) - 1
    assert expected_coverage(narrow, 0.95, wide) == pytest.approx(covered, abs=1e-5)


def test_an_outcome_that_cannot_vary_has_no_r2():
    law = skewed([-900.0, -900.0], [5.0, 5.0], lower=0.0, upper=100.0)
    found = expected_errors(np.zeros(2), law)
    assert (found.r2, found.mae, found.mse) == (None, 0.0, 0.0)


def test_each_person_by_the_law_of_the_own_fold():
    from hiprisk.metrics.forecast.distribution import joined

    one, other = skewed([20.0], [10.0]), normal([30.0], [5.0])
    both = joined([one, other], [np.array([1]), np.array([0])])
    assert both.variance() == pytest.approx([other.variance()[0], one.variance()[0]], rel=1e-12)
    at = np.array([33.0, 12.0])
    assert both.absolute_difference(at) == pytest.approx(
        [other.absolute_difference(at[:1])[0], one.absolute_difference(at[1:])[0]], rel=1e-12
    )
