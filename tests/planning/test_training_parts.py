"""The smallest part that a candidate of one's own is fitted to."""

from dataclasses import replace

import numpy as np
import pytest

from hiprisk.errors import ConfigError
from hiprisk.planning.checking import check_study
from hiprisk.planning.training_parts import smallest_training_part
from planned_study import checked, silent
from study_text import small_study


def test_of_folds_each_fifth_is_left_out():
    study = checked().prepared
    n = int((~np.isnan(study.data.outcome)).sum())
    part = smallest_training_part(study, refitted=False)
    folds = study.config.tuning.folds
    everybody = len(study.data.outcome)
    assert part.n_inputs == len(study.design.inputs)
    assert part.n_people <= n * (1 - 1 / folds) + 1
    assert part.n_people >= n - -(-everybody // folds)


def test_a_resample_has_about_two_thirds_of_the_people_and_less_inside():
    study = checked().prepared
    folds = smallest_training_part(study, refitted=False)
    resample = smallest_training_part(study, refitted=True)
    config = study.config
    inside = replace(config, validation=replace(config.validation, tune_inside=True))
    nested = smallest_training_part(replace(study, config=inside), refitted=True)
    assert nested.n_people < resample.n_people < folds.n_people


def test_a_candidate_that_the_folds_are_too_small_for_is_told_before_the_first_fit(tmp_path):
    study = checked().prepared
    n = smallest_training_part(study, refitted=False).n_people
    mine = "{{estimator: sklearn.neighbors.KNeighborsRegressor, fixed: {{n_neighbors: {}}}}}"

    def check(n_neighbors):
        own = f"families={{linear: {{}}, mine: {mine.format(n_neighbors)}}}"
        return check_study(small_study(own), out=tmp_path / "m", workers=1, progress=silent)

    check(n)
    with pytest.raises(ConfigError, match=rf"families.mine: .* fitted to {n} simulated people"):
        check(n + 1)
