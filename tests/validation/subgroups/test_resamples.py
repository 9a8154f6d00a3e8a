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
                for part in draws.weight_parts(rows)
                for weights in part
            ]
            np.testing.assert_allclose(one.resampled, each, rtol=0, atol=1e-12)


def test_draws_of_many_people_are_made_part_by_part_and_are_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    y, p = (rng.random(80) < 0.4).astype(float), rng.random(80)
    persons, rows, place = np.arange(80) // 2, np.arange(0, 80, 3), "hiprisk.validation.subgroups"
    kept = draw_persons(persons, n=6, seed=1)
    whole = resampled_net_benefits(kept, rows, y[rows], p[rows], (0.2, 0.5))
    monkeypatch.setattr(f"{place}.resamples.MOST_KEPT", 1)
    monkeypatch.setattr(f"{place}.resamples.MAX_WEIGHTS", 60)
    drawn = draw_persons(persons, n=6, seed=1)
    assert [len(one) for one in drawn.weight_parts(rows)] == [2, 2, 2]
    all_kept = np.concatenate(list(kept.weight_parts(rows)))
    np.testing.assert_array_equal(np.concatenate(list(drawn.weight_parts(rows))), all_kept)
    np.testing.assert_array_equal(np.concatenate(list(drawn.weight_parts(rows, 3))), all_kept[:3])
    parts = resampled_net_benefits(drawn, rows, y[rows], p[rows], (0.2, 0.5))
    for one, other in zip(whole, parts, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a.resampled, b.resampled, rtol=0, atol=1e-12)
