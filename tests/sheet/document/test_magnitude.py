"""Sheets whose numbers could overflow are named before anybody is predicted."""

import dataclasses

import pytest

from hiprisk.sheet.document.magnitude import magnitude_problems
from hiprisk.sheet.format import Term
from small_bundle import small_sheet
from tree_sheet import stump, tree_sheet


def problems(sheet):
    return list(magnitude_problems(sheet))


@pytest.mark.parametrize("sheet", [small_sheet(), small_sheet(kind="binary"), tree_sheet()])
def test_an_ordinary_sheet_has_none(sheet):
    assert problems(sheet) == []


def changed(part, **changes):
    sheet = small_sheet()
    return dataclasses.replace(
        sheet, **{part: dataclasses.replace(getattr(sheet, part), **changes)}
    )


def with_term(**term):
    model = small_sheet().model
    terms = (Term(column="age_years", **term), *model.terms[1:])
    return changed("model", terms=terms, refits=None)


WIDE = ((1e40, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
LARGE = {
    "a mean": (changed("missing", mean=(1e16, 0.4, 0.58, 40.0)), "column 'age_years'"),
    "a variance": (changed("missing", covariance=WIDE), "column 'age_years'"),
    # 41 standard deviations are no normal number.
    "a draw": (changed("missing", draws=((41.0, 0, 0, 0),)), "column 'age_years'"),
    # 65 years and 40 standard deviations of 8 at most: 3e12 times 385 is beyond 1e15.
    "a coefficient": (with_term(basis="linear", coefficients=(3e12,)), "model's coefficients"),
    "a refit": (changed("model", refits=((1e16, 0, 0, 0, 0),)), "refitted coefficients"),
    "a covariance": (
        changed("model", refits=None, covariance=((1e16,) * 5,) * 5), "covariance of the coeff"
    ),
    "knots that nearly touch": (
        with_term(basis="rcs", coefficients=(0.1, 0.1), knots=(40.0, 60.0, 60.0 + 1e-13)),
        "model's coefficients",
    ),
    "knots whose distance is lost in its square": (
        with_term(basis="rcs", coefficients=(0.1, 0.1), knots=(0.0, 1e-170, 2e-170)),
        "model's coefficients",
    ),
    "a residual": (
        changed("distribution", quantiles=(-1e16, -1.25, 0.0, 1.25, 2.0)), "the residuals"
    ),
    "a leaf": (
        dataclasses.replace(
            tree_sheet(),
            model=dataclasses.replace(tree_sheet().model, trees=(stump(0, 1.0, 1e16, 0.0),)),
        ),
        "trees' values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LARGE)
def test_what_could_overflow_is_named(what):
    sheet, named = LARGE[what]
    (problem,) = problems(sheet)
    assert named in problem
    assert "can overflow" in problem


def test_a_coefficient_just_below_the_limit_may_stay():
    assert problems(with_term(basis="linear", coefficients=(2e12,))) == []


def test_a_product_of_columns_is_as_large_as_its_factors_together():
    huge = dataclasses.replace(small_sheet().derived[0], op="ratio", of=("age_years", "sex=male"))
    # 110 years over the smallest denominator, 1e-6, is well inside; that over 1e-6 again is not.
    assert problems(dataclasses.replace(small_sheet(), derived=(huge,))) == []
    again = [dataclasses.replace(huge, name=f"r{i}", of=(before, "sex=male"))
             for i, before in enumerate(("woman", "r0"))]  # fmt: skip
    (problem,) = problems(dataclasses.replace(small_sheet(), derived=(huge, *again)))
    assert problem == "the derived column 'r1' can overflow"


def test_the_column_of_the_largest_coefficient_is_named():
    (problem,) = problems(with_term(basis="linear", coefficients=(3e12,)))
    assert problem == "the model's coefficients can overflow (column 'age_years')"
    (problem,) = problems(changed("model", intercept=1e16, refits=None))
    assert problem == "the model's coefficients can overflow"


@pytest.mark.parametrize(("coefficient", "n_problems"), [(2.05e12, 0), (2.06e12, 1)])
def test_a_spline_is_as_large_as_its_line_beyond_the_last_knot(coefficient, n_problems):
    # At 385: 80 x 40 / 80^2 x (3 x 285 + 80 + 40) = 487.5; 1e15 over that.
    sheet = with_term(basis="rcs", coefficients=(0.0, coefficient), knots=(20.0, 60.0, 100.0))
    assert len(problems(sheet)) == n_problems


@pytest.mark.parametrize("knots", [(5.0, 14.0, 20.0, 33.0), (-0.074, 0.088, 0.587, 0.76)])
def test_a_spline_of_a_column_without_a_hard_range_is_no_problem(knots):
    sheet = with_term(basis="rcs", coefficients=(0.5, -4.0, 12.0), knots=knots)
    age = dataclasses.replace(sheet.variables[0], hard=None)
    assert problems(dataclasses.replace(sheet, variables=(age, *sheet.variables[1:]))) == []
