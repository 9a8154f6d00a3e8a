"""A study that has its model: what the parts of the evidence ask of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import fitted_studies
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.learning.candidates import unfitted_estimator, with_settings
from hiprisk.validation.resampling.procedure import StudyProcedure


def study(**known):
    outcome = np.array([1.0, np.nan, 3.0])
    prepared = SimpleNamespace(config="the config", data=SimpleNamespace(outcome=outcome))
    parts = {
        "prepared": prepared, "chosen": SimpleNamespace(name="linear"), "estimator": None,
        "procedure": None, "apparent": outcome, "out_of_fold": None,
        "bootstrap": SimpleNamespace(refits="the refits"),
        "sheet": SimpleNamespace(variables=(SimpleNamespace(name="age_years"),)),
    }  # fmt: skip
    return FinishedStudy(**{**parts, **known})


def test_whose_outcome_is_known_is_said_row_by_row():
    assert study().known.tolist() == [True, False, True]


def test_config_data_refits_and_variables_are_those_of_its_parts():
    one = study()
    assert one.config == "the config"
    assert one.data is one.prepared.data
    assert one.refits == "the refits"
    assert one.sheet_variables() == ("age_years",)


@pytest.mark.parametrize(("name", "nothing"), [("mean", True), ("linear", False)])
def test_the_mean_alone_predicts_nothing(name, nothing):
    assert study(chosen=SimpleNamespace(name=name)).predicts_nothing is nothing


def test_the_procedure_for_new_fits_places_its_knots_anew():
    config, _, dictionary, design, data = fitted_studies.study(n=120)
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=False)
    placed = with_settings(blank, task=replace(blank.task, plan="knots of the model"))
    one = study(procedure=StudyProcedure(placed, data))
    again = one.refit_procedure()
    assert again.estimator.task.plan is None
    assert replace(again.estimator.task, plan="knots of the model") == placed.task
    assert again.data is data
    # The bootstrap keeps the knots of the fitted model.
    assert one.procedure.estimator.task.plan == "knots of the model"
