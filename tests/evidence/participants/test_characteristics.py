"""Who the people of a study were, by outcome and by site."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.evidence.participants.characteristics import (
    characteristics_by_outcome,
    characteristics_by_site,
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
