"""Questionnaires: frozen vectors, and each one's rule for missing answers."""

import json
from pathlib import Path

import numpy as np
import pytest

from hiprisk.cohort.instruments import ITEM_NAMES, score_items
from hiprisk.errors import InputError

VECTORS = json.loads((Path(__file__).parents[1] / "oracles" / "prom_scores.json").read_text())


def answers(instrument, values):
    cells = [np.nan if value is None else float(value) for value in values]
    return {name: np.array([c]) for name, c in zip(ITEM_NAMES[instrument], cells, strict=True)}


def score(instrument, values):
    return float(score_items(instrument, answers(instrument, values))[0])


@pytest.mark.parametrize(
    ("instrument", "items", "key"),
    [("hoos_symptoms", "s", "S"), ("hoos_pain", "p", "P"), ("hoos_adl", "a", "ADL"),
     ("hoos_sport", "sp", "SP"), ("hoos_qol", "q", "QOL")],
)  # fmt: skip
def test_hoos_equals_the_frozen_vector(instrument, items, key):
    hoos = VECTORS["hoos"]
    assert score(instrument, hoos["random"][items]) == pytest.approx(
        hoos["expected"][key], abs=0.01
    )


def test_hoos_ps_equals_the_frozen_vectors():
    ps = VECTORS["hoos_ps"]
    order = ["stairs", "bath_shower", "sit", "running", "turn_on_leg"]
    assert score("hoos_ps", [ps["random"][name] for name in order]) == ps["expected"]
    assert score("hoos_ps", [0] * 5) == 100.0
    assert score("hoos_ps", [4] * 5) == 0.0
    assert score("hoos_ps", [2] * 5) == ps["median"]


def test_oxford_hip_score_equals_the_frozen_vectors():
    ohs = VECTORS["oxford_hip_score"]
    assert score("ohs", ohs["random"]) == ohs["expected"]
    assert score("ohs", [4] * 12) == ohs["best"]


def test_oswestry_equals_the_frozen_vectors():
    odi = VECTORS["oswestry"]
    assert score("odi", odi["random"]) == odi["expected"]
    assert score("odi", odi["one_missing"]) == pytest.approx(100 * 16 / 45)


@pytest.mark.parametrize("case", VECTORS["womac"]["cases"], ids=lambda c: str(c["all_items"]))
def test_womac_equals_the_frozen_vectors_on_the_0_100_scale(case):
    each = case["all_items"]
    assert score("womac_pain", [each] * 5) == pytest.approx(case["pain"] * 5)
    assert score("womac_stiffness", [each] * 2) == pytest.approx(case["stiffness"] * 12.5)
    assert score("womac_function", [each] * 17) == pytest.approx(case["function"] / 0.68)
    assert score("womac_total", [each] * 24) == pytest.approx(case["total"] / 0.96)


@pytest.mark.parametrize(
    ("instrument", "allowed"),
    [("womac_pain", 1), ("womac_stiffness", 1), ("womac_function", 3), ("hoos_adl", 8),
     ("hoos_pain", 5), ("ohs", 2), ("odi", 1), ("rmdq", 0), ("hoos_ps", 0)],
)  # fmt: skip
def test_each_instrument_has_its_own_missing_rule(instrument, allowed):
    n_items = len(ITEM_NAMES[instrument])
    fits = [None] * allowed + [1] * (n_items - allowed)
    assert not np.isnan(score(instrument, fits))
    assert np.isnan(score(instrument, [None, *fits[:-1]] if allowed else [None, *fits[1:]]))


def test_a_missing_answer_is_the_mean_of_the_others_and_never_zero():
    # A plain sum would make a half-answered form look healthier.
    assert score("womac_function", [2] * 14 + [None] * 3) == pytest.approx(50.0)
    assert score("ohs", [3] * 10 + [None] * 2) == pytest.approx(36.0)


def test_start_back_equals_the_frozen_vector():
    frozen = VECTORS["start_back"]
    assert score("startback_total", frozen["random"]) == frozen["expected_total"]
    assert score("startback_psych", frozen["random"][4:]) == frozen["expected_subscale"]
    assert np.isnan(score("startback_total", [None, *frozen["random"][1:]]))


def test_womac_function_is_hoos_adl_reversed():
    a = VECTORS["hoos"]["random"]["a"]
    assert score("womac_function", a) == pytest.approx(100 - score("hoos_adl", a))


def test_an_answer_off_the_scale_is_refused():
    with pytest.raises(
        InputError, match=r"row 1: function_1: .*whole number from 0 to 4; 1 are not"
    ):
        score("womac_function", [9] + [1] * 16)


def test_an_absent_item_is_refused():
    with pytest.raises(InputError, match="the items item_12 are absent"):
        score_items("ohs", {f"item_{i}": np.ones(1) for i in range(1, 12)})
