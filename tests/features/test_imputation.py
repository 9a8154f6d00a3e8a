"""The normal model: EM against closed forms, draws against conditional distributions."""

import numpy as np
import pytest

from hiprisk.bootstrap import Persons
from hiprisk.errors import InputError
from hiprisk.features.imputation import (
    balanced_noise,
    draw_imputations,
    draw_with_fixed_noise,
    multiple_imputations,
)
from hiprisk.features.normal_fit import fit_normal
from hiprisk.sheet.conditional_normal import NormalModel, condition


def correlated(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    mixing = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [-0.5, 0.3, 0.8]])
    return rng.normal(size=(n, 3)) @ mixing.T * [1.0, 10.0, 0.1] + [5.0, -20.0, 0.0]


def test_without_missing_values_em_gives_the_sample_moments():
    data = correlated(200)
    fit = fit_normal(data)
    assert fit.mean == pytest.approx(data.mean(axis=0))
    # The prior takes a thousandth off each correlation.
    assert fit.covariance == pytest.approx(np.cov(data.T, bias=True), rel=2e-3, abs=1e-3)
    assert fit.n_iterations == 1


def test_monotone_missing_values_have_a_closed_form():
    # Second column missing where the first is large: regression of second on first, then moments.
    data = correlated(600)[:, :2]
    lost = data[:, 0] > 5.5
    incomplete = data.copy()
    incomplete[lost, 1] = np.nan
    seen = data[~lost]
    slope = np.cov(seen.T, bias=True)[0, 1] / seen[:, 0].var()
    expected = seen[:, 1].mean() + slope * (data[:, 0].mean() - seen[:, 0].mean())
    residual = seen[:, 1].var() - slope**2 * seen[:, 0].var()
    fit = fit_normal(incomplete, tolerance=1e-9)
    assert fit.mean[1] == pytest.approx(expected, rel=2e-3)
    assert fit.covariance[1, 1] == pytest.approx(residual + slope**2 * data[:, 0].var(), rel=5e-3)


def test_where_values_go_missing_at_random_em_finds_the_truth():
    data = correlated(20_000)
    rng = np.random.default_rng(1)
    incomplete = data.copy()
    incomplete[rng.random(20_000) < 1 / (1 + np.exp(-2 * (data[:, 0] - 5))), 1] = np.nan
    assert abs(np.nanmean(incomplete[:, 1]) - data[:, 1].mean()) > 2.0
    assert fit_normal(incomplete).mean[1] == pytest.approx(data[:, 1].mean(), abs=0.3)


def test_a_warm_start_ends_at_the_same_place_sooner():
    data = correlated(500)
    data[np.random.default_rng(2).random(data.shape) < 0.2] = np.nan
    cold = fit_normal(data, tolerance=1e-8)
    warm = fit_normal(data, start=cold, tolerance=1e-8)
    assert warm.n_iterations < cold.n_iterations
    assert warm.mean == pytest.approx(cold.mean, rel=1e-5)


def test_conditional_means_equal_the_textbook_formula():
    mean = np.array([1.0, 2.0, 3.0])
    covariance = np.array([[2.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 1.5]])
    row = np.array([np.nan, 2.5, np.nan])
    (group,) = condition(NormalModel.from_covariance(mean, covariance), list(row[:, None]))
    lacking, known = [0, 2], [1]
    pull = covariance[np.ix_(lacking, known)] @ np.linalg.inv(covariance[np.ix_(known, known)])
    assert np.ravel(group.means) == pytest.approx(mean[lacking] + pull @ [0.5])


def test_draws_have_the_conditional_covariance():
    covariance = np.array([[2.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 1.5]])
    model = NormalModel.from_covariance(np.zeros(3), covariance)
    data = np.column_stack([np.full(50_000, np.nan), np.full(50_000, 0.7), np.full(50_000, np.nan)])
    (drawn,) = draw_imputations(data, model, n_draws=1, rng=np.random.default_rng(0))
    lacking, known = [0, 2], [1]
    pull = covariance[np.ix_(lacking, known)] / covariance[1, 1]
    expected = covariance[np.ix_(lacking, lacking)] - pull @ covariance[np.ix_(known, lacking)]
    assert np.cov(drawn[:, lacking].T) == pytest.approx(expected, abs=0.04)


def test_draws_are_those_of_each_row_with_its_own_noise():
    data = correlated(200)
    data[np.random.default_rng(3).random(data.shape) < 0.3] = np.nan
    model = fit_normal(data).model()
    (drawn,) = draw_imputations(data, model, n_draws=1, rng=np.random.default_rng(4))
    rng = np.random.default_rng(4)
    counts = np.isnan(data).sum(axis=1)
    for count in (1, 2, 3):
        rows = np.flatnonzero(counts == count)
        for row, noise in zip(rows, rng.standard_normal((count, len(rows))).T, strict=True):
            m = np.isnan(data[row])
            own = model.precision[np.ix_(m, m)]
            known = model.precision[np.ix_(m, ~m)] @ (data[row, ~m] - model.mean[~m])
            shift = np.linalg.solve(np.linalg.cholesky(own).T, noise) - np.linalg.solve(own, known)
            np.testing.assert_allclose(drawn[row, m], model.mean[m] + shift, rtol=1e-10)


