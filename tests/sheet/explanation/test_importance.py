"""The importance of a predictor is how far predictions differ between people by it alone."""

from dataclasses import replace

import numpy as np
import pytest

from hiprisk.sheet.explanation.importance import N_PEOPLE, importance
from hiprisk.sheet.format import LinearModel, Term
from hiprisk.sheet.points.people import reference_people
from small_bundle import small_sheet


def _linear(*terms):
    sheet = small_sheet()
    model = LinearModel(
        link="identity",
        intercept=10.0,
        terms=tuple(
            Term(column=name, basis="linear", coefficients=(size,)) for name, size in terms
        ),
    )
    return replace(sheet, model=model)


def test_in_a_linear_model_it_is_the_sd_of_the_contribution():
    sheet = _linear(("age_years", 0.5), ("womac_function_0_100", -0.2))
    found = {one.group.variables: one.sd for one in importance(sheet)}
    people = reference_people(sheet, N_PEOPLE)
    for name, size in (("age_years", 0.5), ("womac_function_0_100", 0.2)):
        assert found[(name,)] == pytest.approx(size * np.std(people[name]), rel=0.05)


def test_the_largest_comes_first_and_what_the_model_does_not_read_is_not_there():
    found = importance(_linear(("age_years", 0.01), ("womac_function_0_100", 0.5)))
    assert [one.group.variables for one in found] == [("womac_function_0_100",), ("age_years",)]


def test_a_sheet_without_a_reference_population_has_none():
    assert importance(replace(small_sheet(), max_imputed_weight=0.0)) == ()
