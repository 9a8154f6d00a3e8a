"""The result of an external validation as tables."""

import dataclasses

from validated_people import OUTCOME, evaluated


def test_the_table_of_metrics_has_every_event_and_group(people):
    outcome = dataclasses.replace(OUTCOME, thresholds=(0.3,))
    _, result = evaluated(people, outcome=outcome)
    table = result.to_frame()
    events = table[table["variable"] == "event"]
    assert set(events["level"]) == {"worsening", "acceptable_state"}
    assert {"eci", "net_benefit_0.3"} <= set(events["metric"])
    assert {"sex", "age_band", "lbp_any"} <= set(table["variable"])
    assert {"coverage", "decision_curves", "calibration_curves"} <= set(result.tables())
    curves = result.tables()["decision_curves"]
    assert list(curves.index) == list(range(len(curves)))