def test_imputations_go_by_their_generators_and_by_persons():
    data = correlated(100)
    data[::3, 1] = np.nan
    whole = fit_normal(data)

    def completed(seeds, persons, rows=None):
        generators = [np.random.default_rng(seed) for seed in seeds]
        return list(multiple_imputations(data, generators, whole=whole, persons=persons, rows=rows))

    alone = Persons.of(np.arange(100))
    first, second = completed([1, 2], alone)
    assert (first != second).any()
    np.testing.assert_array_equal(completed([2], alone)[0], second)
    # In pairs, other rows are drawn; without persons, no parameters are.
    assert (completed([1], Persons.of(np.arange(100) // 2))[0] != first).any()
    (improper,) = completed([1], None)
    expected = draw_imputations(data, whole.model(), n_draws=1, rng=np.random.default_rng(1))[0]
    np.testing.assert_array_equal(improper, expected)
    rows = np.arange(100) < 50
    assert completed([1], alone, rows)[0].shape == (50, 3)


def test_known_values_are_returned_as_they_are():
    data = correlated(100)
    data[::3, 1] = np.nan
    model = fit_normal(data).model()
    for drawn in draw_with_fixed_noise(data, model, balanced_noise(4, 3, np.random.default_rng(0))):
        known = ~np.isnan(data)
        assert (drawn[known] == data[known]).all()
        assert not np.isnan(drawn).any()


def test_opposite_draws_average_to_the_conditional_mean():
    data = correlated(50)
    data[::2, 1:] = np.nan
    model = fit_normal(data).model()
    drawn = draw_with_fixed_noise(data, model, balanced_noise(6, 3, np.random.default_rng(0)))
    (group,) = condition(model, [np.ascontiguousarray(column) for column in data.T])
    mean = np.mean(drawn, axis=0)
    assert mean[group.rows, 1] == pytest.approx(group.means[0])


@pytest.mark.parametrize(("n_draws", "width"), [(20, 20), (20, 3), (20, 1), (2, 7), (50, 12)])
def test_balanced_noise_has_mean_and_covariance_of_standard_normal_numbers(n_draws, width):
    noise = balanced_noise(n_draws, width, np.random.default_rng(1))
    assert len(noise) >= n_draws
    assert noise.mean(axis=0) == pytest.approx(np.zeros(width), abs=1e-14)
    assert np.atleast_2d(np.cov(noise.T)) == pytest.approx(np.eye(width), abs=1e-12)


def test_noise_of_very_many_columns_stays_small_with_the_right_variances():
    noise = balanced_noise(10, 60, np.random.default_rng(1))
    assert noise.shape == (10, 60)
    assert noise.mean(axis=0) == pytest.approx(np.zeros(60), abs=1e-14)
    assert noise.var(axis=0, ddof=1) == pytest.approx(np.ones(60))


@pytest.mark.parametrize(("width", "n_draws"), [(32, 64), (33, 10)])
def test_a_set_of_64_draws_is_the_largest_that_is_made_whole(width, n_draws):
    assert len(balanced_noise(10, width, np.random.default_rng(1))) == n_draws


def test_draws_of_a_linear_predictor_have_its_conditional_variance():
    data = correlated(80)
    data[::2, 1:] = np.nan
    model = fit_normal(data).model()
    beta = np.array([0.3, -2.0, 1.1])
    noise = balanced_noise(20, 3, np.random.default_rng(0))
    lp = np.array([part @ beta for part in draw_with_fixed_noise(data, model, noise)])
    exact = beta[1:] @ np.linalg.inv(model.precision[1:, 1:]) @ beta[1:]
    assert lp[:, ::2].var(axis=0, ddof=1) == pytest.approx(exact, rel=1e-9)


def test_few_columns_are_drawn_at_many_distances():
    noise = balanced_noise(40, 1, np.random.default_rng(0))[:, 0]
    assert np.mean(noise**4) == pytest.approx(3.0, rel=0.2)
    assert np.exp(noise).mean() == pytest.approx(np.exp(0.5), rel=0.03)


def test_a_column_that_is_missing_in_every_row_is_refused():
    with pytest.raises(InputError, match="column 1 is missing in every row"):
        fit_normal(np.array([[1.0, np.nan], [2.0, np.nan]]))


def test_a_constant_column_keeps_the_model_invertible():
    data = np.column_stack([correlated(50), np.ones(50)])
    data[3, 3] = np.nan
    fit_normal(data).model()


def test_a_covariance_that_is_none_is_refused():
    with pytest.raises(InputError, match="not positive definite"):
        NormalModel.from_covariance(np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]))
