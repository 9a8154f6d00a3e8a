"""What is told at the start and does not stop a study."""

import pytest

from planned_study import checked


def found(*overrides):
    return {one.code: one for one in checked(*overrides).findings}


@pytest.mark.parametrize(
    ("overrides", "code", "said"),
    [
        (["families={mean: {}}"], "ONLY_THE_MEAN", "everybody gets one prediction"),
        (["families={mean: {}, near: {estimator: sklearn.neighbors.KNeighborsRegressor}}"],
         "ONLY_THE_MEAN", "the mean (near: compared with it, and never chosen): everybody"),
        (["families={boosting: {min_leaf: [500, 900], n_trees: 2}}"], "LEAVES_TOO_LARGE",
         "leaves of 500 or more"),
        (["families={boosting: {min_leaf: {low: 500, high: 900}, n_trees: 2}}"], "LEAVES_TOO_LARGE",
         "leaves of 500 or more"),
        (["families={boosting: {min_leaf: 500, n_trees: 2}}"], "LEAVES_TOO_LARGE",
         "boosting predicts the mean"),
        (["blocks={base: [age_years], back: [lbp_any]}"], "BLOCKS_NOT_COMPARED",
         "no block is called core"),
        (["blocks.back=[lbp_any, age_years]"], "PREDICTOR_REPEATED",
         "age_years is in the blocks core and back"),
        (["derived={old: {label: old, op: indicator, of: [age_years, 70]}}",
          "blocks.core=[age_years, old]", "families={linear: {splines: [old]}}"],
         "STRAIGHT_SPLINE", "stays a straight line"),
        (["blocks.back=[lbp_any, womac_function_interim_0_100]"], "PREDICTOR_LATER",
         "known only after the first visit"),
        (["validation.reference_prediction=womac_pain_0_100"], "REFERENCE_NOT_USED",
         "and nobody is"),
        (["association={exposure: lbp_any, level: yes, strata: sex}",
          "cohort.where={sex: [female]}"], "ASSOCIATION_NOT_AVAILABLE",
         "all people have the same sex"),
    ],
)  # fmt: skip
def test_what_will_be_left_out_or_idle_is_told(overrides, code, said):
    assert said in found(*overrides)[code].message


def test_a_study_without_such_parts_is_told_nothing():
    new = {"ONLY_THE_MEAN", "LEAVES_TOO_LARGE", "BLOCKS_NOT_COMPARED", "PREDICTOR_REPEATED",
           "STRAIGHT_SPLINE", "REFERENCE_NOT_USED", "HOLDOUT_EMPTY", "ASSOCIATION_NOT_AVAILABLE",
           "COPIED_ROWS"}  # fmt: skip
    assert not new & set(found("families={linear: {splines: [age_years]}, boosting: {}}"))
