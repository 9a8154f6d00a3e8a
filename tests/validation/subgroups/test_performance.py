"""Performance by group: hand counts, replication, what is hidden, and what it costs to hide it."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import SubgroupSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics import scores
from hiprisk.metrics.decision_curve.net_benefit import net_benefit
from hiprisk.metrics.events import EventOutcome
from hiprisk.metrics.registry import metrics_for
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.definitions import groupings_of
from hiprisk.validation.subgroups.disclosure import suppressed_cells
from hiprisk.validation.subgroups.performance import subgroup_performance
from hiprisk.validation.subgroups.resamples import draw_persons, resampled_net_benefits

QUICK = SubgroupSettings(by=("sex",), smallest_cell=2, resamples=60)


def people(n=120, seed=1, shift=0.0):
    """Outcomes and predictions; women's predictions are too low by `shift`."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": rng.permutation(np.resize(np.array(["female", "male"], dtype=object), n)),
            "age_years": rng.uniform(50, 89, n),
        }
    )
    predicted = 40 + 10 * rng.normal(size=n)
    observed = predicted + 5 * rng.normal(size=n) + shift * (frame["sex"] == "female").to_numpy()
    return observed, predicted, frame


def sample_of(observed, predicted, **more):
    more.setdefault("groups", np.arange(len(observed)))
    return EvaluationSample(observed=observed, predicted=predicted, **more)


def evaluated(
    observed, predicted, frame, settings=QUICK, kind="continuous", *, seed=3, workers=1, **of_sample
):
    sample = sample_of(observed, predicted, kind=kind, **of_sample)
    return subgroup_performance(sample, frame, settings=settings, seed=seed, workers=workers)


def event_of(name, happened, chance):
    return EventOutcome(name=name, happened=np.asarray(happened, dtype=float), chance=chance)


def values(result, metric):
    return {row.level: row.estimate and row.estimate.value for row in result.of(metric)}


# Values and intervals


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


def test_nothing_depends_on_the_workers_but_on_the_seed():
    y, p, frame = people(n=60)
    assert evaluated(y, p, frame, workers=2) == evaluated(y, p, frame)
    assert evaluated(y, p, frame, seed=4) != evaluated(y, p, frame)


# Heterogeneity


def test_a_group_that_is_off_is_found_and_said():
    y, p, frame = people(n=300, shift=6.0)
    result = evaluated(y, p, frame)
    row = next(r for r in result.heterogeneity if r.metric == "calibration_in_the_large")
    assert row.p_adjusted < 0.001
    assert row.difference.value == pytest.approx(-6.0, abs=1.7)
    said = " ".join(result.sentences())
    assert "Calibration in the large by sex" in said
    assert "evidence of a difference between groups" in said
    assert "sex female" in said


def test_alike_groups_are_said_to_show_no_difference():
    y, p, frame = people(n=300, seed=2)
    said = evaluated(y, p, frame).sentences()
    assert said[0].startswith("No evidence of a difference")
    assert "p = " in said[1]
    assert "95 % CI" in said[1]


def test_test_of_resampled_errors_has_its_size():
    # 100 null studies: at 5 % between 0 and 11 rejections (2.8 Monte-Carlo errors); more of them
    # in experiments/subgroup_size.
    settings = SubgroupSettings(by=("sex",), resamples=60, metrics=("mae",))
    rejected = 0
    for seed in range(100):
        y, p, frame = people(n=80, seed=100 + seed)
        rejected += evaluated(y, p, frame, settings).heterogeneity[0].p_value < 0.05
    assert rejected <= 11


def test_people_whose_group_is_unknown_are_shown_and_not_compared():
    y, p, frame = people(n=120)
    frame.loc[:29, "sex"] = None
    result = evaluated(y, p, frame)
    assert [group.level for group in result.groups] == ["female", "male", "unknown"]
    assert result.groups[2].n_people == 30
    assert {row.n_groups for row in result.heterogeneity} == {2}


# Small cells


