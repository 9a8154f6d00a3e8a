"""The result as a table and as JSON."""

import json

import pandas as pd

from hiprisk.validation.sites.calibration_results import ClusteredCalibration, SiteCurve

RESULT = ClusteredCalibration(
    kind="binary", predicted=(0.1, 0.2), observed=(0.12, 0.22), low=(0.1, 0.2), high=(0.15, 0.25),
    new_low=(0.05, 0.1), new_high=(0.3, 0.4), tau2=(0.2, 0.1), n_sites=(3, 2),
    sites=(
        SiteCurve(site="site 1", n_people=30, n_events=12, n_knots=2, observed=(0.1, None),
                  low=(0.05, None), high=(0.2, None)),
        SiteCurve(site="site 2", n_people=None, n_events=None, n_knots=3, observed=(0.2, 0.3),
                  low=(0.1, 0.2), high=(0.3, 0.4)),
    ),
    left_out={"site 3": "too few people"}, rule="at least 20 people", level=0.95,
)  # fmt: skip


def test_table_has_the_mean_first_and_no_place_that_a_site_does_not_reach():
    table = RESULT.to_frame()
    assert table["site"].tolist() == ["(mean)", "(mean)", "site 1", "site 2", "site 2"]
    assert table.loc[2, ["predicted", "observed", "low", "high"]].tolist() == [0.1, 0.1, 0.05, 0.2]
    assert pd.isna(table.loc[2, "new_low"])
    assert table.loc[0, "n_sites"] == 3


def test_json_has_plain_values():
    plain = json.loads(json.dumps(RESULT.to_dict(), allow_nan=False))
    assert plain["predicted"] == [0.1, 0.2]
    assert plain["new_high"] == [0.3, 0.4]
    assert plain["sites"][0] == {
        "site": "site 1", "n_people": 30, "n_events": 12, "n_knots": 2, "observed": [0.1, None],
        "low": [0.05, None], "high": [0.2, None],
    }  # fmt: skip
    assert plain["left_out"] == {"site 3": "too few people"}
