"""The table as a result: rows, frame, JSON and picture say the same."""

import json

import pytest

from association_tables import row, table_by_hand
from hiprisk.inference.association import NegativeControl, StratumDifference
from hiprisk.inference.effects.evalue import EValue
from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.plots.association import association_picture, draw_association
from hiprisk.wording.quantities import interval_digits


@pytest.mark.drawn
def test_frame_json_and_picture_say_the_same(pooled):
    frame, plain = pooled.to_frame(), json.loads(json.dumps(pooled.to_dict(), allow_nan=False))
    assert len(frame) == 9
    for found, line in zip(plain["rows"], frame.to_dict("records"), strict=True):
        assert found["estimate"]["value"] == line["value"]
        name = f"mean_difference_{found['model']}_{found['stratum']}"
        assert plain["metrics"][name] == found["estimate"]
    for one in plain["differences"]:
        name = f"{one['measure']}_{one['model']}_{one['stratum']}_against_{one['versus']}"
        assert plain["metrics"][name] == one["estimate"]
    control = plain["negative_control"]
    name = f"{control['measure']}_{control['model']}_{control['stratum']}"
    assert plain["metrics"][f"negative_control_{control['kind']}_{name}"] == control["estimate"]
    assert len(plain["metrics"]) == len(plain["rows"]) + len(plain["differences"]) + 1
    ax = draw_association(pooled)
    drawn = [line.get_xdata()[0] for line in ax.lines if line.get_marker() not in ("", "None")]
    fullest = pooled.rows[-1].model
    differences = [one.estimate.value for one in pooled.differences if one.model == fullest]
    assert sorted(drawn) == sorted([one.estimate.value for one in pooled.rows] + differences)
    assert association_picture(pooled)[:4] == b"\x89PNG"


def test_a_row_is_found_by_model_stratum_and_measure():
    odds = row(model="crude", measure="odds_ratio")
    risk = row(model="crude", measure="risk_difference")
    hip = row(model="crude", stratum="hip")
    table = table_by_hand([odds, risk, hip])
    assert table.row("crude") is odds
    assert table.row("crude", measure="risk_difference") is risk
    assert table.row("crude", stratum="hip") is hip


def test_every_effect_has_a_name_of_its_own_among_the_metrics():
    difference = StratumDifference(
        model="crude", measure="mean_difference", stratum="hip", versus="knee",
        estimate=Estimate(name="d", value=1.0, low=-1.0, high=3.0), se=1.0, df=50.0, wald=1.0,
        p_value=0.32,
    )  # fmt: skip
    hip, knee = (row(model="crude", stratum=name) for name in ("hip", "knee"))
    control = NegativeControl(
        kind="stratum", where="knee", reason="no hip there", row=knee, as_expected=True
    )
    table = table_by_hand([hip, knee], differences=(difference,), negative_control=control)
    assert [name for name, _ in table.estimates()] == [
        "mean_difference_crude_hip",
        "mean_difference_crude_knee",
        "mean_difference_crude_hip_against_knee",
        "negative_control_stratum_mean_difference_crude_knee",
    ]
    plain = table.to_dict()
    assert plain["negative_control"]["reason"] == "no hip there"
    assert plain["differences"][0]["p_value"] == 0.32


def test_the_frame_keeps_its_columns_where_nothing_is_counted():
    one = row(n_exposed=None)
    two = row(e_value=EValue(point=2.0, limit=1.0))
    frame = table_by_hand([one, two]).to_frame()
    assert list(frame.columns[-4:]) == ["n_clusters", "share_missing", "e_value", "e_value_limit"]
    assert frame["e_value"].isna().tolist() == [True, False]
    assert frame["n_exposed"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [
        (2.0, 8.0, 2),
        (-0.1, 0.1, 2),
        (-0.09, 0.1, 3),
        (0.0, 0.02, 3),
        (0.0, 0.019, 4),
        (1.0, None, 3),
    ],
)
def test_a_difference_in_means_has_digits_for_its_interval(low, high, digits):
    assert interval_digits(Estimate(name="d", value=1.0, low=low, high=high)) == digits
