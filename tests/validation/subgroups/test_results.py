"""What a result by group says, and what it hides."""

import json

import numpy as np

from hiprisk.config import SubgroupSettings
from people_by_sex import evaluated, event_of, people


def test_alike_groups_are_said_to_show_no_difference():
    y, p, frame = people(n=300, seed=2)
    said = evaluated(y, p, frame).sentences()
    assert said[0].startswith("No evidence of a difference")
    assert "p = " in said[1]
    assert "95 % CI" in said[1]


def small_men(n=100, men=4):
    y, p, frame = people(n=n)
    frame = frame.assign(education=np.resize(np.array(["low", "medium"], dtype=object), n))
    frame.loc[: men - 1, "education"] = "high"
    return y, p, frame


def test_hidden_groups_show_no_number_anywhere():
    y, p, frame = small_men()
    settings = SubgroupSettings(by=("education",), smallest_cell=10, resamples=50)
    event = event_of("high", y > 45, 1 / (1 + np.exp(-(p - 45) / 5)))
    result = evaluated(y, p, frame, settings, thresholds=(0.3,), events=(event,))
    hidden = {group.level for group in result.groups if group.suppressed}
    assert len(hidden) == 2
    assert "high" in hidden
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    for kind in ("groups", "estimates", "benefits"):
        for row in plain[kind]:
            if row["level"] in hidden:
                numbers = [v for k, v in row.items() if k != "threshold" and v not in (True, False)]
                assert not [v for v in numbers if isinstance(v, int | float)]
    assert (
        result.to_frame()
        .query("suppressed")[["value", "low", "high", "n_people"]]
        .isna()
        .all(axis=None)
    )
    assert not result.heterogeneity
    assert "2 of 3 groups are not shown" in result.sentences()[0]
