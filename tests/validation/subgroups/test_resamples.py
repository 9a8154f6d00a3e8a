"""Persons are resampled, and every group of a resample is evaluated."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.config import SubgroupSettings
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit
from hiprisk.validation.subgroups.resamples import draw_persons, resampled_net_benefits
from people_by_sex import evaluated, people


def test_interval_of_a_mean_error_is_that_of_a_mean():
    y, p, frame = people(n=400)
    settings = SubgroupSettings(by=("sex",), resamples=1000, metrics=("calibration_in_the_large",))
    row = next(row for row in evaluated(y, p, frame, settings).estimates if row.level == "female")
    error = (y - p)[(frame["sex"] == "female").to_numpy()]
    theory = error.std() / np.sqrt(len(error))
    assert row.standard_error == pytest.approx(theory, rel=0.1)
    assert row.estimate.high - row.estimate.low == pytest.approx(3.92 * theory, rel=0.12)


def test_a_person_with_two_rows_is_drawn_and_counted_once():
    y, p, frame = people(n=40)
    doubled = pd.concat([frame, frame], ignore_index=True)
    persons = np.tile(np.arange(40), 2)
    once = evaluated(y, p, frame)
    twice = evaluated(np.tile(y, 2), np.tile(p, 2), doubled, groups=persons)
    assert twice.groups == once.groups
    for one, two in zip(once.estimates, twice.estimates, strict=True):
        assert two.estimate.value == pytest.approx(one.estimate.value)
        # Persons are drawn: the same resamples, each row of a person twice.
        assert two.standard_error == pytest.approx(one.standard_error)


def test_resampled_net_benefits_are_those_of_weighted_people():
    rng = np.random.default_rng(5)
    y, p = (rng.random(80) < 0.4).astype(float), rng.random(80)
    rows, thresholds = np.arange(0, 80, 2), (0.2, 0.5)
    draws = draw_persons(np.arange(80), n=6, seed=1)
    found = resampled_net_benefits(draws, rows, y[rows], p[rows], thresholds)
    for threshold, pair in zip(thresholds, found, strict=True):
        for risk, one in zip((p[rows], np.ones(40)), pair, strict=True):
            assert one.value == net_benefit(y[rows], risk, threshold=threshold)
            each = [
                net_benefit(y[rows], risk, threshold=threshold, weights=weights)
                for weights in draws.counts[:, rows].astype(float)
            ]
            np.testing.assert_allclose(one.resampled, each, rtol=0, atol=1e-12)
