"""What both estimators share: columns of X, refusals, scikit-learn's tools around them."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import get_tags

from cohort_frames import OUTCOME, PREDICTORS, own_frame, stupar_frame
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError, HipRiskWarning, InputError
from hiprisk.estimators import StudyClassifier, StudyRegressor

QUICK = {"n_imputations": 2, "interval_folds": 0}


@pytest.fixture(scope="module")
def people():
    return stupar_frame()


@pytest.fixture(scope="module")
def fitted():
    frame, score, _ = own_frame()
    return StudyRegressor(n_imputations=2).fit(frame, score)


def test_metadata_are_those_of_scikit_learn(fitted):
    frame, _, _ = own_frame()
    assert fitted.n_features_in_ == 5
    assert fitted.feature_names_in_.tolist() == list(frame.columns)
    tags = get_tags(fitted)
    assert tags.input_tags.allow_nan
    assert tags.estimator_type == "regressor"
    assert not get_tags(StudyClassifier()).classifier_tags.multi_class


def test_columns_in_another_order_or_with_other_names_are_refused(fitted):
    frame, _, _ = own_frame()
    with pytest.raises(ValueError, match="feature names should match those that were passed"):
        fitted.predict(frame[list(frame.columns[::-1])])
    with pytest.raises(ValueError, match="Feature names unseen at fit time"):
        fitted.predict(frame.rename(columns={"work": "job"}))
    x = np.arange(20.0).reshape(10, 2) ** 2
    model = StudyRegressor(**QUICK).fit(x, x[:, 0])
    with pytest.raises(ValueError, match="X has 1 features, but StudyRegressor is expecting 2"):
        model.predict(x[:, :1])


def test_the_data_of_scikit_learn_are_fitted_with_a_warning():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    with pytest.warns(
        HipRiskWarning, match="sex: 442 of 442 values .* a column of its own"
    ) as told:
        model = StudyRegressor(**QUICK).fit(X, y)
    assert told[0].filename == __file__
    assert model.score(X, y) > 0.5
    with pytest.raises(InputError, match="sex: a level that the dictionary does not have"):
        StudyRegressor(**QUICK, dictionary=load_dictionary()).fit(X, y)


def test_rows_in_another_order_and_a_name_that_comes_twice_are_refused():
    frame, score, event = own_frame()
    with pytest.raises(InputError, match="'X' and 'y' have the same index in another order"):
        StudyRegressor(**QUICK).fit(frame, score.iloc[::-1])
    with pytest.raises(InputError, match="'X' and 'y' have the same index in another order"):
        StudyClassifier(n_imputations=2).fit(frame.iloc[::-1], pd.Series(event))
    groups = pd.Series(range(len(frame))).iloc[::-1]
    with pytest.raises(InputError, match="'X' and 'groups' have the same index in another"):
        StudyRegressor(**QUICK).fit(frame, score, groups=groups)
    twice = pd.concat([frame, frame[["falls"]]], axis=1)
    with pytest.raises(InputError, match=r"the column name 'falls' comes twice \(rename"):
        StudyRegressor(**QUICK).fit(twice, score)


def test_columns_that_do_not_vary_are_left_out_with_a_warning():
    frame = pd.DataFrame({"x": np.arange(30.0), "same": 1.0, "empty": np.nan})
    with pytest.warns(UserWarning, match=r"2 column\(s\) do not vary .*: same, empty"):
        model = StudyRegressor(**QUICK).fit(frame, np.arange(30.0))
    assert model.constant_columns_ == ("same", "empty")
    assert [spec.name for spec in model.sheet_.variables] == ["x"]
    other = model.predict(frame.assign(same=2.0, empty=5.0))
    assert (other == model.predict(frame)).all()
    with pytest.raises(InputError, match=r"none of 2 column\(s\) varies"):
        StudyRegressor().fit(frame[["same", "empty"]], np.arange(30.0))


def test_a_frame_of_one_row_or_none_is_refused():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    with pytest.raises(InputError, match=r"1 sample\(s\) \(n_samples = 1\).* at least 2"):
        StudyRegressor().fit(frame.head(1), [1.0])
    model = StudyRegressor(**QUICK).fit(frame, [1.0, 2.0, 2.5])
    with pytest.raises(InputError, match=r"0 sample\(s\)"):
        model.predict(frame.head(0))
    by_array = StudyRegressor(**QUICK).fit(frame.to_numpy(), [1.0, 2.0, 2.5])
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        by_array.predict(np.empty((0, 1)))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        StudyRegressor().fit(frame, [1.0, 2.0])


def test_before_a_fit_nothing_is_answered():
    for ask in ("predict", "predict_interval", "to_sheet"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(StudyRegressor(), ask)(*([] if ask == "to_sheet" else [[[1.0]]]))


@pytest.mark.parametrize(
    ("changes", "letter"),
    [
        ({"splines": ["fals"]}, r"splines: there is no column 'fals' \(did you mean falls\?\)"),
        ({"splines": [9]}, r"splines: must name columns, or their positions from 0 to 4, got 9"),
        ({"splines": ["work"]}, r"splines: 'work' is a category, and a spline is of a number"),
        ({"categorical": ["grades"]}, r"categorical: there is no column 'grades'"),
        ({"monotonic_cst": [1, 0]}, r"monotonic_cst: has 2 signs for 5 columns"),
        ({"monotonic_cst": {"falls": 2}}, r"monotonic_cst: must be -1, 0 or 1, got 2"),
    ],
)
def test_a_parameter_that_names_no_column_is_refused(changes, letter):
    frame, score, _ = own_frame()
    with pytest.raises(ConfigError, match=letter):
        StudyRegressor(**changes).fit(frame, score)


def test_splines_by_name_and_by_position_are_the_same_fit():
    frame, score, _ = own_frame(missing=0.0)
    numbers = frame[["Grip (kg)", "falls"]]
    by_name = StudyRegressor(splines=["Grip (kg)"], **QUICK).fit(numbers, score)
    by_place = StudyRegressor(splines=[0], **QUICK).fit(numbers.to_numpy(), score)
    assert [term.basis for term in by_name.sheet_.model.terms] == ["rcs", "linear"]
    assert (by_name.predict(numbers) == by_place.predict(numbers.to_numpy())).all()


def test_a_sign_that_is_stated_holds_everywhere():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 1.0, (300, 1))
    y = np.sin(6.0 * x[:, 0]) + rng.normal(0.0, 0.1, 300)
    model = StudyRegressor("boosting", monotonic_cst={"x0": 1}, **QUICK).fit(x, y)
    steps = np.diff(model.predict(np.linspace(0.0, 1.0, 200)[:, None]))
    assert (steps >= 0.0).all()
    same = StudyRegressor("boosting", monotonic_cst=[1], **QUICK).fit(x, y)
    assert (same.predict(x) == model.predict(x)).all()


def test_missing_values_are_imputed_when_predicting_too(fitted):
    frame, _, _ = own_frame()
    unknown = pd.DataFrame(np.nan, index=[0], columns=frame.columns)
    low, high = fitted.predict_interval(unknown, level=0.95)[0]
    assert low < fitted.predict(unknown)[0] < high
    known_low, known_high = fitted.predict_interval(frame.dropna().head(1), level=0.95)[0]
    assert high - low > known_high - known_low


def test_a_level_that_nobody_had_is_refused_or_imputed():
    frame, score, _ = own_frame()
    new = frame.head(1).assign(work="retired")
    with pytest.raises(InputError, match=r"work: a level that nobody had when fitting in 1 row"):
        StudyRegressor(**QUICK).fit(frame, score).predict(new)
    lenient = StudyRegressor(unknown_levels="missing", **QUICK).fit(frame, score)
    assert lenient.predict(new)[0] == lenient.predict(new.assign(work=None))[0]


@pytest.mark.parametrize("level", [0.0, 1.0, 80, -0.5, "0.8"])
def test_a_level_of_an_interval_is_a_probability(fitted, level):
    frame, _, _ = own_frame()
    with pytest.raises(ConfigError, match=r"level: must lie inside \(0, 1\)"):
        fitted.predict_interval(frame, level=level)


def test_clone_pickle_and_joblib_keep_an_estimator(fitted, tmp_path):
    frame, score, _ = own_frame()
    assert clone(fitted).get_params() == fitted.get_params()
    again = clone(fitted).fit(frame, score)
    joblib.dump(fitted, tmp_path / "model.joblib")
    for copy in (again, pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "model.joblib")):
        assert (copy.predict(frame) == fitted.predict(frame)).all()
        assert copy.sheet_ == fitted.sheet_


def test_a_fitted_estimator_holds_no_row_of_its_people():
    frame, score, _ = own_frame()
    marked = frame.assign(falls=frame["falls"].astype(float))
    marked.loc[0, "falls"] = 123.456
    model = StudyRegressor("boosting", n_trees=5, **QUICK).fit(marked, score)
    assert np.float64(123.456).tobytes() not in pickle.dumps(model)


@pytest.mark.slow
def test_grid_search_over_the_penalty(people):
    X, y = people[PREDICTORS], people[OUTCOME]
    grid = {"penalty": np.logspace(-3, 1, 3), "splines": [None, ["age_years"]]}
    search = GridSearchCV(StudyRegressor(**QUICK), grid, cv=3, scoring="neg_mean_squared_error")
    search.fit(X, y)
    assert search.best_params_["penalty"] < 10.0
    assert search.best_estimator_.predict_interval is not None
    assert search.predict(X).shape == (len(X),)


def test_pipeline_with_a_column_transformer_that_gives_frames(people):
    scaled = ColumnTransformer(
        [
            ("scaled", StandardScaler(), ["age_years", "bmi_kg_m2"]),
            ("rest", FunctionTransformer(feature_names_out="one-to-one"), ["sex", "lbp_any"]),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    model = StudyRegressor(dictionary=None, **QUICK)
    pipeline = make_pipeline(scaled, model).fit(people[PREDICTORS], people[OUTCOME])
    names = ["age_years", "bmi_kg_m2", "sex", "lbp_any"]
    assert pipeline[-1].feature_names_in_.tolist() == names
    assert pipeline.predict(people[PREDICTORS]).std() > 0.0


def test_scaled_columns_under_a_name_of_the_dictionary_are_refused(people):
    scaled = people[["age_years", "bmi_kg_m2"]].apply(lambda x: (x - x.mean()) / x.std())
    with pytest.raises(InputError, match=r"age_years: must lie in .*dictionary=None"):
        StudyRegressor(**QUICK).fit(scaled, people[OUTCOME])


def test_a_value_that_a_score_would_refuse_is_refused_when_predicting(people):
    model = StudyRegressor(**QUICK).fit(people[PREDICTORS], people[OUTCOME])
    in_months = people[PREDICTORS].head(3).assign(age_years=720.0)
    with pytest.raises(InputError, match=r"age_years: must lie in \[18, 110\] years .*position 0"):
        model.predict(in_months)
    free = StudyRegressor(dictionary=None, **QUICK).fit(people[PREDICTORS], people[OUTCOME])
    assert np.isfinite(free.predict(in_months)).all()


def test_a_value_too_large_for_the_model_is_refused():
    x = np.random.default_rng(0).normal(size=(60, 2))
    model = StudyRegressor(penalty=0.0, **QUICK).fit(x, 1e10 * x[:, 0])
    with pytest.raises(InputError, match=r"1 row\(s\) have values too large .* position 1"):
        model.predict([[0.0, 0.0], [1e300, 0.0]])


def test_a_fit_that_is_refused_leaves_the_earlier_one_whole(people):
    X, y = people[PREDICTORS], people[OUTCOME]
    model = StudyRegressor(**QUICK).fit(X, y)
    before = model.predict(X)
    with pytest.raises(InputError, match="does not vary"):
        model.fit(X, np.zeros(len(X)))
    assert (model.predict(X) == before).all()
    never = StudyRegressor(**QUICK)
    with pytest.raises(InputError, match="does not vary"):
        never.fit(X, np.zeros(len(X)))
    with pytest.raises(NotFittedError, match="not fitted yet"):
        never.predict(X)


def test_a_frame_of_another_library_is_one():
    frame, score, _ = own_frame(missing=0.0)
    table = pa.Table.from_pandas(frame[["falls", "work"]])
    model = StudyRegressor(**QUICK).fit(table, score)
    assert model.feature_names_in_.tolist() == ["falls", "work"]
    assert (model.predict(table) == model.predict(frame[["falls", "work"]])).all()


def test_a_column_that_is_hardly_known_is_refused_by_name():
    x = np.full((40, 2), np.nan)
    x[:, 0] = np.arange(40.0)
    x[:2, 1] = [1.0, 2.0]
    with pytest.raises(InputError, match=r"x1: is known in 2 of 40 rows: too few to impute"):
        StudyRegressor().fit(x, x[:, 0])


def test_columns_may_be_named_by_one_text_or_any_sequence():
    frame, score, _ = own_frame()
    one = StudyRegressor(categorical="falls", **QUICK).fit(frame, score)
    many = StudyRegressor(categorical=pd.Index(["falls"]), **QUICK).fit(frame, score)
    by_place = StudyRegressor(categorical=[1], **QUICK).fit(frame, score)
    assert one.columns_ == many.columns_ == by_place.columns_
    assert one.columns_.variables[1].kind == "category"


def test_folds_that_keep_persons_together(people):
    groups = np.arange(len(people)) // 2
    scores = cross_val_score(
        StudyRegressor(**QUICK), people[PREDICTORS], people[OUTCOME],
        cv=GroupKFold(3), groups=groups, scoring="neg_root_mean_squared_error",
    )  # fmt: skip
    assert scores.shape == (3,)
    assert (-people[OUTCOME].std() * 1.2 < scores).all()
