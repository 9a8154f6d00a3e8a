"""Which measurement would narrow the answer most."""

import dataclasses
import json
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from hiprisk.sheet.conditional_normal import condition
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.interval_width import width_80
from hiprisk.sheet.explanation.next_measurement import NODES, WEIGHTS, next_measurements
from hiprisk.sheet.format import Column, LinearModel, MissingModel, Term, VariableSpec
from ordinal_sheet import fine_score
from small_bundle import small_sheet
from tree_sheet import tree_sheet

ORACLE = json.loads((Path(__file__).parents[2] / "oracles" / "bedside_r.json").read_text())
NORMAL = ORACLE["conditional_shares"]


def normal_sheet():
    """A linear model of four plain numbers whose draws have the identity as their covariance."""
    names = [f"x{i}" for i in range(4)]
    size = math.sqrt(7 / 2)
    draws = tuple(
        tuple(sign * size if i == j else 0.0 for j in range(4))
        for i in range(4)
        for sign in (1, -1)
    )
    return dataclasses.replace(
        small_sheet(),
        outcome=dataclasses.replace(small_sheet().outcome, baseline=None, events=()),
        variables=tuple(VariableSpec(name=n, label=n, unit="", kind="number") for n in names),
        columns=tuple(Column(name=n, variable=n) for n in names),
        derived=(),
        missing=MissingModel(
            mean=tuple(map(float, NORMAL["mean"])),
            covariance=tuple(tuple(map(float, row)) for row in NORMAL["covariance"]),
            draws=draws,
        ),
        model=LinearModel(
            link="identity",
            intercept=10.0,
            terms=tuple(
                Term(column=n, basis="linear", coefficients=(b,))
                for n, b in zip(names, NORMAL["coefficients"], strict=True)
            ),
        ),
    )


def found_for(sheet, columns):
    evaluator = SheetEvaluator(sheet)
    known = evaluator.numeric_columns(columns, 1)
    lp, variance = (float(array[0]) for array in evaluator.moments(known, 1))
    found = next_measurements(evaluator, known, lp=lp, variance=variance)
    return found, evaluator, lp, variance


@pytest.mark.parametrize("row", NORMAL["rows"])
def test_shares_equal_the_conditional_normal_distribution(row):
    columns = {f"x{i}": np.array([float(value)]) for i, value in row["known"].items()}
    found, _, _, variance = found_for(normal_sheet(), columns)
    assert variance == pytest.approx(row["variance"], rel=1e-9)
    assert {item.variable: item.share for item in found} == pytest.approx(
        {f"x{i}": share for i, share in row["shares"].items()}, rel=1e-9
    )


def test_the_most_valuable_measurement_stands_first():
    found, *_ = found_for(normal_sheet(), {"x0": np.array([70.0])})
    assert [item.variable for item in found] == ["x2", "x3", "x1"]


def test_quadrature_is_exact_for_the_first_moments_of_a_normal_variable():
    moments = [sum(w * z**k for z, w in zip(NODES, WEIGHTS, strict=True)) for k in range(10)]
    assert moments == pytest.approx([1, 0, 1, 0, 3, 0, 15, 0, 105, 0], abs=1e-9)


def test_the_only_unknown_variable_takes_all_of_the_variance_and_of_the_width():
    columns = {
        "age_years": np.array([63.0]),
        "sex": np.array(["male", None], dtype=object)[:1],
        "lbp_any": np.array(["yes", None], dtype=object)[:1],
    }
    (item,), evaluator, lp, variance = found_for(small_sheet(), columns)
    assert item.variable == "womac_function_0_100"
    assert item.share == 1.0
    assert item.width_80_after == width_80(evaluator, lp, 0.0)
    assert item.narrows_80_by == width_80(evaluator, lp, variance) - item.width_80_after


def test_nothing_unknown_leaves_nothing_to_measure():
    columns = {f"x{i}": np.array([1.0]) for i in range(4)}
    assert found_for(normal_sheet(), columns)[0] == ()


def test_a_variable_that_moves_nothing_has_no_share():
    sheet = normal_sheet()
    terms = tuple(
        dataclasses.replace(term, coefficients=(0.0,)) if term.column != "x3" else term
        for term in sheet.model.terms
    )
    independent = tuple(
        tuple(value if i == j else 0.0 for j, value in enumerate(row))
        for i, row in enumerate(sheet.missing.covariance)
    )
    changed = dataclasses.replace(
        sheet,
        model=dataclasses.replace(sheet.model, terms=terms),
        missing=dataclasses.replace(sheet.missing, covariance=independent),
    )
    found, *_ = found_for(changed, {"x0": np.array([70.0])})
    shares = {item.variable: item.share for item in found}
    assert shares == pytest.approx({"x3": 1.0, "x1": 0.0, "x2": 0.0}, abs=1e-12)


@pytest.mark.parametrize("sheet", [small_sheet(), small_sheet(kind="binary"), tree_sheet()])
def test_no_measurement_widens_the_interval(sheet):
    found, *_ = found_for(sheet, {"age_years": np.array([70.0])})
    assert len(found) == 3
    assert all(0.0 <= item.share <= 1.0 and item.narrows_80_by >= 0.0 for item in found)


def test_a_category_is_tried_at_its_levels():
    # Back pain alone is unknown, so whatever its chance is, all of the variance goes with it.
    columns = {
        "age_years": np.array([65.0]),
        "sex": np.array(["male", None], dtype=object)[:1],
        "womac_function_0_100": np.array([50.0]),
    }
    (item,), *_ = found_for(small_sheet(), columns)
    assert (item.variable, item.share) == ("lbp_any", 1.0)


def test_widths_of_a_risk_come_from_what_is_not_known_alone():
    evaluator = SheetEvaluator(small_sheet(kind="binary"))
    assert width_80(evaluator, -1.0, 0.0) == 0.0
    # expit(z) - expit(-z) is tanh(z / 2), z the 90th percentile of a standard normal variable.
    expected = math.tanh(NormalDist().inv_cdf(0.9) / 2)
    assert width_80(evaluator, 0.0, 1.0) == pytest.approx(expected, rel=1e-12)


def test_an_ordinal_model_expects_the_width_of_its_own_intervals():
    evaluator = SheetEvaluator(fine_score())
    known = [np.array([value]) for value in (70.0, 0.0, np.nan, 45.0)]
    now = evaluator.predict_numeric(known)
    (item,) = next_measurements(
        evaluator, known, lp=float(now.lp[0]), variance=float(now.imputation_variance[0])
    )
    assert item.share == 1.0
    (group,) = condition(evaluator.normal, known)
    yes = float(group.means[0][0])
    widths = []
    for level in (0.0, 1.0):
        then = evaluator.predict_numeric([*known[:2], np.array([level]), known[3]])
        lower, upper = then.intervals["80"]
        widths.append(upper[0] - lower[0])
    expected = (1.0 - yes) * widths[0] + yes * widths[1]
    width = now.intervals["80"][1][0] - now.intervals["80"][0][0]
    assert item.width_80_after == pytest.approx(min(expected, width), rel=1e-12)
    assert item.narrows_80_by == width - item.width_80_after
