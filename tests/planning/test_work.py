"""What a study will fit is counted from its config and its cohort."""

import pytest

from hiprisk.planning.work import planned_work, sites_to_evaluate
from planned_study import checked


def parts(*overrides, blocks_compared=True, tracked=False):
    study = checked(*overrides).prepared
    found = planned_work(study, blocks_compared=blocks_compared, tracked=tracked)
    return {part.name: part for part in found}


def test_counts_of_a_small_study_by_hand():
    found = parts(
        "tuning.trials=7", "tuning.folds=3", "validation.resamples=30", "validation.repeats=2",
        "families={linear: {}, boosting: {}}",
    )  # fmt: skip
    assert found["tuning: mean"].n_fits == 1 * 3
    assert found["tuning: linear"].n_fits == 7 * 3
    assert found["tuning: boosting"].n_fits == 7 * 3
    # On everybody, and out of fold at the chosen settings.
    assert found["model"].n_fits == 1 + 3
    assert found["bootstrap"].n_fits == 30
    assert found["cross-validation"].n_fits == 2 * 3
    # core alone and core + back, on everybody and on each resample.
    assert found["what blocks add"].n_fits == 2 * (1 + 30)


def test_a_model_type_without_a_search_is_tried_once():
    found = parts("families={linear: {penalty: 0.01, l1_share: 0, spline_knots: 0}}")
    assert found["tuning: linear"].what == "1 trial x 5 folds"


def test_tuning_inside_is_repeated_in_every_refit():
    found = parts(
        "validation.tune_inside=true", "validation.trials_inside=4", "validation.resamples=20"
    )
    assert found["bootstrap"].n_fits == 20 * (1 + 4 * 5)
    assert found["bootstrap"].what == "20 resamples x (1 + 4 trials x 5 folds)"


@pytest.mark.parametrize(
    ("overrides", "absent"),
    [
        (["validation.repeats=0"], "cross-validation"),
        (["validation.internal_external=false"], "internal-external"),
        (["blocks={core: [age_years]}", "outcome.events=[{name: good, label: good, direction: "
          "below, reference: fixed, value: 40}]"], "what blocks add"),
        ([], "association"),
        ([], "MLflow"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_asked_for_is_absent(overrides, absent):
    assert absent not in parts(*overrides)


def test_blocks_that_cannot_be_compared_are_no_work():
    assert "what blocks add" not in parts(blocks_compared=False)


def test_sites_that_are_too_small_are_not_counted():
    study = checked("cohort.simulate={preset: stupar, n: 200, seed: 2, n_sites: 3}").prepared
    assert len(sites_to_evaluate(study)) == 3
    study = checked("validation.smallest_site=1000").prepared
    assert sites_to_evaluate(study) == ()


def test_the_association_has_a_fit_for_each_model_imputation_and_stratum():
    found = parts(
        "association={exposure: lbp_any, level: yes, strata: sex, baseline: womac_function_0_100}",
        "imputation.imputations=4",
    )
    # Crude, adjusted, with the baseline; everybody and both sexes.
    assert found["association"].n_fits == 3 * 4 * 3


def test_own_candidates_are_tuned_and_compared():
    own = "{estimator: sklearn.neighbors.KNeighborsRegressor, search: {n_neighbors: [5, 9]}}"
    found = parts(f"families={{linear: {{}}, near: {own}}}", "tuning.trials=4", "tuning.folds=3")
    assert found["tuning: near"].n_fits == 4 * 3
    assert found["comparison: near"].n_fits == 3
    held_out = parts(
        f"families={{linear: {{}}, near: {own}}}",
        "tuning.folds=3",
        "validation.holdout={variable: site, test: [site_02]}",
    )
    assert held_out["comparison: near"].n_fits == 3 + 1
