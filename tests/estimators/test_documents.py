"""Sheets and bundles of estimators."""

import numpy as np
import pandas as pd
import pytest

import hiprisk
from cohort_frames import OUTCOME, PREDICTORS, own_frame, stupar_frame
from commands import answer
from hiprisk.errors import ConfigError
from hiprisk.estimators import StudyClassifier, StudyRegressor
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator

IN_WORDS = {
    "label": "WOMAC function",
    "unit": "points 0-100",
    "horizon_months": 36,
    "population": "people with hip osteoarthritis",
    "baseline": "womac_function_0_100",
    "events": [
        {
            "name": "worsening",
            "label": "worse by at least 10 points",
            "direction": "above",
            "reference": "baseline",
            "value": 10,
        }
    ],
}


@pytest.fixture(scope="module")
def people():
    return stupar_frame()


@pytest.fixture(scope="module")
def regressor(people):
    model = StudyRegressor(n_imputations=2, bounds=(0, 100))
    return model.fit(people[PREDICTORS], people[OUTCOME])


def test_a_sheet_says_that_horizon_and_population_were_not_stated(regressor):
    sheet = regressor.to_sheet()
    assert sheet.name == "study-model"
    assert sheet.outcome.estimand.endswith("; horizon and population not stated")
    assert "no evidence of how well it predicts" in sheet.notes[0]
    assert sheet.provenance == "unknown"


def test_a_sheet_says_what_is_told_of_the_outcome(regressor):
    outcome = regressor.to_sheet(outcome=IN_WORDS).outcome
    assert outcome.estimand == "WOMAC function in 36 months; people with hip osteoarthritis"
    assert (outcome.unit, outcome.baseline) == ("points 0-100", "womac_function_0_100")
    assert [event.name for event in outcome.events] == ["worsening"]
    assert outcome.lower == 0.0


@pytest.mark.parametrize(
    ("outcome", "letter"),
    [
        ({"labell": "x"}, r"outcome.labell: this key is not known"),
        ({"horizon_months": 0}, r"outcome.horizon_months: must be greater than 0"),
        ({"kind": "binary"}, r"outcome.kind: the fit says this"),
        ({"baseline": "age"}, r"outcome.baseline: 'age' is no variable of the sheet .*age_years"),
        ({"events": [{"name": "a"}]}, r"outcome.events.0.label: this key is required"),
    ],
)
def test_what_breaks_a_rule_is_refused(regressor, outcome, letter):
    with pytest.raises(ConfigError, match=letter):
        regressor.to_sheet(outcome=outcome)


def test_which_end_is_good_is_never_guessed(regressor):
    """Screens and the calculator tell a reader; of a known variable the dictionary says it."""
    assert regressor.to_sheet().outcome.higher_is == "worse"
    with pytest.raises(ConfigError, match=r"outcome.higher_is: better contradicts the dictionary"):
        regressor.to_sheet(outcome={"higher_is": "better"})
    frame, score, _ = own_frame()
    model = StudyRegressor(n_imputations=1, interval_folds=0).fit(frame, score)
    with pytest.raises(ConfigError, match=r"more of 'score' is better or worse: whoever reads"):
        model.to_sheet()
    with pytest.raises(ConfigError, match=r"more of 'score' is better or worse: whoever reads"):
        model.to_bundle(outcome={"label": "Score"})
    assert model.to_sheet(outcome={"higher_is": "better"}).outcome.higher_is == "better"


def test_an_unsafe_name_and_an_unknown_provenance_are_refused(regressor):
    with pytest.raises(ConfigError, match="name"):
        regressor.to_sheet(name="../x")
    with pytest.raises(ConfigError, match=r"provenance: must be one of 'simulated', 'real'"):
        regressor.to_sheet(provenance="synthetic")


def test_numbers_that_no_reader_of_sheets_takes_are_refused_with_what_to_do():
    x = np.random.default_rng(0).normal(size=(60, 2)) * 1e-9
    model = StudyRegressor(interval_folds=0).fit(x, x[:, 0])
    with pytest.raises(ConfigError, match=r"cannot be written as a sheet: .*ordinary size"):
        model.to_sheet(outcome={"higher_is": "worse"})


@pytest.mark.parametrize("kind", ["regressor", "classifier"])
@pytest.mark.parametrize("scale", [0.01, 1.0, 1000.0])
def test_splines_of_columns_without_a_hard_range_are_written(kind, scale):
    """Any number may come for such a column: the sheet says what the estimator says."""
    frame, score, event = own_frame(missing=0.0)
    X = frame[["Grip (kg)", "falls"]].assign(**{"Grip (kg)": frame["Grip (kg)"] * scale})
    settings = {"splines": ["Grip (kg)"], "spline_knots": 4, "n_imputations": 2}
    if kind == "regressor":
        model = StudyRegressor(interval_folds=0, **settings).fit(X, score)
    else:
        model = StudyClassifier(**settings).fit(X, event)
    sheet = parse_sheet(model.to_sheet(outcome={"higher_is": "worse"}).to_json(), name="sheet.json")
    (term,) = (term for term in sheet.model.terms if term.basis == "rcs")
    assert sheet.variable(term.column).hard is None
    far = X.iloc[:6].assign(**{"Grip (kg)": [-1e8, 1e3, 1e5, 1e6, 1e8, 1e100]})
    found = SheetEvaluator(sheet).predict(
        model.columns_.read(model._given_columns(far, reset=False))
    )
    ours = model.predict(far) if kind == "regressor" else model.predict_proba(far)[:, 1]
    assert (found.predicted == ours).all()
    assert np.isfinite(ours).all()


