"""The registry: labels for people, and a metric that one entry brings everywhere."""

from typing import get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

from hiprisk.cli.show.validation import estimate_rows
from hiprisk.config import MinimumGain, SubgroupSettings
from hiprisk.inference.increment.losses import POINT
from hiprisk.learning.unpenalised import fit_ols
from hiprisk.metrics import scores
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.intervals.resampled import metric_intervals
from hiprisk.metrics.registry import entries, label_of, metrics_for
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from hiprisk.validation.subgroups.performance import subgroup_performance


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("r2", "R²"),
        ("c_statistic", "C statistic"),
        ("brier", "Brier score"),
        ("calibration_slope", "calibration slope"),
        ("observed_expected_ratio", "observed/expected ratio"),
        ("ici_spline", "ICI (spline)"),
        ("coverage_95", "coverage of the 95 % prediction interval"),
        ("floor_share_observed", "proportion at the floor, observed"),
        ("net_benefit_0.2", "net benefit at 20 %"),
        ("standardised_net_benefit_0.075", "standardised net benefit at 7.5 %"),
        ("interventions_avoided_0.07", "interventions avoided per 100 patients at 7 %"),
        ("not_ours", "not ours"),
    ],
)
def test_label_of_a_name(name, label):
    assert label_of(name) == label
    assert label_of(name, event="worsening") == f"{label} (worsening)"


def test_the_two_intercepts_never_share_a_label():
    assert label_of("calibration_in_the_large") == "calibration in the large"
    assert label_of("calibration_intercept") == "calibration intercept"


def test_a_name_has_one_label_and_a_label_one_name():
    pairs = {(one.name, one.label) for one in entries()}
    assert len({name for name, _ in pairs}) == len({label for _, label in pairs}) == len(pairs)


def test_what_ranks_or_compares_log_odds_alone_does_not_move_with_prevalence():
    binary = [one for one in entries() if one.kind == "binary"]
    assert {one.name for one in binary if not one.moves_with_prevalence} == {
        "c_statistic", "dxy", "g", "calibration_in_the_large", "calibration_intercept",
        "calibration_slope", "observed_expected_ratio",
    }  # fmt: skip


def test_a_gain_can_be_declared_in_metrics_of_the_registry_alone():
    declared = get_args(get_type_hints(MinimumGain)["metric"])
    assert set(declared) <= {one.name for one in entries() if one.direction}
    assert {name for names in POINT.values() for name in names} | {"crps"} == set(declared)


def largest_error(observed, predicted, *, weights=None):
    """A metric that nobody has written yet: the largest error of those who count."""
    counts = np.ones(len(observed)) if weights is None else weights
    return float(np.abs(observed - predicted)[counts > 0].max())


CALLS = []


def largest_errors(view):
    """The same for many predictions at once."""
    CALLS.append(len(view.rows.predicted))
    off = np.abs(view.rows.observed - view.rows.predicted)
    return (off if view.weights is None else np.where(view.weights > 0, off, 0.0)).max(axis=1)


LARGEST = Metric(
    name="largest_error", label="largest error", kind="continuous", function=largest_error,
    direction=-1, bounds=(0.0, None), optimum=0.0, in_outcome_units=True,
    vectorised=largest_errors,
)  # fmt: skip


@pytest.fixture
def one_entry_more(monkeypatch):
    """What a module of a family looks like once somebody has added a metric to it."""
    monkeypatch.setattr(scores, "METRICS", (*scores.METRICS, LARGEST))
    CALLS.clear()


def made_up(n=80):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(n, 2))
    return x, 40 + x @ [6.0, 2.0] + 4 * rng.normal(size=n)


@pytest.mark.usefixtures("one_entry_more")
def test_one_entry_brings_a_metric_into_every_procedure_and_table():
    x, y = made_up()

    def fitted(resample=None):
        counts = np.ones(len(y)) if resample is None else resample.counts.astype(float)
        fit = fit_ols(x, y, weights=counts)
        return Refit(fit.coefficients[0] + x @ fit.coefficients[1:])

    people = np.arange(len(y))
    own = fitted().predicted
    bootstrap = bootstrap_optimism(
        fitted, y, apparent=own, metrics=metrics_for("continuous"),
        resamples=draw_resamples(people, n_resamples=20, seed=1),
    )  # fmt: skip
    assert CALLS, "the refits are taken together by its vectorised twin"
    row = next(r for r in bootstrap.table.rows if r.metric == "largest_error")
    assert row.apparent == largest_error(y, own)
    assert row.low <= row.corrected <= row.high

    estimates = metric_intervals(
        "continuous", y, own, groups=people, n_resamples=100, seed=1, name="t"
    )
    one = next(e for e in estimates if e.name == "largest_error")
    assert one.low <= one.value <= one.high

    sample = EvaluationSample(kind="continuous", observed=y, predicted=own, groups=people)
    sex = pd.DataFrame({"sex": np.where(people % 2, "male", "female")})
    settings = SubgroupSettings(by=("sex",), resamples=60)
    groups = subgroup_performance(sample, sex, settings=settings, seed=1)
    assert {r.level for r in groups.of("largest_error")} == {"male", "female"}
    assert dict(groups.optima)["largest_error"] == 0.0

    assert label_of("largest_error", event="worsening") == "largest error (worsening)"
    assert ["largest error", f"{one.value:.2f}", f"{one.low:.2f} to {one.high:.2f}"] in (
        estimate_rows(estimates)
    )
