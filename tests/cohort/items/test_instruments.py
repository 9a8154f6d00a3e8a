"""Questionnaires: frozen vectors, and each one's rule for missing answers."""

import json
from pathlib import Path

import numpy as np
import pytest

from hiprisk.cohort.items.instruments import ITEM_NAMES, item_tops, published_tops, score_items
from hiprisk.errors import InputError

VECTORS = json.loads((Path(__file__).parents[2] / "oracles" / "prom_scores.json").read_text())


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


def hoos_adl(values):
    cells = [np.nan if value is None else float(value) for value in values]
    return {f"a{i}": np.array([cell]) for i, cell in enumerate(cells, start=1)}


def test_womac_function_of_hoos_is_its_adl_turned_round():
    items = hoos_adl(VECTORS["hoos"]["random"]["a"])
    adl = float(score_items("hoos_adl", items)[0])
    for rule in ("womac_function_from_hoos", "womac_function_from_hoos_by_hoos_rule"):
        assert float(score_items(rule, items)[0]) == pytest.approx(100.0 - adl)
    # 25 of 68 points, counted by hand.
    assert 100.0 - adl == pytest.approx(25 / 0.68)


@pytest.mark.parametrize(
    ("missing", "by_womac", "by_hoos"),
    [(3, True, True), (4, False, True), (8, False, True), (9, False, False)],
)
def test_the_two_rules_for_missing_answers_have_two_names(missing, by_womac, by_hoos):
    items = hoos_adl([None] * missing + [2] * (17 - missing))
    found = {
        rule: not np.isnan(score_items(rule, items)[0])
        for rule in ("womac_function_from_hoos", "womac_function_from_hoos_by_hoos_rule")
    }
    assert found == {
        "womac_function_from_hoos": by_womac,
        "womac_function_from_hoos_by_hoos_rule": by_hoos,
    }


def test_womac_pain_and_stiffness_are_five_and_two_items_of_hoos():
    pain = {f"p{i}": np.array([float(i % 5)]) for i in range(1, 11)}
    # Items 4 to 8 hold 4, 0, 1, 2, 3: 10 of 20 points.
    assert float(score_items("womac_pain_from_hoos", pain)[0]) == pytest.approx(50.0)
    stiffness = {"s4": np.array([1.0]), "s5": np.array([3.0])}
    assert float(score_items("womac_stiffness_from_hoos", stiffness)[0]) == pytest.approx(50.0)


def test_every_instrument_scores_a_variable_that_the_dictionary_has():
    from hiprisk.cohort.dictionary import load_dictionary
    from hiprisk.cohort.items.instruments import SCORE_VARIABLES

    assert set(SCORE_VARIABLES) == set(ITEM_NAMES)
    assert set(SCORE_VARIABLES.values()) <= set(load_dictionary())


@pytest.mark.real
def test_all_shared_vectors_are_the_frozen_ones(shared_dir):
    shared = json.loads((shared_dir / "oracles" / "prom_scoring_vectors.json").read_text())
    for name in ("hoos", "hoos_ps", "oxford_hip_score", "oswestry"):
        for key, value in VECTORS[name].items():
            assert shared[name][key] == value
    startback = shared["start_back"]
    items = answers("startback_total", startback["random"])
    assert float(score_items("startback_total", items)[0]) == startback["expected_total"]


def test_the_highest_answer_of_each_item_is_known():
    assert set(item_tops("rmdq").values()) == {1}
    assert set(item_tops("odi").values()) == {5}
    assert set(item_tops("womac_total").values()) == {4}
    assert list(item_tops("startback_psych").values()) == [1, 1, 1, 1, 4]


def test_womac_has_three_forms_on_one_scale():
    assert published_tops("womac_total") == (4, 10, 100)
    assert published_tops("hoos_ps") == (4,)
    half = {name: np.array([5.0]) for name in ITEM_NAMES["womac_total"]}
    assert score_items("womac_total", half, top=10).tolist() == [50.0]
    line = {name: np.array([12.5]) for name in ITEM_NAMES["womac_stiffness"]}
    assert score_items("womac_stiffness", line, top=100).tolist() == [12.5]


def test_a_stated_missing_rule_takes_the_place_of_the_published_one():
    items = answers("womac_function", [2] * 13 + [None] * 4)
    assert np.isnan(score_items("womac_function", items)[0])
    assert score_items("womac_function", items, max_missing=4).tolist() == [50.0]


@pytest.mark.parametrize(
    ("instrument", "form", "score_by_hand"),
    [
        # From 100 down, 25 for each point of the mean.
        ("hoos_symptoms", [1, 2, 0, 3, 1], 100 - 25 * 1.4),
        ("hoos_pain", [1, 2, 3, 4, 0, 1, 2, 3, 0, 0], 100 - 25 * 1.6),
        ("hoos_adl", [2] * 17, 50.0),
        ("hoos_sport", [4, 3, 0, None], 100 - 25 * 7 / 3),
        ("hoos_qol", [1, 2, 3, 1], 100 - 25 * 1.75),
        # 3 + 1 + 1 + 2 + 0 points: 7 of 20 in the published table.
        ("hoos_ps", [3, 1, 1, 2, 0], 73.1),
        ("ohs", [4, 4, 3, 3, 2, 2, 1, 1, 0, 0, 4, 4], 28.0),
        ("odi", [1, 2, 3, 4, 5, 0, 1, 2, 3, 4], 50.0),
        ("odi", [1, 2, 3, 4, 5, 0, 1, 2, 3, None], 100 * 21 / 45),
        ("rmdq", [1, 0, 0] * 8, 8.0),
        ("womac_pain", [4, 3, 2, 1, 0], 50.0),
        ("womac_stiffness", [3, None], 75.0),
        ("womac_function", [1] * 17, 25.0),
        ("womac_total", [1] * 5 + [2] * 2 + [3] * 17, 100 * (5 + 4 + 51) / 96),
        ("startback_total", [1, 1, 0, 0, 1, 0, 0, 1, 3], 5.0),
        ("startback_psych", [1, 0, 0, 1, 2], 2.0),
    ],
)
def test_each_instrument_equals_a_hand_count(instrument, form, score_by_hand):
    assert score(instrument, form) == pytest.approx(score_by_hand, abs=1e-12)
