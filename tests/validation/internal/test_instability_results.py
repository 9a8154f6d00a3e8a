"""Results of instability: summaries over people, and nothing of single people in JSON."""

import json

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.internal.instability_results import (
    CalibrationStability,
    DecisionCurveStability,
    DecisionStability,
    PredictionStability,
    Stability,
)

PREDICTIONS = PredictionStability(
    predicted=(0.2, 0.5, 0.8), low=(0.1, 0.4, 0.8), high=(0.6, 0.6, 0.8),
    mape_each=(0.15, 0.05, 0.01), mape=0.07,
)  # fmt: skip
DECISION = DecisionStability(
    threshold=0.5, share_acted_on=2 / 3, share_flipped=Estimate(name="share_flipped", value=0.25),
    share_ever_flipped=2 / 3, share_often_flipped=1 / 3, flip_chance=(0.25, 0.5, 0.0),
)  # fmt: skip
CALIBRATION = CalibrationStability(
    spread=(Estimate(name="calibration_slope", value=1.0, low=0.7, high=1.3),),
    grid=(0.2, 0.8), model=(0.25, None), refits=((0.2, 0.7),),
)  # fmt: skip
CURVES = DecisionCurveStability(thresholds=(0.1, 0.2), model=(0.3, 0.2), low=(0.1, 0.0),
                                high=(0.4, 0.3), refits=((0.2, 0.1),))  # fmt: skip
WHOLE = Stability(n_refits=4, level=0.95, predictions=PREDICTIONS, calibration=CALIBRATION,
                  decisions=(DECISION,), decision_curves=CURVES)  # fmt: skip


def test_summaries_equal_a_hand_count():
    found = PREDICTIONS.to_dict()
    assert found["mape_median"] == 0.05
    assert found["mape_largest"] == 0.15
    assert found["mape_90th_percentile"] == pytest.approx(0.05 + 0.8 * 0.1)
    assert found["interval_width_median"] == pytest.approx(0.2)
    assert found["interval_width_largest"] == pytest.approx(0.5)


def test_json_has_no_list_as_long_as_the_people():
    plain = json.loads(json.dumps(WHOLE.to_dict(), allow_nan=False))
    assert "flip_chance" not in plain["decisions"][0]
    assert not [v for v in plain["predictions"].values() if isinstance(v, list)]
    assert plain["decision_curves"][1] == {
        "threshold": 0.2, "net_benefit": 0.2, "low": 0.0, "high": 0.3,
    }  # fmt: skip


def test_the_frame_has_every_measure_with_its_threshold():
    frame = WHOLE.to_frame().set_index("measure")
    assert frame.loc["share_flipped", "threshold"] == 0.5
    assert frame.loc["calibration_slope", ["low", "high"]].tolist() == [0.7, 1.3]
    assert len(frame) == len(PREDICTIONS.to_dict()) + 2
