"""Points of a nomogram: those of R's rms, and what they add up to."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import TreesModel
from hiprisk.sheet.points.nomogram import nomogram
from ordinal_sheet import ordinal_sheet
from rms_sheet import rms_sheet
from small_bundle import small_sheet

ORACLE = json.loads((Path(__file__).parents[2] / "oracles" / "nomogram.json").read_text())


def sheet_of_nomogram():
    return rms_sheet(ORACLE["coefficients"], ORACLE["knots"])


def test_points_are_those_of_rms():
    found = nomogram(sheet_of_nomogram(), {"age": ORACLE["age"], "bmi": ORACLE["bmi"]})
    for axis in found.axes:
        assert axis.points == pytest.approx(ORACLE[f"{axis.name}_points"], abs=1e-6)
    totals = dict(zip(found.outcome_values, found.outcome_points, strict=True))
    for risk, total in zip(ORACLE["risk"], ORACLE["risk_total_points"], strict=True):
        # Ours is read off 2,000 places.
        assert totals[risk] == pytest.approx(total, abs=1e-3)


def test_a_spline_that_turns_is_folded_where_it_turns():
    age = nomogram(sheet_of_nomogram()).axes[0]
    assert len(age.runs) == 2
    assert age.run_values[0][1] == pytest.approx(65.0, abs=2.0)
    assert min(age.points) >= 0.0


def test_the_total_gives_the_prediction_of_the_model():
    sheet = small_sheet()
    found = nomogram(sheet)
    points = {axis.name: dict(zip(axis.marks, axis.points, strict=True)) for axis in found.axes}
    marks = {"age_years": "60", "lbp_any": "yes", "womac_function_0_100": "40", "woman": "1"}
    total = sum(own[marks[name]] for name, own in points.items())
    lp = found.lp_at_zero + total / found.points_a_unit
    columns = {"age_years": np.array([60.0]), "womac_function_0_100": np.array([40.0]),
               "sex": np.array(["female"], dtype=object),
               "lbp_any": np.array(["yes"], dtype=object)}  # fmt: skip
    assert lp == pytest.approx(SheetEvaluator(sheet).predict(columns).predicted[0], rel=1e-9)


def test_the_widest_predictor_has_a_hundred_points():
    found = nomogram(small_sheet())
    assert max(max(axis.points) for axis in found.axes) == pytest.approx(100.0)
    assert all(min(axis.points) == pytest.approx(0.0, abs=1e-9) for axis in found.axes)


def test_an_ordinal_model_has_its_mean_on_the_last_axis():
    found = nomogram(ordinal_sheet())
    assert list(found.outcome_points) == sorted(found.outcome_points)
    assert len(found.outcome_values) >= 2


def test_trees_are_refused():
    trees = TreesModel(link="identity", baseline=1.0, inputs=(), trees=())
    with pytest.raises(InputError, match="no linear predictor, so no nomogram"):
        nomogram(replace(small_sheet(), model=trees))
