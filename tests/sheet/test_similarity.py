"""How like the development cohort a patient is: distances against R and closed forms."""

import json
from pathlib import Path

import numpy as np
import pytest

from hiprisk.sheet.similarity import chi_squared_tail, distance
from small_bundle import small_sheet

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "bedside_r.json").read_text())
PATIENT = (50.0, 1.0, 0.0, 80.0)


def known_columns(places=range(4), values=PATIENT):
    return [np.array([values[i] if i in places else np.nan]) for i in range(4)]


@pytest.mark.parametrize("row", ORACLE["chi_squared_tails"])
def test_chi_squared_tail_equals_r(row):
    got = chi_squared_tail(row["value"], row["degrees"])
    assert got == pytest.approx(row["tail"], rel=1e-12, abs=1e-300)


def test_chi_squared_tail_of_two_degrees_is_an_exponential():
    assert chi_squared_tail(3.0, 2) == pytest.approx(np.exp(-1.5), rel=1e-15)


def test_nobody_is_nearer_than_the_center():
    assert [chi_squared_tail(0.0, degrees) for degrees in (1, 2, 5, 8)] == [1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("row", ORACLE["mahalanobis"]["rows"])
def test_distance_over_what_is_known_equals_r(row):
    found = distance(small_sheet(), known_columns(row["known"]))
    assert found.squared == pytest.approx(row["squared"], rel=1e-12)
    assert found.tail == pytest.approx(row["tail"], rel=1e-12)
    assert found.n_columns == len(row["known"])


@pytest.mark.parametrize(
    ("age", "likeness"), [(65.0, "alike"), (81.5, "less_usual"), (90.0, "unlike")]
)
def test_likeness_follows_the_tail(age, likeness):
    # Standard deviation 8: 2.06 of them out is beyond 5 %, 3.1 beyond 1 %.
    values = (age, 0.0, 0.0, 0.0)
    assert distance(small_sheet(), known_columns([0], values)).likeness == likeness


def test_nothing_known_has_no_distance():
    assert distance(small_sheet(), known_columns([])) is None
