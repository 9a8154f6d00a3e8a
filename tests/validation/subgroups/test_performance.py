"""Performance by group: hand counts, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.config import SubgroupSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics import scores
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit
from hiprisk.metrics.registry import metrics_for
from people_by_sex import evaluated, event_of, people


def values(result, metric):
    return {row.level: row.estimate and row.estimate.value for row in result.of(metric)}


def test_each_group_has_the_metric_of_its_own_rows():
    y, p, frame = people()
    women = (frame["sex"] == "female").to_numpy()
    found = values(evaluated(y, p, frame), "mae")
    assert found["female"] == pytest.approx(scores.mae(y[women], p[women]))
    assert found["male"] == pytest.approx(scores.mae(y[~women], p[~women]))


def test_every_metric_of_the_registry_stands_in_every_group():
    y, p, frame = people()
    for kind, outcome in (("continuous", y), ("binary", (y > 40).astype(float))):
        risk = p if kind == "continuous" else 1 / (1 + np.exp(-(p - 40) / 5))
        result = evaluated(outcome, risk, frame, kind=kind)
        quick = metrics_for(kind)
        assert result.metrics == tuple(metric.name for metric in quick)
        assert len(result.estimates) == 2 * len(quick)


def test_metrics_that_smooth_wait_to_be_asked_for():
    y, p, frame = people(n=60)
    asked = SubgroupSettings(by=("sex",), resamples=50, metrics=("emax_spline",))
    assert evaluated(y, p, frame, asked).metrics == asked.metrics


def test_nothing_depends_on_the_workers_but_on_the_seed():
    y, p, frame = people(n=60)
    assert evaluated(y, p, frame, workers=2) == evaluated(y, p, frame)
    assert evaluated(y, p, frame, seed=4) != evaluated(y, p, frame)


def test_a_metric_that_cannot_be_computed_says_so():
    y, p, frame = people(n=60)
    flat = np.where((frame["sex"] == "male").to_numpy(), 40.0, p)
    row = next(r for r in evaluated(y, flat, frame).of("calibration_slope") if r.level == "male")
    assert row.estimate is None
    assert "predictions that vary" in row.note


def test_net_benefit_by_group_equals_that_of_its_rows():
    y, p, frame = people(n=200)
    event = (y > 40).astype(float)
    risk = 1 / (1 + np.exp(-(p - 40) / 5))
    result = evaluated(event, risk, frame, kind="binary", thresholds=(0.2, 0.6))
    men = (frame["sex"] == "male").to_numpy()
    row = next(r for r in result.benefits if r.level == "male" and r.threshold == 0.6)
    expected = net_benefit(event[men], risk[men], threshold=0.6)
    acting_on_all = event[men].mean() - (1 - event[men].mean()) * 0.6 / 0.4
    assert acting_on_all < 0  # so acting on none is the better default
    assert row.net_benefit.value == pytest.approx(expected)
    assert row.act_on_all == pytest.approx(acting_on_all)
    assert row.gain.value == pytest.approx(expected - max(acting_on_all, 0))
    assert row.gain.low <= row.gain.value <= row.gain.high
    assert result.benefits[0].grouping == "everybody"
    assert len(result.benefits) == 2 * 3


def test_chances_of_a_continuous_outcome_may_be_unknown_for_some():
    y, p, frame = people(n=100)
    observed, chance = (y > 35).astype(float), np.full(100, 0.5)
    observed[:7], chance[7:9] = np.nan, np.nan
    event = event_of("worse", observed, chance)
    result = evaluated(y, p, frame, thresholds=(0.3,), events=(event,))
    everybody = result.benefits[0]
    assert everybody.net_benefit.value == pytest.approx(
        net_benefit(observed[9:], chance[9:], threshold=0.3)
    )
    # Everybody's chance reaches the threshold: the model acts on all and gains nothing.
    assert everybody.gain.value == pytest.approx(0.0, abs=1e-12)


def test_a_cohort_without_such_variables_has_no_groups():
    y, p, _ = people(n=30)
    result = evaluated(y, p, pd.DataFrame(index=range(30)), SubgroupSettings())
    assert result.groups == ()
    assert "no variable that defines subgroups" in result.sentences()[0]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (SubgroupSettings(by=("education",)), "the cohort has no 'education'"),
        (SubgroupSettings(by=("age_years",)), "has 40 levels, more than 30"),
        (SubgroupSettings(by=("sex",), metrics=("gini",)), "no metric 'gini' of a continuous"),
    ],
)
def test_what_cannot_part_people_is_refused(settings, words):
    y, p, frame = people(n=40)
    with pytest.raises(ConfigError, match=words):
        evaluated(y, p, frame, settings)


def test_columns_of_different_length_are_refused():
    y, p, frame = people(n=40)
    with pytest.raises(InputError, match="'groups' has 39 entries, 'observed' has 40"):
        evaluated(y, p, frame, groups=np.arange(39))


def test_weights_are_refused():
    y, p, frame = people(n=40)
    with pytest.raises(InputError, match="subgroups are resampled by persons and take no weights"):
        evaluated(y, p, frame, weights=np.ones(40))
