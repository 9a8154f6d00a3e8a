"""What a table of points loses."""

import pytest

from hiprisk.sheet.points.table import points_table
from hiprisk.validation.expected.points import points_loss
from small_bundle import small_sheet


@pytest.mark.parametrize(("kind", "metric"), [("continuous", "r2"), ("binary", "c_statistic")])
def test_points_are_a_little_worse_than_the_model(kind, metric):
    sheet = small_sheet(kind=kind)
    loss = points_loss(sheet, points_table(sheet))
    assert loss.metric == metric
    if loss.of_model is not None:
        assert 0.0 < loss.of_points < loss.of_model < 1.0
    assert 0.0 < loss.rmse < loss.quantile_90 < loss.largest_error
    assert 0.9 < loss.correlation < 1.0
