"""What a table of points loses, and that R finds as much."""

import numpy as np
import pytest

from hiprisk.sheet.points.table import points_table
from hiprisk.validation.expected import points
from hiprisk.validation.expected.points import points_loss
from rms_sheet import effects, of_model, sheet_of_effects
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


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_the_loss_is_that_of_a_computation_in_r(kind, monkeypatch):
    people = effects()["people"]
    drawn = {name: np.array(people[name]) for name in ("age", "bmi")}
    drawn["site"] = np.array(people["site"], dtype=object)
    monkeypatch.setattr(points, "reference_people", lambda _: drawn)
    sheet, r = sheet_of_effects(kind), of_model(kind)["points"]
    loss = points_loss(sheet, points_table(sheet))
    assert loss.n_people == len(people["age"])
    for name in ("rmse", "quantile_90", "correlation", "of_model", "of_points"):
        assert getattr(loss, name) == pytest.approx(r[name], rel=1e-7), name
    assert loss.largest_error == pytest.approx(r["largest"], rel=1e-7)
