"""A study that has its model: what the parts of the evidence ask of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import fitted_studies
from hiprisk.evidence.finished import FinishedStudy, model_forecast, refit_forecasts
from hiprisk.learning.candidates import unfitted_estimator, with_settings
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.resamples import OrdinalRefit
from small_bundle import small_sheet


def study(**known):
    outcome = np.array([1.0, np.nan, 3.0])
    prepared = SimpleNamespace(config="the config", data=SimpleNamespace(outcome=outcome))
    parts = {
        "prepared": prepared, "chosen": SimpleNamespace(name="linear"), "estimator": None,
        "procedure": None, "apparent": outcome, "out_of_fold": None,
        "bootstrap": SimpleNamespace(refits="the refits", refused=None),
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


def test_an_ordinal_model_and_its_refits_bring_their_own_distributions():
    parts = fitted_studies.study(n=120)
    config, data = parts[0], parts[4]
    estimator = fitted_studies.fitted(parts, "ordinal")
    fit = estimator.fit_
    predictor = np.linspace(-1.0, 1.0, len(data.outcome))
    law = OrdinalRefit(fit.intercepts + 1.0, predictor)
    one = study(
        prepared=SimpleNamespace(config=config, data=data),
        estimator=estimator,
        sheet=SimpleNamespace(distribution=None),
        bootstrap=SimpleNamespace(refits=SimpleNamespace(ordinal=(law,)), refused=None),
    )
    rows = np.flatnonzero(~np.isnan(data.columns).any(axis=1))
    predicted = estimator.predict_numeric(data.columns)[rows]
    assert model_forecast(one, rows).expectation() == pytest.approx(predicted)
    (refit,) = refit_forecasts(one, rows)
    assert refit.expectation() == pytest.approx(fit.expected(predictor[rows] + 1.0))
    assert (refit.lower, refit.upper) == (0.0, 100.0)


def test_refits_of_another_model_have_the_scatter_of_the_sheet():
    sheet = small_sheet()
    one = study(
        apparent=np.array([30.0, 50.0, 70.0]),
        bootstrap=SimpleNamespace(
            refits=SimpleNamespace(predicted=np.array([[1.0, 9.0, 90.0]])), refused=None
        ),
        sheet=sheet,
    )
    rows = np.array([0, 2])
    assert model_forecast(one, rows).mean.tolist() == [30.0, 70.0]
    assert [each.mean.tolist() for each in refit_forecasts(one, rows)] == [[1.0, 90.0]]
