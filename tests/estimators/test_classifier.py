"""The classifier: risks, classes, log odds, and intervals of a risk."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cohort_frames import own_frame
from hiprisk.errors import InputError
from hiprisk.estimators import StudyClassifier
from hiprisk.learning.unpenalised import fit_logistic


@pytest.fixture(scope="module")
def people():
    frame, _, event = own_frame(n=400)
    return frame, event


@pytest.fixture(scope="module")
def fitted(people):
    return StudyClassifier(n_imputations=2, n_resamples=20).fit(*people)


def test_without_penalty_and_gaps_it_is_maximum_likelihood():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] + rng.logistic(size=200) > 0).astype(int)
    model = StudyClassifier(penalty=0.0).fit(X, y)
    coefficients = fit_logistic(X, y.astype(float)).coefficients
    assert model.decision_function(X) == pytest.approx(coefficients[0] + X @ coefficients[1:])


def test_probabilities_classes_and_log_odds_agree(people, fitted):
    frame, _ = people
    risks = fitted.predict_proba(frame)
    assert risks.sum(axis=1) == pytest.approx(np.ones(len(frame)), rel=1e-15)
    assert (fitted.predict(frame) == np.where(risks[:, 1] > 0.5, "worse", "not worse")).all()
    odds = np.log(risks[:, 1] / risks[:, 0])
    assert fitted.decision_function(frame) == pytest.approx(odds, rel=1e-9)


def test_the_second_class_is_the_event(people):
    frame, event = people
    turned = StudyClassifier(n_imputations=2).fit(frame, event == "not worse")
    assert turned.classes_.tolist() == [False, True]
    straight = StudyClassifier(n_imputations=2).fit(frame, event == "worse")
    assert turned.predict_proba(frame)[:, 1] == pytest.approx(
        straight.predict_proba(frame)[:, 0], abs=0.02
    )


def test_intervals_are_of_the_risk_and_widen_with_the_level(people, fitted):
    frame, _ = people
    risk = fitted.predict_proba(frame)[:, 1]
    low, high = fitted.predict_interval(frame, level=0.95).T
    narrow_low, narrow_high = fitted.predict_interval(frame, level=0.5).T
    assert ((low >= 0.0) & (low <= narrow_low) & (narrow_high <= high) & (high <= 1.0)).all()
    assert np.mean((low <= risk) & (risk <= high)) > 0.95


@pytest.mark.parametrize(
    ("settings", "letter"),
    [
        ({}, r"no bootstrap models \(set n_resamples to 200"),
        ({"model_type": "boosting", "n_trees": 5, "n_resamples": 20}, r"boosting has no bootstrap"),
    ],
)
def test_intervals_need_bootstrap_models(people, settings, letter):
    model = StudyClassifier(n_imputations=1, **settings).fit(*people)
    with pytest.raises(InputError, match=letter):
        model.predict_interval(people[0])


def test_too_few_events_for_a_bootstrap_leave_the_risk_without_intervals():
    x = np.arange(12.0)[:, None]
    model = StudyClassifier(n_resamples=20, penalty=1.0).fit(x, x[:, 0] > 10)
    assert model.predict_proba(x).shape == (12, 2)
    with pytest.raises(InputError, match=r"could not be fitted on \d+ of 20 resamples"):
        model.predict_interval(x)


def test_cross_validated_c_statistic_is_about_that_of_logistic_regression(people):
    frame, event = people
    numbers, texts = ["Grip (kg)", "falls"], ["smoker", "work", "grade"]
    by_hand = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), texts),
        ),
        LogisticRegression(),
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    plain = frame.assign(smoker=frame["smoker"].map({True: "yes", False: "no"}), grade=frame[
        "grade"].astype(int).astype(str))  # fmt: skip
    plain["work"] = plain["work"].astype(object).where(plain["work"].notna(), np.nan)
    theirs = cross_val_score(by_hand, plain, event, cv=folds, scoring="roc_auc")
    ours = cross_val_score(
        StudyClassifier(n_imputations=2), frame, event, cv=folds, scoring="roc_auc"
    )
    assert isinstance(frame, pd.DataFrame)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.03)
    assert ours.mean() > 0.6
