"""Cross products under many weightings, and their inverses: hand counts."""

import numpy as np
import pytest

from hiprisk.validation.resampling import cross_products
from hiprisk.validation.resampling.cross_products import CrossProducts, inverted


def test_an_inverse_of_a_singular_matrix_is_no_number_and_the_others_stand():
    matrices = np.array([[[2.0, 0.0], [0.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]]])
    found = inverted(matrices, largest_condition=1e8)
    assert found[0] == pytest.approx(np.diag([0.5, 0.25]))
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize("wide", [1, 80])
def test_cross_products_are_sums_over_people(monkeypatch, wide):
    monkeypatch.setattr(cross_products, "WIDE", wide)
    products = CrossProducts(np.array([[1.0, 2.0], [1.0, 3.0]]))
    (part,) = products.parts()
    sums = products.zeros(1)
    products.add(sums, np.array([[2.0, 1.0]]), part)
    assert products.matrices(sums).tolist() == [[[3.0, 7.0], [7.0, 17.0]]]
