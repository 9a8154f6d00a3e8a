"""One fit an imputation, predictions averaged."""

import pickle

import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression

from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.own.estimator import OwnEstimator
from hiprisk.learning.own.fitting import OwnCandidateError, fit_own

# Linear, and in no sheet: it takes part as a benchmark.
LINEAR = OwnEstimator("sklearn.cross_decomposition.PLSRegression")
NAIVE_BAYES = OwnEstimator("sklearn.naive_bayes.GaussianNB")


def people(n=50):
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(n, 2))
    return inputs, inputs[:, 0] + rng.normal(size=n)


def fitted(stack, y, own=LINEAR, params=None, link="identity"):
    return fit_own(stack, y, own=own, params=params or {}, link=link, names=("a", "b"))


def test_predictions_are_the_mean_over_the_imputations():
    inputs, y = people()
    other = inputs + 0.5 * np.random.default_rng(4).normal(size=inputs.shape)
    both = [PLSRegression().fit(one, y).predict(inputs) for one in (inputs, other)]
    got = fitted([inputs, other], y).linear_predictor(inputs)
    assert got == pytest.approx(np.mean(both, axis=0), rel=1e-12)


def test_a_classifier_gives_the_log_odds_of_its_mean_risk():
    inputs, y = people()
    event = (y > 0).astype(float)
    fit = fitted([inputs], event, NAIVE_BAYES, link="logit")
    risk = 1.0 / (1.0 + np.exp(-fit.linear_predictor(inputs)))
    assert risk == pytest.approx(fit.fits[0].predict_proba(inputs)[:, 1], rel=1e-9)


def test_a_risk_of_0_or_1_has_finite_log_odds():
    inputs, y = people()
    tree = OwnEstimator("sklearn.tree.DecisionTreeClassifier")
    fit = fitted([inputs], (y > 0).astype(float), tree, link="logit")
    assert np.isfinite(fit.linear_predictor(inputs)).all()


def test_an_outcome_that_does_not_vary_is_degenerate():
    with pytest.raises(InputError, match="does not vary"):
        fitted([people()[0]], np.ones(50))


def test_what_a_class_raises_is_said_without_its_words():
    inputs, y = people()
    with pytest.raises(ConfigError, match=r"it raised \w+ \(at the settings alpha: -1.0; narrow"):
        fitted([inputs], y, OwnEstimator("sklearn.linear_model.Ridge"), {"alpha": -1.0})


def test_a_prediction_that_fails_is_told_with_candidate_and_settings():
    inputs, y = people()
    near = OwnEstimator("sklearn.neighbors.KNeighborsRegressor", name="near")
    fit = fitted([inputs], y, near, {"n_neighbors": 51})
    with pytest.raises(
        OwnCandidateError,
        match=r"families.near: .* could not predict: it raised ValueError \(at the settings "
        r"n_neighbors: 51",
    ) as told:
        fit.linear_predictor(inputs)
    # It crosses to the main process from a worker.
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)


def test_a_prediction_that_is_no_number_is_refused():
    inputs, y = people()
    fit = fitted([inputs], y)
    fit.fits[0].coef_ = np.full_like(fit.fits[0].coef_, np.nan)
    with pytest.raises(ConfigError, match="one finite number a row"):
        fit.linear_predictor(inputs)


def test_a_benchmark_is_no_sheet():
    inputs, y = people()
    with pytest.raises(NotPortableError, match="cannot be written as a sheet"):
        fitted([inputs], y).to_model()


def test_inputs_are_standardised_where_it_is_asked_for():
    inputs, y = people()
    near = OwnEstimator("sklearn.neighbors.KNeighborsRegressor", standardise=True)
    stretched = inputs * [1.0, 1000.0]
    plain = fitted([inputs], y, near).linear_predictor(inputs)
    assert fitted([stretched], y, near).linear_predictor(stretched) == pytest.approx(plain)
    ridge = OwnEstimator("sklearn.linear_model.Ridge", standardise=True)
    shrunk = fitted([inputs], y, ridge, {"alpha": 10.0})
    again = fitted([stretched], y, ridge, {"alpha": 10.0})
    assert again.coefficients[1:] * [1.0, 1000.0] == pytest.approx(shrunk.coefficients[1:])
