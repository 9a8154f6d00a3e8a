"""What tuning may search: every value within the limits of its setting."""

from typing import Any

import pytest
from pydantic import ValidationError

from hiprisk.config.model_types import (
    BoostingSettings,
    LinearSettings,
    LogisticSettings,
    OrdinalSettings,
)
from hiprisk.config.searching import Range


@pytest.mark.parametrize("settings", [LinearSettings, LogisticSettings, OrdinalSettings])
@pytest.mark.parametrize("penalty", [-1, [0.1, -1], {"low": -1, "high": 2}])
def test_a_negative_penalty_is_refused(settings: Any, penalty: Any) -> None:
    with pytest.raises(ValidationError, match="must be at least 0"):
        settings(penalty=penalty)


@pytest.mark.parametrize(
    ("settings", "given", "rule"),
    [
        (LinearSettings, {"l1_share": 2}, "must be at least 0 and at most 1"),
        (LinearSettings, {"penalty": []}, "at least one value"),
        (LinearSettings, {"spline_knots": -3}, "must be at least 0"),
        (LinearSettings, {"spline_knots": [3, 8]}, "must be at least 0 and at most 7"),
        (LinearSettings, {"spline_knots": 2}, "0 .straight lines. or at least 3 knots"),
        (OrdinalSettings, {"spline_knots": [0, 3.5]}, "must be a whole number"),
        (BoostingSettings, {"n_trees": 20.5}, "must be a whole number"),
        (BoostingSettings, {"n_trees": 0}, "must be at least 1"),
        (BoostingSettings, {"max_leaves": 1}, "must be at least 2"),
        (BoostingSettings, {"min_leaf": 0}, "must be at least 1"),
        (BoostingSettings, {"learning_rate": 0}, "must be above 0"),
        (BoostingSettings, {"feature_share": [0.5, 0]}, "must be above 0 and at most 1"),
        (BoostingSettings, {"l2": -5}, "must be at least 0"),
    ],
)
def test_what_no_model_can_be_fitted_with_is_refused(
    settings: Any, given: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ValidationError, match=rule):
        settings(**given)


def test_the_limits_themselves_are_allowed() -> None:
    assert LinearSettings(penalty=0, l1_share=(0, 1), spline_knots=0).penalty == 0
    assert BoostingSettings(feature_share=1, n_trees=1, max_leaves=2, min_leaf=1, l2=0).l2 == 0


def test_a_range_ascends() -> None:
    with pytest.raises(ValidationError, match="low must be smaller than high"):
        Range(low=2, high=1)
    with pytest.raises(ValidationError, match="a log range must be positive"):
        Range(low=0, high=1, log=True)
