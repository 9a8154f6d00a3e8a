"""Marginal effects by standardisation: R's estimating equations and hand counts."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.inference.effects.standardisation import Contrast, estimate_effects

ORACLES = Path(__file__).parents[2] / "oracles"
R = json.loads((ORACLES / "sandwich_small.json").read_text())
DATA = pd.read_csv(ORACLES / "sandwich_small.csv", comment="#")
COLUMNS = DATA[["exposed", "age"]].to_numpy(float)
SCORE, EVENT = DATA["score"].to_numpy(float), DATA["event"].to_numpy(float)
PERSON, SITE = DATA["person"].to_numpy(), DATA["site"].to_numpy()
YES = Contrast(high=(1.0,), low=(0.0,))


def test_marginal_effects_equal_stacked_estimating_equations():
    effects = estimate_effects(COLUMNS, EVENT, YES, link="logit", kind="CR1", clusters=PERSON)
    theirs = R["logistic"]["marginal"]
    se = np.sqrt(np.diag(effects.covariance))
    assert effects.values[0] == pytest.approx(R["logistic"]["coefficients"][1], rel=1e-8)
    assert effects.values[1] == pytest.approx(theirs["risk_difference"], rel=1e-8)
    assert effects.values[2] == pytest.approx(theirs["log_risk_ratio"], rel=1e-8)
    assert se[1] == pytest.approx(theirs["se_risk_difference"], rel=1e-6)
    assert se[2] == pytest.approx(theirs["se_log_risk_ratio"], rel=1e-6)


def test_without_covariates_the_marginal_risks_are_the_shares():
    # 3 of 4 exposed and 1 of 5 unexposed have the event.
    exposed = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=float)[:, None]
    event = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0], dtype=float)
    effects = estimate_effects(exposed, event, YES, link="logit", kind="model")
    assert effects.values[0] == pytest.approx(np.log(3.0 / 0.25))
    assert effects.values[1] == pytest.approx(0.75 - 0.20)
    assert effects.values[2] == pytest.approx(np.log(0.75 / 0.20))
    # Wald variances of two independent shares, and Katz's of the log ratio.
    variance = 0.75 * 0.25 / 4 + 0.2 * 0.8 / 5
    katz = 0.25 / 3 + 0.8 / 1
    assert effects.covariance[1, 1] == pytest.approx(variance)
    assert effects.covariance[2, 2] == pytest.approx(katz)


def test_marginal_risk_difference_by_hand():
    # Two halves with their own shares: 0.5 against 0.25, and 0.75 against 0.5; half of the
    # people each, so that the standardised difference is their mean.
    rows = [(1, 0, 1), (1, 0, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0), (0, 0, 0),
            (1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 1), (0, 1, 0), (0, 1, 0),
            ]  # fmt: skip
    exposed, half, event = np.array(rows, dtype=float).T
    effects = estimate_effects(
        np.column_stack([exposed, half]), event, YES, link="logit", kind="HC3"
    )
    # Both halves have the odds ratio 3, so the model without a product is saturated enough.
    assert effects.values[0] == pytest.approx(np.log(3.0))
    assert effects.values[1] == pytest.approx(0.25)


def test_a_number_as_exposure_moves_everybody_by_its_step():
    columns = DATA[["age", "exposed"]].to_numpy(float)
    ten = Contrast(high=(10.0,), low=(0.0,), shift=True)
    effects = estimate_effects(columns, SCORE, ten, link="identity", kind="HC3")
    assert effects.values[0] == pytest.approx(10.0 * R["linear"]["coefficients"][2], rel=1e-9)


def test_the_two_worlds_differ_in_the_exposure_alone():
    columns = np.array([[1.0, 60.0], [0.0, 70.0]])
    exposed, unexposed = YES.counterfactuals(columns)
    assert exposed.tolist() == [[1.0, 60.0], [1.0, 70.0]]
    assert unexposed.tolist() == [[0.0, 60.0], [0.0, 70.0]]
    more, same = Contrast(high=(10.0,), low=(0.0,), shift=True).counterfactuals(columns[:, ::-1])
    assert more.tolist() == [[70.0, 1.0], [80.0, 0.0]]
    assert same.tolist() == columns[:, ::-1].tolist()
    assert columns.tolist() == [[1.0, 60.0], [0.0, 70.0]]


def test_the_contrast_of_two_levels_weighs_both_columns():
    levels = Contrast(high=(0.0, 1.0), low=(1.0, 0.0))
    assert levels.weights(4).tolist() == [0.0, -1.0, 1.0, 0.0, 0.0]


def test_one_exposed_cluster_has_the_covariance_of_the_model():
    exposed = np.r_[1.0, 1.0, np.zeros(18)][:, None]
    y = np.r_[9.0, 1.0, np.arange(18.0) % 5]
    persons = np.repeat(np.arange(10), 2)
    effects = estimate_effects(exposed, y, YES, link="identity", kind="CR1", clusters=persons)
    model = estimate_effects(exposed, y, YES, link="identity", kind="model")
    assert effects.kind == "model"
    assert effects.covariance == pytest.approx(model.covariance)
    assert effects.complete_df == 18.0
