"""Predictors that others determine are told by name before the first fit."""

import pytest

from hiprisk.errors import InputError
from planned_study import checked

SUM = "derived={both: {label: both, op: difference, of: [womac_function_0_100, age_years]}}"
LESS = "derived={less: {label: less, op: difference, of: [age_years, 1]}}"
FREE = "families={linear: {penalty: 0, l1_share: 0, spline_knots: 0}}"


def redundant(*overrides):
    return [one for one in checked(*overrides).findings if one.code == "PREDICTOR_REDUNDANT"]


@pytest.mark.parametrize(
    ("derived", "name", "by"),
    [
        (LESS, "less", "a linear function of age_years"),
        (SUM, "both", "a linear combination of age_years and womac_function_0_100"),
    ],
)
def test_without_a_penalty_it_is_refused_by_name(derived, name, by):
    with pytest.raises(InputError, match=f"blocks: {name} is {by}, so that linear without a pe"):
        checked(derived, f"blocks.back=[lbp_any, {name}]", FREE)


def test_a_penalty_of_0_among_those_tried_is_enough():
    families = "families={linear: {penalty: [0, 0.1]}}"
    with pytest.raises(InputError, match=r"take less out of blocks, or set families.linear.penal"):
        checked(LESS, "blocks.back=[lbp_any, less]", families)


def test_under_a_penalty_it_is_a_finding():
    (found,) = redundant(LESS, "blocks.back=[lbp_any, less]")
    assert found.message.startswith("less is a linear function of age_years: how the effect is")
    assert redundant(LESS, "blocks.back=[lbp_any, less]", "families={boosting: {n_trees: 2}}") == []


def test_predictors_of_their_own_are_neither_refused_nor_told():
    assert redundant(FREE) == []


def test_what_does_not_vary_in_a_fold_is_told_by_its_fold():
    # One person of the small study is older than 85.
    old = "derived={old: {label: old, op: indicator, of: [age_years, 85]}}"
    with pytest.raises(InputError, match=r"old does not vary without the people of fold \d, so"):
        checked(old, "blocks.back=[lbp_any, old]", FREE)
    assert redundant(old, "blocks.back=[lbp_any, old]") == []
