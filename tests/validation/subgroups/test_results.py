"""What a result by group says, and what it hides."""

import dataclasses
import json

import numpy as np
from scipy.stats import f as f_law

from hiprisk.config import SubgroupSettings
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.subgroups.results import GroupEstimate
from people_by_sex import evaluated, event_of, people


def test_alike_groups_are_said_to_show_no_difference():
    y, p, frame = people(n=300, seed=2)
    said = evaluated(y, p, frame).sentences()
    assert said[0].startswith("No evidence of a difference")
    assert "p = " in said[1]
    assert "95 % CI" in said[1]


def small_men(n=100, men=4):
    y, p, frame = people(n=n)
    frame = frame.assign(education=np.resize(np.array(["low", "medium"], dtype=object), n))
    frame.loc[: men - 1, "education"] = "high"
    return y, p, frame


def test_hidden_groups_show_no_number_anywhere():
    y, p, frame = small_men()
    settings = SubgroupSettings(by=("education",), smallest_cell=10, resamples=50)
    event = event_of("high", y > 45, 1 / (1 + np.exp(-(p - 45) / 5)))
    result = evaluated(y, p, frame, settings, thresholds=(0.3,), events=(event,))
    hidden = {group.level for group in result.groups if group.suppressed}
    assert len(hidden) == 2
    assert "high" in hidden
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    for kind in ("groups", "estimates", "benefits"):
        for row in plain[kind]:
            if row["level"] in hidden:
                numbers = [v for k, v in row.items() if k != "threshold" and v not in (True, False)]
                assert not [v for v in numbers if isinstance(v, int | float)]
    assert (
        result.to_frame()
        .query("suppressed")[["value", "low", "high", "n_people"]]
        .isna()
        .all(axis=None)
    )
    assert not result.heterogeneity
    assert "2 of 3 groups are not shown" in result.sentences()[0]


def with_p(result, p_value):
    """The same with another p-value of the first comparison."""
    row = result.heterogeneity[0]
    f = float(f_law.isf(p_value, row.n_groups - 1, row.freedom))
    row = dataclasses.replace(row, f=f, p_value=p_value, p_adjusted=p_value)
    return dataclasses.replace(result, heterogeneity=(row,))


def test_a_difference_that_another_seed_would_not_see_is_inconclusive():
    y, p, frame = people(n=300, seed=2)
    result = evaluated(y, p, frame)
    assert len(with_p(result, 0.001).differing()) == 1
    for p_value in (0.02, 0.045, 0.055):
        edge = with_p(result, p_value)
        assert not edge.differing()
        assert len(edge.undecided()) == 1
        assert "within its Monte-Carlo error of 0.05" in edge.sentences()[0]
    # Two groups have one degree of freedom: with two, 0.02 would be decided and 0.12 would not.
    assert not with_p(result, 0.12).undecided()


def test_a_p_value_too_small_to_write_is_decided():
    y, p, frame = people(n=300, seed=2)
    result = with_p(evaluated(y, p, frame), 1e-300)
    row = dataclasses.replace(result.heterogeneity[0], f=1e6, p_value=0.0, p_adjusted=0.0)
    result = dataclasses.replace(result, heterogeneity=(row,))
    assert not result.undecided()
    assert result.differing() == (row,)


def test_a_group_whose_interval_ends_at_zero_is_inconclusive():
    y, p, frame = people(n=300, seed=2)
    result = evaluated(y, p, frame)
    rows = [
        GroupEstimate(
            grouping="sex",
            level=level,
            metric="calibration_in_the_large",
            estimate=Estimate(name="calibration_in_the_large", value=2.0, low=low, high=4.0 - low),
            standard_error=1.0,
        )
        for level, low in (("female", 0.02), ("male", 0.8))
    ]
    result = dataclasses.replace(result, estimates=tuple(rows), heterogeneity=())
    said = " ".join(result.sentences())
    assert "miscalibration in the large (observed minus predicted, 95 % CI) in 1 of 2" in said
    assert "expected: sex male +2" in said
    assert "an end of the 95 % CI being within its Monte-Carlo error of 0: sex female" in said


def test_predictions_too_low_in_two_groups_are_said_with_what_chance_alone_gives():
    y, p, frame = people(n=300, seed=2)
    said = " ".join(evaluated(y + 10.0, p, frame).sentences())
    assert "in 2 of 2 groups; by chance alone about 0.1 are expected: " in said
