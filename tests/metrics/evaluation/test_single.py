"""Each metric as a function of `hiprisk.metrics`."""

import numpy as np
import pytest

from hiprisk import metrics
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.registry import entries
from metric_examples import example


def test_every_metric_that_is_no_part_of_a_score_is_a_function():
    named = {one.name for one in entries() if not one.by_name_only}
    assert set(metrics.METRICS) == named


def test_it_gives_what_an_evaluation_gives():
    y, p = example("binary", n=80)[:2]
    whole = metrics.evaluate_predictions(y, p, n_resamples=20)
    assert metrics.c_statistic(y, p) == whole["c_statistic"]
    assert metrics.cox_snell_r2_as_is(y, p, n_resamples=20) == whole["cox_snell_r2_as_is"]


def test_a_namesake_takes_the_kind_from_the_outcome():
    y, p = np.array([0, 1, 1, 0, 1.0]), np.array([0.2, 0.4, 0.7, 0.5, 0.6])
    risk = metrics.calibration_in_the_large(y, p)
    score = metrics.calibration_in_the_large(y, p, kind="continuous")
    assert score.value == pytest.approx(np.mean(y - p))
    assert risk.value != pytest.approx(score.value)


def test_a_name_of_one_kind_says_which():
    assert metrics.r2([0, 1, 1, 0], [0.1, 0.8, 0.9, 0.3], n_resamples=0).value > 0.7


def test_net_benefit_asks_for_its_threshold():
    found = metrics.net_benefit([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2], threshold=0.2)
    assert (found.name, found.value) == ("net_benefit_0.2", pytest.approx(0.4375))
    with pytest.raises(ConfigError, match="'net_benefit' needs `threshold`, got none"):
        metrics.net_benefit([1, 0], [0.8, 0.6])
    with pytest.raises(ConfigError, match="'brier' takes no further argument, got threshold"):
        metrics.brier([1, 0], [0.8, 0.6], threshold=0.2)


def test_what_is_known_of_a_metric_stands_beside_it():
    assert metrics.c_statistic.kinds == ("binary",)
    assert metrics.c_statistic.entry("binary").optimum == 1.0
    assert metrics.ici.label == "ICI (loess)"
    with pytest.raises(ConfigError, match="'brier' is a metric of kind binary, not of 'contin"):
        metrics.brier.entry("continuous")


def test_a_metric_that_cannot_be_computed_says_why():
    with pytest.raises(InputError, match="discrimination needs events and non-events"):
        metrics.c_statistic([1, 1], [0.8, 0.6])
    with pytest.raises(InputError, match="a calibration curve needs 50 people, these are 2"):
        metrics.ici([1, 0], [0.8, 0.6])


def test_there_is_no_other_name():
    with pytest.raises(ConfigError, match="there is no metric 'auc'"):
        metrics.metric_by_name("auc")
    with pytest.raises(AttributeError, match="has no attribute 'auc'"):
        _ = metrics.auc


def test_each_metric_says_what_it_is():
    assert repr(metrics.metric_by_name("brier")) == "<metric brier: Brier score, binary>"
    described = metrics.metric_by_name("c_statistic").__doc__
    assert described.startswith("C statistic, with its interval (of kind binary).")
    assert "metrics.c_statistic(observed, predicted)" in described
    with pytest.raises(ConfigError, match=r"no metric 'c_statstic' \(did you mean c_statistic\?\)"):
        metrics.metric_by_name("c_statstic")
