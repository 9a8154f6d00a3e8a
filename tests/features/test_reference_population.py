"""People with exactly the mean and covariance of a sheet."""

import numpy as np

from hiprisk.features.reference_population import reference_population
from small_bundle import small_sheet


def test_mean_and_covariance_are_met_exactly():
    sheet = small_sheet()
    people = np.array(reference_population(sheet, n_people=500))
    np.testing.assert_allclose(people.mean(axis=1), sheet.missing.mean, rtol=1e-10)
    np.testing.assert_allclose(
        np.cov(people, ddof=0), np.array(sheet.missing.covariance), rtol=1e-9, atol=1e-12
    )


def test_the_same_sheet_has_the_same_people():
    first, second = (reference_population(small_sheet(), n_people=50) for _ in range(2))
    np.testing.assert_array_equal(np.array(first), np.array(second))
