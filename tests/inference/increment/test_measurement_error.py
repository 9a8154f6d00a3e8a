"""Allowing for measurement error: the truth comes back, and a null stays one."""

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.increment import Comparison, run_compare
from hiprisk.inference.increment.measurement_error import reconstructed
from hiprisk.learning.unpenalised import fit_logistic, fit_ols

ERROR_SD = np.array([0.8, 0.5])


def simulated(effect, *, n=40_000, seed=11, binary=False):
    """Two true values, what was measured of them, another predictor, and the outcome."""
    rng = np.random.default_rng(seed)
    other = rng.standard_normal(n)
    true = 0.5 * other[:, None] + rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], n)
    measured = true + ERROR_SD * rng.standard_normal((n, 2))
    lp = 0.8 * other + true @ np.array([effect, -0.5 * effect])
    y = lp + rng.standard_normal(n)
    if binary:
        y = (rng.random(n) < 1 / (1 + np.exp(-lp))).astype(float)
    return np.column_stack([other, true]), np.column_stack([other, measured]), y


def gain(columns, y):
    """R2 beyond the first column."""
    squares = [
        float(np.sum((y - fit.coefficients[0] - part @ fit.coefficients[1:]) ** 2))
        for part in (columns[:, :1], columns)
        for fit in [fit_ols(part, y)]
    ]
    return (squares[0] - squares[1]) / float(np.sum((y - y.mean()) ** 2))


def test_the_attenuated_gain_comes_back_to_the_truth():
    true, measured, y = simulated(0.6)
    corrected = reconstructed(measured, y, np.array([1, 2]), ERROR_SD)
    assert gain(measured, y) < 0.75 * gain(true, y)
    assert gain(corrected, y) == pytest.approx(gain(true, y), rel=0.05)
    expected = fit_ols(true, y).coefficients
    assert fit_ols(corrected, y).coefficients == pytest.approx(expected, abs=0.03)


def test_a_null_stays_null():
    _, measured, y = simulated(0.0)
    corrected = reconstructed(measured, y, np.array([1, 2]), ERROR_SD)
    assert gain(corrected, y) < 3e-4


def test_logistic_coefficients_come_back_to_the_truth():
    true, measured, y = simulated(0.6, binary=True)
    corrected = reconstructed(measured, y, np.array([1, 2]), ERROR_SD)
    expected = fit_logistic(true, y).coefficients
    assert np.abs(fit_logistic(measured, y).coefficients - expected).max() > 0.15
    assert fit_logistic(corrected, y).coefficients == pytest.approx(expected, abs=0.05)


def test_least_squares_equals_the_moment_correction():
    # Errors-in-variables by hand: the errors' variance off the measurements' second moments.
    _, measured, y = simulated(0.6, n=500)
    corrected = reconstructed(measured, y, np.array([1, 2]), ERROR_SD)
    centered = measured - measured.mean(axis=0)
    products = centered.T @ centered
    # The residual covariance has 500 - 3 degrees of freedom; so many errors come off the sum.
    products[[1, 2], [1, 2]] -= (500 - 3) * ERROR_SD**2
    expected = np.linalg.solve(products, centered.T @ (y - y.mean()))
    assert fit_ols(corrected, y).coefficients[1:] == pytest.approx(expected, rel=1e-9)


def test_regression_calibration_leaves_every_prediction_as_it_was():
    # Why it is not used here: the expected true value is a combination of columns already there.
    _, measured, y = simulated(0.6, n=500)
    calibrated = measured.copy()
    calibrated[:, 1] = 0.3 + 0.6 * measured[:, 1] + 0.1 * measured[:, 2] + 0.2 * measured[:, 0]
    assert gain(calibrated, y) == pytest.approx(gain(measured, y), rel=1e-9)


def test_weight_two_equals_the_same_person_twice():
    _, measured, y = simulated(0.6, n=200)
    counts = np.random.default_rng(2).integers(0, 3, 200)
    rows = np.repeat(np.arange(200), counts)
    got = reconstructed(measured, y, np.array([1, 2]), ERROR_SD, weights=counts.astype(float))
    repeated = reconstructed(measured[rows], y[rows], np.array([1, 2]), ERROR_SD)
    assert got[rows] == pytest.approx(repeated, rel=1e-9)


def test_an_error_larger_than_what_varies_is_refused():
    _, measured, y = simulated(0.6, n=500)
    with pytest.raises(InputError, match="errors are as large as all that varies"):
        reconstructed(measured, y, np.array([1, 2]), np.array([3.0, 0.5]), strict=True)


def test_a_resample_keeps_a_fiftieth_of_what_varies_where_the_error_is_larger():
    _, measured, y = simulated(0.6, n=500)
    measured = measured[:, :2]
    replaced = reconstructed(measured, y, np.array([1]), np.array([3.0]))[:, 1]
    given = np.column_stack([measured[:, 0], y])
    unexplained = [
        float(np.sum((part - fit.coefficients[0] - given @ fit.coefficients[1:]) ** 2))
        for part in (measured[:, 1], replaced)
        for fit in [fit_ols(given, part)]
    ]
    assert unexplained[1] == pytest.approx(0.02 * unexplained[0], rel=1e-6)


@pytest.mark.parametrize("binary", [False, True])
def test_a_test_of_no_effect_holds_its_level_as_measured_and_not_on_replaced_values(binary):
    # Why a what-if carries the tests of the measured values. 200 data sets: 0.05 +- 0.03.
    fit = fit_logistic if binary else fit_ols
    found = []
    for seed in range(200):
        _, measured, y = simulated(0.0, n=400, seed=seed, binary=binary)
        columns = (measured, reconstructed(measured, y, np.array([1, 2]), ERROR_SD))
        null = fit(measured[:, :1], y).log_likelihood
        found.append([2 * (fit(one, y).log_likelihood - null) > 5.991 for one in columns])
    as_measured, replaced = np.mean(found, axis=0)
    assert as_measured < 0.085
    assert replaced > 0.1


def test_the_error_of_a_bent_predictor_is_refused(stupar_config):
    config = stupar_config("measurement_error={age_years: 1.0}", "blocks.other=[age_years]",
                           "blocks.core=[sex, bmi_kg_m2, comorbidity_count, knee_oa, "
                           "womac_function_0_100]")  # fmt: skip
    with pytest.raises(ConfigError, match="age_years has a declared measurement error"):
        run_compare(config, comparison=Comparison(add=("other",)))


@pytest.mark.parametrize(("text", "why"), [
    ("{hip_flexion_worse_deg: 0}", "positive number, or two that ascend"),
    ("{hip_flexion_worse_deg: [4, 3]}", "positive number, or two that ascend"),
    ("{hip_flexoin_worse_deg: 4}", "measurement_error names hip_flexoin_worse_deg"),
])  # fmt: skip
def test_a_wrong_declaration_is_refused(stupar_config, text, why):
    with pytest.raises(ConfigError, match=why):
        stupar_config(f"measurement_error={text}")
