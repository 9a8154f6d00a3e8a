"""The fit is that of a study: the same people and settings give the same model."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import hiprisk
from cohort_frames import OUTCOME, PREDICTORS, stupar_frame
from hiprisk.estimators import StudyClassifier, StudyRegressor
from hiprisk.learning.sheets.skops_file import load_estimator

STUDY = """
name: beside
title: a study beside an estimator
intended_use: test
seed: 7
cohort: {{file: {file}}}
outcome:
  variable: {outcome}
  label: outcome
  kind: {kind}
  unit: points
  higher_is: worse
  horizon_months: 36
  population: simulated people
  {more}
confounders: [age_years]
blocks: {{core: [{predictors}]}}
families: {{mean: null, {families}}}
imputation: {{imputations: 3}}
tuning: {{trials: 1, folds: 5}}
validation: {{resamples: 20, interval_resamples: 100, repeats: 0, internal_external: false}}
subgroups: {{by: [], resamples: 50}}
samplesize: {{simulations: 20}}
tracking: {{enabled: false}}
"""
LINEAR = "linear: {penalty: 0.02, l1_share: 0, spline_knots: 3, splines: [age_years]}"
BOOSTING = (
    "boosting: {learning_rate: 0.1, n_trees: 20, max_leaves: 4, min_leaf: 20, l2: 1, "
    "feature_share: 1}"
)
ORDINAL = "ordinal: {penalty: 0.02, spline_knots: 0, link: probit}"
LOGISTIC = "logistic: {penalty: 0.02, l1_share: 0, spline_knots: 0}"
CONTINUOUS = """bounds: [0, 100]
  events: [{name: high, label: high, direction: above, reference: fixed, value: 60}]
  smallest_gain_worth_having: {metric: r2, value: 0.01}"""
BINARY = """event_level: "yes"
  smallest_gain_worth_having: {metric: c_statistic, value: 0.01}"""


def trained(tmp_path, frame, **parts):
    """A study of the people of a frame, trained by `run_study`."""
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    text = STUDY.format(file=tmp_path / "cohort.csv", predictors=", ".join(PREDICTORS), **parts)
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    config = hiprisk.load_config(tmp_path / "study.yaml")
    return hiprisk.run_study(config, out=tmp_path / "models", tracked=False)


def fit_of(result):
    return load_estimator(hiprisk.load(result.bundle).bundle.file_bytes("estimator.skops"))


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
@pytest.mark.parametrize(
    ("families", "settings"),
    [
        (LINEAR, {"penalty": 0.02, "splines": ["age_years"], "spline_knots": 3}),
        (BOOSTING, {"model_type": "boosting", "n_trees": 20, "max_leaves": 4}),
        (ORDINAL, {"model_type": "ordinal", "penalty": 0.02, "link": "probit"}),
    ],
    ids=["linear", "boosting", "ordinal"],
)
def test_regressor_is_the_fit_of_a_study(tmp_path, families, settings):
    people = stupar_frame()
    result = trained(
        tmp_path, people, kind="continuous", more=CONTINUOUS, families=families, outcome=OUTCOME
    )
    model = StudyRegressor(
        n_imputations=3, bounds=(0, 100), random_state=7, n_resamples=20, **settings
    ).fit(people[PREDICTORS], people[OUTCOME])
    assert people[PREDICTORS].isna().to_numpy().any()
    ours, theirs = model.sheet_, result.sheet
    for part in ("model", "missing", "distribution", "residual_sd", "columns", "n_people"):
        assert getattr(ours, part) == getattr(theirs, part), part
    # The study's own estimator computes with matrix products, in another order of sums.
    fitted = fit_of(result).predict(people)
    assert model.predict(people[PREDICTORS]) == pytest.approx(fitted, rel=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_classifier_is_the_fit_of_a_study(tmp_path):
    people = stupar_frame().rename(columns={OUTCOME: "hip_replacement_before_followup"})
    high = people["hip_replacement_before_followup"] > 45
    people["hip_replacement_before_followup"] = np.where(high, "yes", "no")
    outcome = "hip_replacement_before_followup"
    result = trained(
        tmp_path, people, kind="binary", more=BINARY, families=LOGISTIC, outcome=outcome
    )
    model = StudyClassifier(penalty=0.02, n_imputations=3, random_state=7, n_resamples=20)
    model.fit(people[PREDICTORS], people[outcome])
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.sheet_.model == result.sheet.model
    risk = model.predict_proba(people[PREDICTORS])[:, 1]
    assert risk == pytest.approx(fit_of(result).predict(people), rel=1e-12)
    scored = hiprisk.load(result.bundle).score(people)
    assert (scored["lower_95"] == model.predict_interval(people[PREDICTORS], 0.95)[:, 0]).all()


def test_persons_with_several_rows_stay_together():
    people = stupar_frame(n=120)
    twice = pd.concat([people, people], ignore_index=True)
    labels = [f"p{number % len(people)}" for number in range(len(twice))]
    fit = StudyRegressor(n_imputations=2).fit
    apart = fit(twice[PREDICTORS], twice[OUTCOME]).sheet_
    together = fit(twice[PREDICTORS], twice[OUTCOME], groups=labels).sheet_
    assert together.model != apart.model
    # Copies of a person in other folds make residuals too small.
    assert together.residual_sd > apart.residual_sd


def test_without_folds_there_is_no_scatter_and_no_time_spent_on_it():
    people = stupar_frame(n=120)
    model = StudyRegressor(interval_folds=0).fit(people[PREDICTORS], people[OUTCOME])
    assert model.sheet_.distribution is None
    whole = StudyRegressor().fit(people[PREDICTORS], people[OUTCOME])
    assert dataclasses.replace(whole.sheet_, distribution=None, residual_sd=None) == model.sheet_


def test_a_fold_that_cannot_be_fitted_leaves_the_model_without_intervals():
    x = np.arange(12.0)
    y = np.zeros(12)
    y[3] = 1.0
    model = StudyRegressor(interval_folds=12).fit(x[:, None], y)
    assert model.predict(x[:, None]).shape == (12,)
    with pytest.raises(hiprisk.InputError, match=r"not be fitted in every fold: the outcome does"):
        model.predict_interval(x[:, None])
