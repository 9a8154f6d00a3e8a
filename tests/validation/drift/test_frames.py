"""Drift between two data frames."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.validation import column_drift, population_stability_index


@pytest.fixture(scope="module")
def then():
    rng = np.random.default_rng(3)
    return pd.DataFrame({
        "age": rng.normal(60, 8, 600), "score": rng.integers(0, 4, 600).astype(float),
        "sex": rng.choice(["female", "male"], 600), "smokes": rng.random(600) < 0.3,
    })  # fmt: skip


def by_name(found):
    return {one.variable: one for one in found.variables}


def test_the_same_frame_has_not_moved(then):
    found = column_drift(then, then)
    assert {one.verdict for one in found.variables} == {"steady"}
    assert all(one.psi == 0.0 for one in found.variables)
    assert found.to_frame()["standardised_difference"].tolist() == [0.0] * 4


def test_the_index_of_a_number_is_by_tenths_of_then(then):
    now = then.assign(age=then["age"] + 4)
    found = by_name(column_drift(then, now))["age"]
    edges = np.quantile(then["age"], np.arange(1, 10) / 10)
    old, new = (np.bincount(np.searchsorted(edges, one), minlength=10) / 600
                for one in (then["age"], now["age"]))  # fmt: skip
    assert found.psi == pytest.approx(population_stability_index(old, new))
    assert found.standardised_difference == pytest.approx(4 / then["age"].std(ddof=0))
    assert found.difference.low < found.difference.value < found.difference.high


def test_a_new_level_is_drift(then):
    now = then.assign(sex=np.where(np.arange(600) % 3 == 0, "unknown", then["sex"]))
    found = by_name(column_drift(then, now))
    assert found["sex"].verdict == "much drift"
    assert found["sex"].basis == found["smokes"].basis == "levels"


def test_what_is_missing_or_absent_is_a_cause(then):
    now = then.drop(columns="score").assign(age=then["age"].where(np.arange(600) % 4 > 0))
    found = by_name(column_drift(then, now))
    assert found["age"].causes == ("missing in 25 % of the rows, then in 0 %",)
    assert found["age"].verdict == "some drift"
    assert found["score"].causes == ("absent now",)
    assert found["score"].psi is None


def test_a_column_without_spread_has_no_difference():
    same = pd.DataFrame({"site": [1.0] * 20})
    found = column_drift(same, same).variables[0]
    assert (found.difference, found.psi, found.verdict) == (None, 0.0, "steady")


def test_nothing_known_is_not_known():
    empty = pd.DataFrame({"site": [None, None]})
    assert column_drift(empty, empty).variables[0].verdict == "not known"


def test_what_cannot_be_compared_is_refused(then):
    with pytest.raises(ConfigError, match=r"agee: there is no such column then \(did you mean age"):
        column_drift(then, then, columns=["agee"])
    with pytest.raises(InputError, match="age: it holds numbers on one side and texts on the ot"):
        column_drift(then, then.assign(age="old"))
    with pytest.raises(InputError, match="there are 600 rows then and 0 now"):
        column_drift(then, then[:0])
