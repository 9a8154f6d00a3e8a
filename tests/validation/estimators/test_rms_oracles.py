"""scikit-learn's own estimators judged as R rms judges its fits, on rms' own resamples."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from hiprisk.validation.estimators.development import development
from hiprisk.validation.internal.optimism import optimism_table
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import resamples_from_indices
from rms_oracles import LRM, OLS, read, read_rows, worst_difference, worst_difference_632

X = ["x1", "x2", "x3"]


@pytest.fixture(scope="module")
def data():
    return read("rms_small_data.csv")


def table_of(estimator, data, outcome, metrics):
    people = development(estimator, data[X], data[outcome])
    refits = refit_all(people, resamples_from_indices(read_rows("rms_small_rows.csv")))
    return optimism_table(refits, people.observed, apparent=people.apparent, metrics=metrics)


def test_linear_regression_equals_rms_validate_ols(data):
    table = table_of(LinearRegression(), data, "y", OLS)
    assert worst_difference(table, read("rms_small_ols.csv"), OLS) < 1e-9


def test_unpenalised_logistic_regression_equals_rms_validate_lrm(data):
    estimator = LogisticRegression(C=np.inf, tol=1e-12, solver="newton-cholesky", max_iter=200)
    table = table_of(estimator, data, "e", LRM)
    # rms stops at its own tolerance.
    assert worst_difference(table, read("rms_small_lrm.csv"), LRM) < 1e-6
    assert worst_difference_632(table, read("rms_small_lrm.csv"), LRM) < 2e-6