@pytest.mark.parametrize(
    ("people_of_cells", "expected"),
    [
        ([50, 20, 30], [False, False, False]),
        # A lone small cell would follow by subtraction: the next smallest goes with it.
        ([50, 20, 3], [False, True, True]),
        # Two small cells hide each other only if together they are large enough.
        ([50, 20, 3, 4], [False, True, True, True]),
        ([50, 20, 6, 7], [False, False, True, True]),
        ([50, 3], [True, True]),
    ],
)
def test_small_cells_and_those_that_would_tell_them(people_of_cells, expected):
    counts = np.array(people_of_cells)[:, np.newaxis]
    assert suppressed_cells(counts, 10).tolist() == expected


def test_few_events_hide_a_large_cell():
    counts = np.array([[100, 50, 50], [100, 4, 96], [60, 30, 30], [90, 45, 45]])
    assert suppressed_cells(counts, 10).tolist() == [False, True, True, False]


def test_a_large_cell_hidden_elsewhere_takes_another_with_it():
    counts = np.array([[50], [40], [30]])
    hidden = suppressed_cells(counts, 10, already=np.array([True, False, False]))
    assert hidden.tolist() == [True, False, True]


@given(
    cells=st.lists(st.integers(1, 60), min_size=2, max_size=8),
    smallest=st.integers(2, 15),
)
def test_no_hidden_cell_follows_from_what_is_shown(cells, smallest):
    counts = np.array(cells)[:, np.newaxis]
    hidden = suppressed_cells(counts, smallest)
    assert (counts[~hidden] >= smallest).all()
    if hidden.any() and not hidden.all():
        assert hidden.sum() >= 2
        assert counts[hidden].sum() >= smallest


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


def test_events_count_in_a_cell_of_a_binary_outcome():
    y, p, frame = people(n=200)
    risk = 1 / (1 + np.exp(-(p - 40) / 5))
    event = (y > 40).astype(float)
    event[(frame["sex"] == "male").to_numpy()] = 0.0
    result = evaluated(
        event, risk, frame, SubgroupSettings(by=("sex",), resamples=50), kind="binary"
    )
    assert all(group.suppressed for group in result.groups)


def test_a_metric_that_cannot_be_computed_says_so():
    y, p, frame = people(n=60)
    flat = np.where((frame["sex"] == "male").to_numpy(), 40.0, p)
    row = next(r for r in evaluated(y, flat, frame).of("calibration_slope") if r.level == "male")
    assert row.estimate is None
    assert "predictions that vary" in row.note


# Net benefit


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


# Groupings


def test_groups_of_a_simulated_cohort():
    frame = simulate_cohort("stupar", n=400, seed=1).frame
    found = {grouping.name: grouping for grouping in groupings_of(frame, SubgroupSettings())}
    assert set(found) == {"sex", "age_band", "site", "kl_grade", "lbp_any", "lbp_chronic"}
    assert found["age_band"].levels == (
        "under 60", "60 to under 70", "70 to under 80", "80 or older",
    )  # fmt: skip
    assert found["kl_grade"].levels == ("0", "1", "2", "3", "4", "unknown")
    ages = frame["age_years"].to_numpy()
    band = found["age_band"].codes
    assert ages[band == 1].min() >= 60.0
    assert ages[band == 1].max() < 70.0
    chronic = found["lbp_chronic"]
    months = frame["lbp_duration_months"].to_numpy(dtype=float)
    assert (chronic.codes == chronic.levels.index("yes")).sum() == (months >= 3).sum()
    assert (chronic.codes == chronic.levels.index("unknown")).sum() == np.isnan(months).sum()


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


def test_descending_bands_are_refused():
    with pytest.raises(ValueError, match="age_bands must ascend"):
        SubgroupSettings(age_bands=(70.0, 60.0))


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


def test_levels_stand_in_their_natural_order():
    _, _, frame = people()
    frame["site"] = [f"{1 + row % 11}" for row in range(len(frame))]
    (found,) = groupings_of(frame, SubgroupSettings(by=("site",)))
    assert found.levels == tuple(f"{number}" for number in range(1, 12))