def test_a_sheet_that_was_written_and_read_predicts_with_the_same_bits(regressor, people):
    sheet = parse_sheet(regressor.to_sheet(outcome=IN_WORDS).to_json(), name="sheet.json")
    columns = regressor.columns_.read(regressor._given_columns(people[PREDICTORS], reset=False))
    found = SheetEvaluator(sheet).predict(columns)
    assert (found.predicted == regressor.predict(people[PREDICTORS])).all()
    for level in ("80", "95"):
        lower, upper = found.intervals[level]
        ours = regressor.predict_interval(people[PREDICTORS], level=float(level) / 100)
        assert (ours[:, 0] == lower).all()
        assert (ours[:, 1] == upper).all()


@pytest.mark.slow
def test_a_bundle_is_scored_validated_and_asked_as_any_other(regressor, people, tmp_path, capsys):
    bundle = regressor.to_bundle(
        out=tmp_path / "models", name="notebook", outcome=IN_WORDS, provenance="simulated"
    )
    scored = hiprisk.load(bundle).score(people[PREDICTORS])
    assert (scored["predicted"] == regressor.predict(people[PREDICTORS])).all()
    assert scored["chance_worsening"].between(0, 1).all()
    patient = people.loc[[0], PREDICTORS].assign(bmi_kg_m2=np.nan, lbp_any=None)
    given = {"age-years": patient.age_years[0], "sex": patient.sex[0]}
    given["womac-function-0-100"] = patient.womac_function_0_100[0]
    options = [word for name, value in given.items() for word in (f"--{name}", value)]
    code, told = answer(capsys, "predict", bundle, *options)
    assert (code, told["predicted"]) == (0, regressor.predict(patient)[0])
    people.to_csv(tmp_path / "cohort.csv", index=False)
    code, found = answer(capsys, "validate", bundle, tmp_path / "cohort.csv")
    assert code == 0
    assert found["metrics"]["r2"]["value"] == pytest.approx(
        regressor.score(people[PREDICTORS], people[OUTCOME]), rel=1e-9
    )


def test_a_bundle_of_own_columns_and_a_binary_outcome(tmp_path):
    frame, _, event = own_frame()
    model = StudyClassifier(n_imputations=2, n_resamples=20).fit(frame, event)
    bundle = hiprisk.load(model.to_bundle(out=tmp_path, name="own"))
    renamed = frame.set_axis([one.name for one in model.columns_.variables], axis=1)
    scored = bundle.score(renamed)
    pd.testing.assert_frame_equal(scored, bundle.score(frame))
    assert (scored["risk"] == model.predict_proba(frame)[:, 1]).all()
    assert (scored["upper_80"] == model.predict_interval(frame)[:, 1]).all()
    assert bundle.sheet.outcome.event_level == "worse"
    stated = bundle.bundle.config["estimator"]
    assert stated["class"] == "hiprisk.estimators.StudyClassifier"
    assert stated["parameters"]["n_resamples"] == 20


def test_a_bundle_takes_the_columns_of_its_notebook_everywhere(tmp_path, capsys):
    rng = np.random.default_rng(5)
    X = pd.DataFrame(rng.normal(size=(80, 3)), columns=["Pain", "pain", "Age (y)"])
    y = (3.0 * X["Pain"] + rng.normal(size=80)).rename("My score")
    model = StudyRegressor(n_imputations=1, interval_folds=0).fit(X, y)
    # The name that a sheet can have stays, or "pain" would be taken for "Pain".
    assert model.columns_.by_variable == {"pain_2": "Pain", "pain": "pain", "age_y": "Age (y)"}
    bundle = model.to_bundle(out=tmp_path, outcome={"higher_is": "better", "label": "Score"})
    expected = model.predict(X)
    assert (hiprisk.load(bundle).score(X.assign(y=y))["predicted"] == expected).all()
    assert (hiprisk.score(bundle, X).to_frame()["predicted"] == expected).all()
    X.assign(**{"My score": y}).to_csv(tmp_path / "cohort.csv", index=False)
    code, found = answer(capsys, "validate", bundle, tmp_path / "cohort.csv")
    assert (code, found["metrics"]["r2"]["value"]) == (0, pytest.approx(model.score(X, y)))
    X.assign(Pain="1,5").to_csv(tmp_path / "commas.csv", index=False)
    code, found = answer(capsys, "score", bundle, tmp_path / "commas.csv",
                         "--out", tmp_path / "scored.csv")  # fmt: skip
    assert (code, found["reasons"]) == (6, {"NOT_A_NUMBER(pain_2)": 80})


def test_parameters_of_a_bundle_are_plain_values(regressor, tmp_path, people):
    model = StudyRegressor(
        penalty=np.float64(0.1), random_state=np.random.RandomState(1), bounds=(0, 100),
        dictionary=None, n_imputations=1, interval_folds=0,
    )  # fmt: skip
    model.fit(people[PREDICTORS], people[OUTCOME])
    bundle = model.to_bundle(out=tmp_path, outcome={"higher_is": "worse"})
    stated = hiprisk.load(bundle).bundle.config["estimator"]["parameters"]
    assert stated["penalty"] == 0.1
    assert stated["random_state"] == "RandomState"
    assert stated["bounds"] == [0, 100]
