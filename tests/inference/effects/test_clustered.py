"""Sandwich covariances against R, hand counts and invariants."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.inference.effects.clustered import fit_robust, small_sample_factor

ORACLES = Path(__file__).parents[2] / "oracles"
R = json.loads((ORACLES / "sandwich_small.json").read_text())
DATA = pd.read_csv(ORACLES / "sandwich_small.csv", comment="#")
COLUMNS = DATA[["exposed", "age"]].to_numpy(float)
SCORE, EVENT = DATA["score"].to_numpy(float), DATA["event"].to_numpy(float)
PERSON, SITE = DATA["person"].to_numpy(), DATA["site"].to_numpy()


@pytest.mark.parametrize(
    ("kind", "clusters", "theirs"),
    [
        ("HC3", None, "HC3"),
        ("CR1", PERSON, "CR1_person"),
        ("CR1", SITE, "CR1_site"),
        ("model", None, "model"),
    ],
)
def test_linear_covariance_equals_r(kind, clusters, theirs):
    fit = fit_robust(COLUMNS, SCORE, kind=kind, clusters=clusters)
    assert fit.coefficients == pytest.approx(R["linear"]["coefficients"], rel=1e-9)
    assert fit.covariance == pytest.approx(np.array(R["linear"][theirs]), rel=1e-8)


@pytest.mark.parametrize(
    ("kind", "clusters", "theirs"),
    [("HC3", None, "HC3"), ("CR1", PERSON, "CR1_person"), ("model", None, "model")],
)
def test_logistic_covariance_equals_r(kind, clusters, theirs):
    fit = fit_robust(COLUMNS, EVENT, link="logit", kind=kind, clusters=clusters)
    assert fit.coefficients == pytest.approx(R["logistic"]["coefficients"], rel=1e-8)
    assert fit.covariance == pytest.approx(np.array(R["logistic"][theirs]), rel=1e-6)


def test_rows_of_their_own_cluster_give_hc1():
    fit = fit_robust(COLUMNS, SCORE, kind="CR1", clusters=np.arange(len(SCORE)))
    design = np.column_stack([np.ones(len(SCORE)), COLUMNS])
    residual = SCORE - design @ fit.coefficients
    bread = np.linalg.inv(design.T @ design)
    n, k = design.shape
    hc1 = n / (n - k) * bread @ (design.T * residual**2) @ design @ bread
    assert fit.covariance == pytest.approx(hc1, rel=1e-9)


def test_every_row_twice_leaves_a_clustered_covariance_nearly_as_it_was():
    # The same people with both hips alike: no new information, and no narrower interval.
    twice = np.repeat(np.arange(len(SCORE)), 2)
    once = fit_robust(COLUMNS, SCORE, kind="CR1", clusters=np.arange(len(SCORE)))
    both = fit_robust(COLUMNS[twice], SCORE[twice], kind="CR1", clusters=twice)
    naive = fit_robust(COLUMNS[twice], SCORE[twice], kind="HC3")
    assert both.covariance == pytest.approx(once.covariance, rel=0.03)
    assert naive.covariance[1, 1] < 0.6 * both.covariance[1, 1]


def test_hc3_ignores_the_scale_of_a_column():
    scaled = fit_robust(COLUMNS * [1.0, 1e6], SCORE)
    plain = fit_robust(COLUMNS, SCORE)
    assert scaled.covariance[1, 1] == pytest.approx(plain.covariance[1, 1], rel=1e-8)


def test_the_small_sample_factor_by_hand():
    assert small_sample_factor(101, 1, 5) == pytest.approx(5 / 4)
    assert small_sample_factor(100, 4, 10) == pytest.approx(10 / 9 * 99 / 96)


def test_one_cluster_is_refused():
    with pytest.raises(InputError, match="the spread between clusters cannot be estimated"):
        fit_robust(COLUMNS, SCORE, kind="CR1", clusters=np.zeros(len(SCORE), int))


def test_more_coefficients_than_rows_bear_are_refused():
    with pytest.raises(InputError, match="4 rows are too few for 3 coefficients"):
        fit_robust(COLUMNS[:4], SCORE[:4])


def test_a_row_of_leverage_1_leaves_out_the_contrasts_that_rest_on_it_alone():
    x = np.column_stack([np.r_[1.0, np.zeros(9)], np.arange(10.0) % 3])
    fit = fit_robust(x, np.arange(10.0) ** 2)
    assert fit.leaves_out(np.array([0.0, 1.0, 0.0]))
    # The other coefficient is what it is without this row.
    assert not fit.leaves_out(np.array([0.0, 0.0, 1.0]))
    without = fit_robust(x[1:, 1:], np.arange(1.0, 10.0) ** 2)
    assert fit.covariance[2, 2] == pytest.approx(without.covariance[1, 1], rel=1e-9)


def test_without_leverage_1_no_contrast_is_left_out():
    fit = fit_robust(COLUMNS, SCORE)
    assert fit.alone.shape == (0, 3)
    assert not fit.leaves_out(np.ones(3))


def test_a_cluster_that_alone_is_exposed_leaves_out_its_contrast():
    # Both hips of the one exposed person: their residuals add to 0, and CR1 gave hardly any error.
    exposed = np.r_[1.0, 1.0, np.zeros(18)]
    persons = np.repeat(np.arange(10), 2)
    y = np.r_[9.0, 1.0, np.arange(18.0) % 5]
    fit = fit_robust(exposed[:, None], y, kind="CR1", clusters=persons)
    assert fit.leaves_out(np.array([0.0, 1.0]))
    curved = np.column_stack([exposed, np.arange(20.0) * 1e4, np.arange(20.0) ** 2 * 1e8])
    bent = fit_robust(curved, y, kind="CR1", clusters=persons)
    assert bent.leaves_out(np.array([0.0, 1.0, 0.0, 0.0]))
    # The mean of the others rests on nine persons.
    assert not fit.leaves_out(np.array([1.0, 0.0]))
    two = np.r_[np.ones(4), np.zeros(16)]
    several = fit_robust(two[:, None], y, kind="CR1", clusters=persons)
    assert not several.leaves_out(np.array([0.0, 1.0]))
