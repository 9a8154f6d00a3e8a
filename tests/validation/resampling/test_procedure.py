"""The procedure of a study on a resample of its people."""

import dataclasses

import numpy as np
import pytest

from fitted_studies import SETTINGS, fitted, study
from hiprisk.learning.candidates import unfitted_estimator, with_plan_of, with_settings
from hiprisk.validation.resampling.procedure import InnerTuning, StudyProcedure
from hiprisk.validation.resampling.resamples import leave_out, resamples_from_indices


@pytest.fixture(scope="module")
def parts():
    return study(n=200)


@pytest.fixture(scope="module")
def whole(parts):
    return fitted(parts, "linear")


@pytest.fixture(scope="module")
def procedure(parts, whole):
    config, _, dictionary, design, data = parts
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    settings = with_settings(with_plan_of(blank, whole), params=SETTINGS["linear"])
    return StudyProcedure(settings, data)


def everybody(data):
    return leave_out(np.zeros(len(data.outcome), dtype=bool), number=0)


def test_everybody_once_is_nearly_the_study_itself(parts, procedure, whole):
    data = parts[4]
    refit = procedure(everybody(data))
    # Not equal: the resample draws imputations of its own.
    assert np.corrcoef(refit.predicted, whole.predict_numeric(data.columns))[0, 1] > 0.99
    assert refit.coefficients.shape == np.shape(whole.fit_.coefficients)


def test_the_same_resample_gives_the_same_bits_and_its_number_is_its_seed(parts, procedure):
    one = everybody(parts[4])
    first, again = procedure(one), procedure(one)
    np.testing.assert_array_equal(first.predicted, again.predicted)
    other = procedure(dataclasses.replace(one, number=1))
    assert not np.array_equal(first.predicted, other.predicted)


def test_nobody_is_predicted_from_the_outcome(parts, procedure):
    data = parts[4]
    left_out = np.arange(len(data.outcome)) < 20
    fold = leave_out(left_out, number=0)
    changed = np.where(left_out, 100.0 - data.outcome, data.outcome)
    blind = dataclasses.replace(procedure, data=dataclasses.replace(data, outcome=changed))
    np.testing.assert_array_equal(procedure(fold).predicted, blind(fold).predicted)


def test_the_people_drawn_alone_decide(parts, procedure):
    n = len(parts[4].outcome)
    (few,) = resamples_from_indices([np.arange(n) // 2])
    assert not np.allclose(procedure(few).predicted, procedure(everybody(parts[4])).predicted)


def test_tuning_inside_chooses_its_own_penalty(parts, procedure):
    config = parts[0]
    settings = dataclasses.replace(config.families.linear, l1_share=0.0, spline_knots=(3,))
    tuned = dataclasses.replace(procedure, tuning=InnerTuning(settings, n_trials=2, n_folds=3))
    one = everybody(parts[4])
    assert not np.allclose(tuned(one).coefficients, procedure(one).coefficients)
