"""Models of other libraries with the data behind them, as sheets and bundles."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import hiprisk
from hiprisk.errors import ConfigError, InputError
from hiprisk.estimators import to_bundle, to_sheet
from hiprisk.learning.foreign.refusal import NotPortableError


def people(n=160):
    """Numbers and a truth value, one of them a variable of the dictionary; a score."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "age_years": rng.integers(40, 90, n).astype(float),
            "Grip (kg)": rng.normal(30.0, 8.0, n),
            "back_pain": rng.random(n) < 0.4,
        }
    )
    score = 30.0 + frame["Grip (kg)"] + 9.0 * frame["back_pain"] + rng.normal(size=n) * 8.0
    return frame, score.clip(0, 100).rename("score")


X, Y = people()
HIGH = np.where(Y > 63.0, "worse", "better")
NAMED = X.set_axis(["age_years", "grip_kg", "back_pain"], axis=1)


SAID = {"higher_is": "worse"}


def forest(**settings):
    return RandomForestRegressor(8, random_state=0, **settings)


def test_a_forest_scores_as_it_predicts(tmp_path):
    model = forest().fit(X, Y)
    scored = hiprisk.load(to_bundle(model, X, Y, out=tmp_path, name="grip", outcome=SAID)).score(
        NAMED
    )
    assert scored["predicted"].tolist() == model.predict(X).tolist()
    assert scored.equals(hiprisk.load(tmp_path / "grip").score(X))
    inside = (scored["lower_80"] <= Y) & (scored["upper_80"] >= Y)
    assert inside.mean() > 0.7


def test_a_sheet_says_what_it_is_and_where_it_came_from():
    sheet = to_sheet(
        forest().fit(X, Y), X, Y, bounds=(0, 100), provenance="simulated", outcome=SAID
    )
    assert sheet.family == "RandomForestRegressor"
    assert sheet.title == "score (RandomForestRegressor model)"
    assert sheet.notes[0].startswith("Model of scikit-learn ")
    assert "fitted outside of hiprisk: this document has no evidence" in sheet.notes[0]
    assert (sheet.outcome.lower, sheet.outcome.upper, sheet.provenance) == (0, 100, "simulated")
    assert [one.label for one in sheet.variables][1:] == ["Grip (kg)", "back_pain"]


def test_a_risk_is_that_of_the_last_label(tmp_path):
    model = RandomForestClassifier(8, random_state=0).fit(X, HIGH)
    bundle = to_bundle(model, X, HIGH, out=tmp_path)
    found = hiprisk.load(bundle)
    assert found.sheet.outcome.event_level == "worse"
    assert found.score(NAMED)["risk"].tolist() == model.predict_proba(X)[:, 1].tolist()


def test_what_is_missing_is_imputed_by_the_sheet():
    holes = X.copy()
    holes.loc[::5, "Grip (kg)"] = np.nan
    model = make_pipeline(SimpleImputer(), StandardScaler(), LinearRegression()).fit(holes, Y)
    sheet = to_sheet(model, holes, Y, outcome=SAID)
    assert sheet.distribution is not None
    assert sheet.variable("grip_kg").training.missing_share == pytest.approx(0.2)
    assert sum(one.weight for one in sheet.variables) == pytest.approx(1.0)


def test_a_booster_has_no_intervals():
    xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    model = xgboost.XGBRegressor(n_estimators=5, n_jobs=1).fit(X, Y)
    sheet = to_sheet(model.get_booster(), X, Y, outcome=SAID)
    assert sheet.distribution is None
    assert sheet.notes[1] == "No intervals: the model was not fitted again in folds."


def test_settings_that_json_lacks_are_said_in_words(tmp_path):
    xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    model = xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(X, HIGH == "worse")
    assert math.isnan(model.missing)
    bundle = to_bundle(model, X, HIGH == "worse", out=tmp_path)
    told = json.loads((bundle / "config.json").read_text())["estimator"]
    assert told["class"] == "xgboost.sklearn.XGBClassifier"
    assert told["parameters"]["missing"] == "nan"


def test_an_array_has_columns_by_place():
    values = X.astype(float).to_numpy()
    sheet = to_sheet(LinearRegression().fit(values, Y), values, Y, folds=0, outcome=SAID)
    assert [one.name for one in sheet.variables] == ["x0", "x1", "x2"]


def test_the_same_call_twice_gives_the_same_sheet():
    model = forest().fit(X, Y)
    first, second, other = (
        to_sheet(model, X, Y, folds=2, random_state=seed, outcome=SAID) for seed in (1, 1, 2)
    )
    assert first == second != other


def test_what_a_sheet_cannot_hold_is_refused():
    with pytest.raises(NotPortableError, match="GaussianNB cannot be written as a sheet"):
        to_sheet(GaussianNB().fit(X, HIGH), X, HIGH)


@pytest.mark.parametrize(
    ("frame", "y", "settings", "error", "message"),
    [
        (X.assign(back_pain="yes"), Y, {}, InputError, "'back_pain' is no number"),
        (X.assign(back_pain=1.0), Y, {}, InputError, "'back_pain' does not vary"),
        (X.assign(age_years=900.0), Y, {}, InputError, r"must lie in \[18, 110\]"),
        (X, Y[:-1], {}, InputError, "y has 159 values, and X has 160 rows"),
        (X, Y.iloc[::-1], {}, InputError, "'X' and 'y' have the same index in another"),
        (X, Y, {"folds": 1}, ConfigError, "must be 0 .none. or at least 2, got 1"),
        (X, Y, {"bounds": (50, 60)}, InputError, r"the outcome must lie in \[50, 60\]"),
        ("rows", Y, {}, InputError, "X must be a data frame, or an array of numbers"),
        (X[["age_years"]], Y, {}, ConfigError, "fitted on 3 inputs, and 1 are named"),
    ],
)
def test_data_that_are_not_the_models_are_refused(frame, y, settings, error, message):
    model = forest().fit(X, Y)
    with pytest.raises(error, match=message):
        to_sheet(model, frame, y, **settings)


def test_other_labels_and_bounds_of_a_risk_are_refused():
    model = LogisticRegression(max_iter=5000).fit(X, HIGH)
    with pytest.raises(InputError, match="labels of y are not those that the model was fitted to"):
        to_sheet(model, X, HIGH == "worse")
    with pytest.raises(ConfigError, match="a binary outcome has no bounds"):
        to_sheet(model, X, HIGH, bounds=(0, 1))


def test_whether_more_is_better_is_said_by_the_user_or_the_dictionary():
    model = LinearRegression().fit(X, Y)
    with pytest.raises(ConfigError, match=r"outcome.higher_is: say whether more of 'score' is bet"):
        to_sheet(model, X, Y, folds=0)
    known = to_sheet(model, X, Y.rename("ohs_0_48"), folds=0)
    assert known.outcome.higher_is == "better"
