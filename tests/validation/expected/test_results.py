"""Expected performance as tables and JSON."""

import json

from hiprisk.validation.expected.computing import expected_performance
from small_bundle import small_sheet


def test_a_table_of_every_figure(frame):
    table = expected_performance(small_sheet(), frame).to_frame()
    assert list(table.columns) == ["event", "metric", "value", "low", "high"]
    assert set(table["event"]) == {"", "worsening", "acceptable_state"}


def test_json_has_every_figure_by_name(frame):
    plain = expected_performance(small_sheet(), frame).to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert set(plain["metrics"]) == set(plain["uncorrected"])
    assert set(plain["metrics"]["event_rate_worsening"]) == {"value", "low", "high"}
    assert [event["name"] for event in plain["events"]] == ["worsening", "acceptable_state"]
