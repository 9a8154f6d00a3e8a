"""Cross products under many weightings, and their inverses: hand counts."""

import numpy as np
import pytest

from hiprisk.validation.resampling.cross_products import CrossProducts, inverted


def test_an_inverse_of_a_singular_matrix_is_no_number_and_the_others_stand():
    matrices = np.array([[[2.0, 0.0], [0.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]]])
    found = inverted(matrices, largest_condition=1e8)
    assert found[0] == pytest.approx(np.diag([0.5, 0.25]))
    assert np.isnan(found[1]).all()


def test_cross_products_are_sums_over_people():
    products = CrossProducts(np.array([[1.0, 2.0], [1.0, 3.0]]))
    (part,) = products.parts()
    sums = np.array([[2.0, 1.0]]) @ products.of(part)
    assert products.matrices(sums).tolist() == [[[3.0, 7.0], [7.0, 17.0]]]
