"""Who the people of a study were, by outcome and by site."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.evidence.participants.characteristics import (
    characteristics_by_outcome,
    characteristics_by_site,
    characteristics_of_held_out,
)

N = 120


def study(outcome, sites, kind="continuous"):
    frame = pd.DataFrame({"sex": np.resize(np.array(["female", "male"], dtype=object), N)})
    people = SimpleNamespace(frame=frame, sites=np.asarray(sites))
    return SimpleNamespace(
        known=~np.isnan(outcome),
        data=SimpleNamespace(outcome=outcome),
        config=SimpleNamespace(
            outcome=SimpleNamespace(kind=kind), imputation=SimpleNamespace(auxiliary=())
        ),
        prepared=SimpleNamespace(
            selection=SimpleNamespace(development=people), dictionary=load_dictionary()
        ),
        sheet_variables=lambda: ("sex",),
    )


def sizes(table):
    return [(name.split(" (")[0], n) for name, n in table.groups]


def test_a_score_is_divided_into_thirds_and_a_risk_by_its_event():
    score = np.arange(N, dtype=float)
    thirds = characteristics_by_outcome(study(score, np.zeros(N, dtype=int)))
    assert sizes(thirds) == [("lowest third", 40), ("middle third", 40), ("highest third", 40)]
    event = (score < 30).astype(float)
    found = characteristics_by_outcome(study(event, np.zeros(N, dtype=int), kind="binary"))
    assert sizes(found) == [("event", 30), ("no event", 90)]
    rare = (score < 3).astype(float)
    assert characteristics_by_outcome(study(rare, np.zeros(N, dtype=int), kind="binary")) is None


def test_sites_are_shown_where_there_are_few_and_none_is_small():
    score = np.arange(N, dtype=float)
    assert sizes(characteristics_by_site(study(score, np.arange(N) % 3))) == [
        ("site 1", 40), ("site 2", 40), ("site 3", 40),
    ]  # fmt: skip
    for sites in (np.zeros(N, dtype=int), np.arange(N) % 20, (np.arange(N) < 5).astype(int)):
        assert characteristics_by_site(study(score, sites)) is None


def people_with(sexes, outcome):
    frame = pd.DataFrame({"sex": np.array(sexes, dtype=object)})
    return SimpleNamespace(frame=frame, outcome=np.asarray(outcome, dtype=float))


def test_held_out_people_with_an_outcome_stand_beside_those_of_development():
    nan = np.nan
    described = study(np.zeros(N), np.zeros(N, dtype=int))
    # By hand: of development 12 of 20 are female, 8 have the event; held out 6 of 16, and 9.
    development = people_with(["female"] * 12 + ["male"] * 8 + ["male"] * 5,
                              [1.0] * 8 + [0.0] * 12 + [nan] * 5)  # fmt: skip
    held = people_with(["male"] * 10 + ["female"] * 6 + ["female"], [1.0] * 9 + [0.0] * 7 + [nan])
    described.prepared.selection.development = development
    described.config.outcome = SimpleNamespace(
        variable="womac_function_followup_0_100", dichotomise=SimpleNamespace(label="worse by 10")
    )
    table = characteristics_of_held_out(described, held)
    assert table.groups == (("development", 20), ("held out", 16))
    counts = {(row.variable, row.level, row.group): row.n_level for row in table.rows}
    assert counts["sex", "female", "development"] == 12
    assert counts["sex", "female", "held out"] == 6
    assert counts["outcome_event", "yes", "development"] == 8
    assert counts["outcome_event", "yes", "held out"] == 9
    assert {row.label for row in table.rows} == {"sex", "outcome: worse by 10"}
