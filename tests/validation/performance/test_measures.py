"""What a performance consists of."""

import numpy as np
import pytest

from hiprisk.metrics.registry import metrics_for
from hiprisk.validation.performance.measures import (
    SMOOTHERS,
    curve_error_metrics,
    decision_thresholds,
    floor_and_ceiling,
    forecast_metrics,
    prediction_metrics,
)
from hiprisk.validation.performance.sample import EvaluationSample
from metric_examples import example


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_predictions_and_curve_errors_are_all_metrics_of_a_kind(kind):
    errors = [m.name for smoother in SMOOTHERS for m in curve_error_metrics(kind, smoother)]
    quick = [m.name for m in prediction_metrics(kind)]
    assert errors
    assert not set(errors) & set(quick)
    assert {*errors, *quick} == {m.name for m in metrics_for(kind, costly=True)}


def test_forecasts_have_metrics_of_their_own():
    assert {"crps", "crps_skill"} <= {m.name for m in forecast_metrics()}


def test_every_per_cent_and_what_was_declared_once_each():
    found = decision_thresholds((0.2, 0.355))
    assert len(found) == 100
    assert found == tuple(sorted(set(found)))
    assert 0.355 in found


def sample(bounds):
    observed, law = example("distribution", n=60)
    return EvaluationSample(kind="continuous", observed=observed, predicted=law.mean,
                            groups=np.arange(60), forecast=law, bounds=bounds)  # fmt: skip


def test_an_outcome_without_bounds_has_neither_floor_nor_ceiling():
    assert floor_and_ceiling(sample(None)) is None


def test_forecasts_of_other_bounds_are_left_out_of_the_shares():
    law = sample(None).forecast
    own = floor_and_ceiling(sample((law.lower, law.upper))).to_dict()
    shifted = floor_and_ceiling(sample((law.lower, law.upper + 1.0))).to_dict()
    assert {"floor_share_observed", "floor_share_forecast"} <= set(own)
    assert "floor_share_observed" in shifted
    assert "floor_share_forecast" not in shifted
