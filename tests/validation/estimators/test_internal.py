"""Any estimator of scikit-learn's contract through optimism, folds, sites and stability."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.registry import further_metrics, metrics_for
from hiprisk.validation import bootstrap_optimism, cross_validate, internal_external, stability
from hiprisk.validation.estimators.development import development
from hiprisk.validation.resampling import same_design


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return X, y


@pytest.fixture(scope="module")
def high(diabetes):
    X, y = diabetes
    return X, (y > 140).astype(int)


def test_all_that_a_study_reports_is_corrected(high):
    table = bootstrap_optimism(LogisticRegression(C=100), *high, n_resamples=20)
    names = [row.metric for row in table.rows]
    wanted = (*metrics_for("binary"), *further_metrics("binary"))
    assert names == [*(one.name for one in wanted), "ici"]
    [c] = [row for row in table.rows if row.metric == "c_statistic"]
    assert c.low < c.corrected < c.apparent < c.high


def test_neither_workers_nor_an_open_random_state_change_a_bit(diabetes):
    X, y = diabetes
    forest = RandomForestRegressor(n_estimators=3, max_depth=3)
    how = {"n_resamples": 4, "metrics": ["r2", "rmse"]}
    one = bootstrap_optimism(forest, X, y, **how)
    assert one == bootstrap_optimism(forest, X, y, workers=2, **how)
    assert one == bootstrap_optimism(forest, X, y, **how)
    assert one != bootstrap_optimism(forest, X, y, seed=1, **how)
    assert forest.random_state is None


def test_a_pipeline_imputes_by_itself(diabetes):
    X, y = diabetes
    holes = X.mask(np.random.default_rng(1).random(X.shape) < 0.1)
    found = bootstrap_optimism(
        make_pipeline(SimpleImputer(), LinearRegression()), holes, y,
        n_resamples=4, metrics=["r2"],
    )  # fmt: skip
    assert 0.3 < found.rows[0].corrected < 0.6
    with pytest.raises(
        InputError, match=r"could not be fitted to all rows \(ValueError"
    ) as refusal:
        bootstrap_optimism(LinearRegression(), holes, y, n_resamples=4)
    assert "imputer" in str(refusal.value)
    assert "NaN" in str(refusal.value.__cause__)


def test_two_rows_of_a_person_are_drawn_together(diabetes):
    X, y = diabetes
    twice = pd.concat([X, X], ignore_index=True)
    persons = np.r_[np.arange(len(X)), np.arange(len(X))]
    one = bootstrap_optimism(LinearRegression(), X, y, n_resamples=4, metrics=["r2"])
    both = bootstrap_optimism(
        LinearRegression(), twice, np.r_[y, y], groups=persons, n_resamples=4, metrics=["r2"]
    )
    assert both.rows[0].corrected == pytest.approx(one.rows[0].corrected, rel=1e-9)


class RefusesSome(ClassifierMixin, BaseEstimator):
    """Refuses resamples in which one row is lacking."""

    def __init__(self, needs=0.0):
        self.needs = needs

    def fit(self, X, y):
        if self.needs not in np.asarray(X)[:, 0]:
            raise ValueError(f"patient {self.needs} is lacking")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.predict_proba(X)[:, 1] > 0.5

    def predict_proba(self, X):
        risk = np.clip(np.asarray(X)[:, 0] / 100, 0.01, 0.99)
        return np.column_stack([1 - risk, risk])


def test_refused_resamples_are_counted_and_too_many_end_it_without_a_cell():
    X = np.arange(100.0)[:, np.newaxis]
    y = np.arange(100) % 3 == 0
    # Four rows of each value: a resample lacks all four with a chance of 2 %.
    found = bootstrap_optimism(
        RefusesSome(), np.repeat(X[:25], 4, axis=0), y, n_resamples=100, metrics=["brier"]
    )
    assert 0 < found.n_refused < 10
    assert found.n_resamples + found.n_refused == 100
    with pytest.raises(InputError, match=r"not be fitted on \d+ of 20 resamples: ValueError when"):
        bootstrap_optimism(RefusesSome(), X, y, n_resamples=20)


def test_folds_are_of_all_people(diabetes):
    found = cross_validate(LinearRegression(), *diabetes, folds=5, repeats=2, metrics=["r2"])
    assert (found.n_folds, found.n_repeats, found.n_people) == (5, 2, 442)
    assert 0.42 < found.metrics[0].estimate.value < 0.52


def test_each_site_is_evaluated_by_a_fit_without_it(high):
    X, y = high
    sites = np.array(["north", "south", "west"])[np.arange(len(y)) % 3]
    found = internal_external(LogisticRegression(C=100), X, y, sites, metrics=["c_statistic"])
    assert {one.site for one in found.sites} == {"north", "south", "west"}
    without = LogisticRegression(C=100).fit(X[sites != "west"], y[sites != "west"])
    from sklearn.metrics import roc_auc_score

    own = roc_auc_score(y[sites == "west"], without.predict_proba(X[sites == "west"])[:, 1])
    [west] = [one for one in found.sites if one.site == "west"]
    assert west.value == pytest.approx(own)
    with pytest.raises(InputError, match="'sites' has 442 missing entries"):
        internal_external(LogisticRegression(), X, y, [None] * 442)
    with pytest.raises(InputError, match=r"'sites' has the shape \(1,\)"):
        internal_external(LogisticRegression(), X, y, ["north"])


def test_stability_is_of_the_same_resamples(high):
    found = stability(LogisticRegression(C=100), *high, n_resamples=20, thresholds=[0.3])
    assert found.n_refits == 20
    assert 0.01 < found.predictions.mape < 0.1
    assert found.decisions[0].threshold == 0.3
    assert found.decision_curves is not None


@pytest.mark.parametrize(("how", "said"), [
    ({"n_resamples": 1}, "a bootstrap needs two resamples, got 1"),
    ({"metrics": ["r2"]}, "there is no metric 'r2' of a binary outcome"),
])  # fmt: skip
def test_what_makes_no_bootstrap_is_refused(high, how, said):
    with pytest.raises(ConfigError, match=said):
        bootstrap_optimism(LogisticRegression(), *high, **how)


def test_what_makes_no_folds_is_refused(high):
    with pytest.raises(ConfigError, match="needs two folds and one repeat"):
        cross_validate(LogisticRegression(), *high, folds=1)


def test_progress_tells_how_many_are_done(diabetes):
    told = []
    bootstrap_optimism(
        Ridge(), *diabetes, n_resamples=3, metrics=["r2"],
        progress=lambda done, of: told.append((done, of)),
    )  # fmt: skip
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_least_squares_of_all_resamples_are_those_of_each(diabetes):
    class EachAlone(LinearRegression):
        pass

    together, alone = (
        bootstrap_optimism(one(), *diabetes, n_resamples=10, metrics=["r2", "rmse"])
        for one in (LinearRegression, EachAlone)
    )
    for name in ("apparent", "corrected", "omitted", "low"):
        expected = alone.to_frame()[name].to_list()
        assert together.to_frame()[name].to_list() == pytest.approx(expected, rel=1e-10)


def test_maximum_likelihood_of_all_resamples_is_that_of_each(high):
    class EachAlone(LogisticRegression):
        pass

    together, alone = (
        bootstrap_optimism(
            one(C=np.inf, solver="newton-cholesky", tol=1e-10), *high, n_resamples=10,
            metrics=["c_statistic", "brier", "calibration_slope"],
        )
        for one in (LogisticRegression, EachAlone)
    )  # fmt: skip
    for name in ("apparent", "corrected", "omitted", "low"):
        expected = alone.to_frame()[name].to_list()
        assert together.to_frame()[name].to_list() == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("estimator", [
    LogisticRegression(), LogisticRegression(C=np.inf, solver="newton-cholesky"),
    LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, class_weight="balanced"),
])  # fmt: skip
def test_logistic_regression_that_stops_before_its_maximum_is_fitted_to_each(high, estimator):
    assert development(estimator, *high).same_design is None


@pytest.mark.parametrize("estimator", [
    LinearRegression(positive=True), LinearRegression(fit_intercept=False), Ridge(),
])  # fmt: skip
def test_other_estimators_are_fitted_to_each_resample(diabetes, estimator):
    assert development(estimator, *diabetes).same_design is None


def test_columns_that_are_no_plain_numbers_are_left_to_the_estimator(diabetes):
    X, y = diabetes
    assert development(LinearRegression(), X, y).same_design is not None
    assert development(LinearRegression(), X.astype("float32"), y).same_design is None
    assert development(LinearRegression(), X.assign(sex="f"), y).same_design is None


def test_resamples_some_after_others_give_the_table_of_all_at_once(diabetes, monkeypatch):
    at_once = bootstrap_optimism(LinearRegression(), *diabetes, n_resamples=10)
    monkeypatch.setattr(same_design, "MAX_COUNTS", 3 * len(diabetes[1]))
    in_parts = bootstrap_optimism(LinearRegression(), *diabetes, n_resamples=10)
    assert in_parts.n_resamples == 10
    for name in ("training", "test", "omitted", "high"):
        expected = at_once.to_frame()[name].to_list()
        assert in_parts.to_frame()[name].to_list() == pytest.approx(expected, rel=1e-10, abs=1e-10)
