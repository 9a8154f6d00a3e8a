"""Coefficients with their standard errors, by hand."""

import dataclasses

import numpy as np
import pytest

from hiprisk.evidence.predictors.coefficients import coefficients_of
from hiprisk.sheet.format import LinearModel, Term
from ordinal_sheet import ordinal_sheet

TERMS = (
    Term(column="age_years", basis="rcs", coefficients=(0.5, -0.1), knots=(50.0, 60.0, 70.0)),
    Term(column="sex=male", basis="linear", coefficients=(2.0,)),
)
REFITS = ((9.0, 0.4, -0.2, 2.5), (11.0, 0.6, 0.0, 1.5), (10.0, 0.5, -0.1, 2.9))
MODEL = LinearModel(link="identity", intercept=10.0, terms=TERMS, refits=REFITS)


def with_covariance(*variances):
    return dataclasses.replace(MODEL, covariance=tuple(map(tuple, np.diag(variances).tolist())))


def test_every_term_of_a_spline_has_its_name_and_its_own_standard_error():
    found = coefficients_of(with_covariance(4.0, 0.01, 0.04, 1.0))
    assert [one.column for one in found.rows] == [
        "intercept", "age_years", "age_years'", "sex=male",
    ]  # fmt: skip
    assert [one.standard_error for one in found.rows] == [2.0, 0.1, 0.2, 1.0]
    last = found.rows[-1]
    assert (last.low, last.high) == pytest.approx((0.04, 3.96), abs=1e-4)
    assert found.n_refits == 0
    assert found.rows[1].knots == (50.0, 60.0, 70.0)


def test_without_a_covariance_the_bootstrap_models_have_one():
    found = coefficients_of(MODEL)
    by_hand = np.std([refit[3] for refit in REFITS], ddof=1)
    assert found.rows[3].standard_error == pytest.approx(by_hand, rel=1e-12)
    assert found.n_refits == 3
    same = np.cov(np.array(REFITS), rowvar=False).tolist()
    pooled = dataclasses.replace(MODEL, covariance=tuple(map(tuple, same)))
    assert coefficients_of(pooled).n_refits == 3


def test_a_coefficient_that_does_not_vary_correlates_with_nothing():
    found = coefficients_of(with_covariance(4.0, 0.0, 0.04, 1.0))
    assert np.allclose(found.correlation, np.eye(4), rtol=0.0, atol=1e-15)


def test_nothing_is_known_without_covariance_and_bootstrap_models():
    found = coefficients_of(dataclasses.replace(MODEL, refits=None))
    assert found.covariance is None
    assert found.correlation is None
    assert found.to_frame()["standard_error"].isna().all()


def test_an_ordinal_models_intercepts_are_left_out():
    sheet = ordinal_sheet()
    found = coefficients_of(sheet.model)
    assert len(found.rows) == sum(len(term.coefficients) for term in sheet.model.terms)
    if found.covariance is not None:
        assert np.array(found.covariance).shape == (len(found.rows),) * 2
