"""Distance of two cohorts freed of chance: by hand, against R, and by simulation."""

import numpy as np
import pytest
from scipy.stats import ncf, norm

from hiprisk.errors import InputError
from hiprisk.validation.external.mean_difference import (
    Moments,
    _chance,
    _normal_below,
    _trace_of_square,
    covariance_of_mean,
    separation,
    standardised_difference,
    standardised_difference_estimate,
)


def moments(mean, n, *, p=5):
    """Uncorrelated columns; divisor n."""
    return Moments(
        mean=np.asarray(mean, float),
        covariance=np.eye(p) * ((n - 1.0) / n if n else 1.0),
        known=np.full(p, float(n)) if n else None,
    )


def of_sample(values, clusters=None):
    return Moments(
        mean=values.mean(axis=0),
        covariance=np.cov(values, rowvar=False, bias=True),
        known=np.full(values.shape[1], float(len(values))),
        of_mean=None
        if clusters is None
        else covariance_of_mean(values, values.mean(axis=0), clusters),
        n_clusters=None if clusters is None else len(np.unique(clusters)),
    )


def test_limits_equal_those_of_r():
    # R 4.2.2, uniroot over pf(..., ncp) and pchisq(..., ncp): D2 = 0.30, p = 5, n = 80, m = 674.
    mean = np.array([np.sqrt(0.30), 0, 0, 0, 0])
    found = separation(moments(np.zeros(5), 674), moments(mean, 80)).distance
    assert found.low == pytest.approx(0.23603195, abs=1e-6)
    assert found.high == pytest.approx(0.73536226, abs=1e-6)
    exact = separation(moments(np.zeros(5), None), moments(mean, 80)).distance
    assert exact.low == pytest.approx(0.26373152, abs=1e-6)
    assert exact.high == pytest.approx(0.72713821, abs=1e-6)


def test_what_chance_gives_is_taken_off_by_hand():
    mean = np.array([np.sqrt(0.30), 0, 0, 0, 0])
    found = separation(moments(np.zeros(5), 674), moments(mean, 80))
    # nu = 752: 746 / 752 x 0.30 - 5 (1 / 80 + 1 / 674)
    expected = np.sqrt(746 / 752 * 0.30 - 5 * (1 / 80 + 1 / 674))
    assert found.apparent == pytest.approx(np.sqrt(0.30))
    assert found.distance.value == pytest.approx(expected, rel=1e-9)
    # The normal curve at 0.4772 / root 2.
    assert found.c_statistic.value == pytest.approx(0.6321, abs=1e-4)
    exact = separation(moments(np.zeros(5), None), moments(mean, 80)).distance
    assert exact.value == pytest.approx(np.sqrt(0.30 - 5 / 80), rel=1e-9)


@pytest.mark.parametrize("n", [80, 300])
def test_equal_cohorts_are_called_equal_and_unequal_ones_covered(n):
    rng = np.random.default_rng(n)
    p, m, shift = 20, 674, 0.5
    mixing = np.linalg.cholesky(0.4 + 0.6 * np.eye(p))
    direction = np.zeros(p)
    # A shift of one column by 0.5 x its conditional spread is a distance of at least 0.5.
    inverse = np.linalg.inv(mixing @ mixing.T)
    direction[0] = shift / np.sqrt(inverse[0, 0])
    apparent, equal, covered = [], 0, 0
    for _ in range(100):
        old = of_sample(rng.standard_normal((m, p)) @ mixing.T)
        new = rng.standard_normal((n, p)) @ mixing.T
        same = separation(old, of_sample(new))
        apparent.append(same.apparent)
        equal += same.distance.low == 0.0
        moved = separation(old, of_sample(new + direction)).distance
        covered += moved.low <= shift <= moved.high
    assert np.mean(np.square(apparent)) == pytest.approx(p * (1 / n + 1 / m), rel=0.15)
    # 97.5 and 95 of 100, with two Monte-Carlo errors of 100 trials.
    assert equal / 100 >= 0.95
    assert covered / 100 == pytest.approx(0.95, abs=0.045)


def test_people_of_a_site_are_alike_and_count_for_less():
    rng = np.random.default_rng(5)
    p, per_site, n_sites = 6, 60, 12

    def cohort():
        sites = np.repeat(np.arange(n_sites), per_site)
        own = 0.4 * rng.standard_normal((n_sites, p))
        return own[sites] + rng.standard_normal((len(sites), p)), sites

    alone = clustered = 0
    for _ in range(80):
        (old, _), (new, sites) = cohort(), cohort()
        alone += separation(of_sample(old), of_sample(new)).distance.low > 0
        clustered += separation(of_sample(old), of_sample(new, sites)).distance.low > 0
    assert alone / 80 > 0.5
    assert clustered / 80 <= 0.06


def test_covariance_of_the_mean_by_hand():
    # Deviations -1.5, -0.5, 0.5, 1.5 over 4; sums by cluster -0.5 and 0.5; 2 x (0.25 + 0.25)
    found = covariance_of_mean(
        np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([2.5]), np.array([0, 0, 1, 1])
    )
    assert found == pytest.approx(np.array([[1.0]]))


