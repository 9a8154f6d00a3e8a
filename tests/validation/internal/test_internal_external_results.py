"""Results of internal-external cross-validation as tables."""

import json

from hiprisk.validation.internal.internal_external_results import (
    ExcludedSite,
    InternalExternal,
    PooledMetric,
    SiteValue,
)


def site(name, metric, value):
    return SiteValue(site=name, n_people=40, metric=metric, value=value, low=value - 0.1,
                     high=value + 0.1, standard_error=0.05)  # fmt: skip


POOLED = PooledMetric(metric="r2", scale="identity", value=0.3, low=0.2, high=0.4, new_low=None,
                      new_high=None, tau2=0.01, i2=0.5, n_sites=2)  # fmt: skip
WHOLE = InternalExternal(
    sites=(site("a", "r2", 0.2), site("b", "r2", 0.4), site("a", "mae", 5.0)), pooled=(POOLED,),
    left_out=(ExcludedSite(site="c", n_people=3, reason="too small"),), rule="20 people",
    level=0.95,
)  # fmt: skip


def test_one_metric_of_every_site():
    assert [value.site for value in WHOLE.of("r2")] == ["a", "b"]
    assert WHOLE.of("rmse") == ()


def test_sites_come_first_and_what_is_pooled_last():
    frame = WHOLE.to_frame()
    assert frame["site"].tolist() == ["a", "b", "a", "(pooled)"]
    assert frame.iloc[-1][["value", "n_sites"]].tolist() == [0.3, 2]
    assert frame["tau2"].isna().tolist() == [True, True, True, False]


def test_json_says_who_was_left_out_and_why():
    plain = json.loads(json.dumps(WHOLE.to_dict(), allow_nan=False))
    assert plain["left_out"] == [
        {"site": "c", "n_people": 3, "reason": "too small", "metric": None}
    ]
    assert plain["pooled"]["r2"]["new_low"] is None
    assert plain["rule"] == "20 people"