def test_a_constant_column_and_a_far_cohort():
    rng = np.random.default_rng(3)
    old, new = rng.standard_normal((500, 3)), rng.standard_normal((200_000, 3)) + 2.0
    old[:, 2] = new[:, 2] = 1.0
    found = separation(of_sample(old), of_sample(new))
    assert found.distance.low < np.sqrt(8.0) < found.distance.high
    assert found.distance.high - found.distance.low < 1.0


def test_too_few_people_and_no_number_at_all():
    mean = np.zeros(5)
    assert separation(moments(mean, 4), moments(mean, 4)).distance is None
    with pytest.raises(InputError, match="number of people is needed"):
        separation(moments(mean, 80), moments(mean, None))


def test_people_who_do_not_vary_have_no_distance():
    same = Moments(mean=np.zeros(2), covariance=np.zeros((2, 2)), known=np.full(2, 50.0))
    found = separation(same, same)
    assert (found.apparent, found.distance, found.c_statistic) == (0.0, None, None)


def test_a_large_noncentrality_by_hand():
    # Chi-squared of 4 degrees and noncentrality 10000: mean 10004, variance 2 (4 + 20000).
    one_above = 10_004.0 + np.sqrt(40_008.0)
    assert _normal_below(one_above, 4.0, None, 10_000.0) == pytest.approx(norm.cdf(1.0))
    # In a covariance of 105 degrees: mean 10004 x 105 / 100, and its square x 2 / 105 more.
    one_above = 10_504.2 + np.sqrt(40_008.0 + 2.0 * 10_504.2**2 / 105.0)
    assert _normal_below(one_above, 4.0, 105.0, 10_000.0) == pytest.approx(norm.cdf(1.0))
    exact = ncf.cdf(one_above * 102.0 / (105.0 * 4.0), 4.0, 102.0, 10_000.0)
    assert norm.cdf(1.0) == pytest.approx(exact, abs=0.02)


def test_the_interval_of_a_standardised_difference_is_bonetts():
    # R metafor 3.8-1, escalc(measure = "SMDH", m1i = 55, sd1i = 8, n1i = 80000, m2i = 50,
    # sd2i = 12, n2i = 674000): its small-sample factor is 1 at this size.
    found = standardised_difference_estimate((50.0, 12.0, 674_000.0), (55.0, 8.0, 80_000.0))
    reach = (found.high - found.low) / 2.0
    assert found.value == pytest.approx(0.490289, abs=2e-6)
    assert (reach / 1.959963984540054) ** 2 == pytest.approx(9.974423711e-06, rel=1e-4)


def test_development_known_exactly_adds_no_error():
    found = standardised_difference_estimate((0.0, 1.0, None), (0.0, 1.0, 101.0))
    assert found.high == pytest.approx(1.959963984540054 / 10.0)
    assert standardised_difference_estimate((0.0, 0.0, 9.0), (0.0, 0.0, 9.0)).low is None


def test_standardised_difference_by_hand():
    # 3 over the root of (16 + 9) / 2
    assert standardised_difference(10.0, 4.0, 13.0, 3.0) == pytest.approx(3 / np.sqrt(12.5))
    assert standardised_difference(13.0, 3.0, 10.0, 4.0) == pytest.approx(-3 / np.sqrt(12.5))


def test_the_trace_of_a_square_from_few_clusters_by_hand():
    # diag(3, 1) of 11 clusters: 100 / (9 x 12) x (10 - 16 / 10), and a fifth of 10 left in.
    own = np.diag([3.0, 1.0])
    freed = 100 / 108 * 8.4
    assert _trace_of_square(own, 4.0, 11) == pytest.approx(0.2 * 10 + 0.8 * freed)
    # Never below that of equal directions.
    assert _trace_of_square(np.diag([2.0, 1.0]), 3.0, 11) == 4.5
    # One or two clusters say nothing of how far the estimate is off.
    assert [_trace_of_square(own, 4.0, n) for n in (1, 2)] == [10.0, 10.0]


def test_what_clusters_make_of_chance_by_hand():
    own = np.diag([0.3, 0.1])
    two = Moments(mean=np.zeros(2), covariance=np.eye(2), known=np.full(2, 100.0), of_mean=own,
                  n_clusters=11)  # fmt: skip
    square = _trace_of_square(own, 0.4, 11)
    exact = _chance(moments(np.zeros(2), None, p=2), two, np.eye(2))
    assert (exact.size, exact.freedom) == pytest.approx((0.4 / square, 0.16 / square))
    # Of 50 people in as many clusters: 0.01 more in either direction, beside twice the clusters'.
    both = _chance(moments(np.zeros(2), 50, p=2), two, np.eye(2))
    whole = 4 * square + 2 * 2 * 0.01 * 0.4 + 2 * 0.01**2
    assert (both.size, both.freedom) == pytest.approx((0.82 / whole, 0.82**2 / whole))
