"""Input vectors: every edge of a model."""

from hiprisk.serving.conformance import vectors
from hiprisk.serving.conformance.vectors import make_vectors
from site_sheet import site_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def test_every_edge_is_there():
    vectors = make_vectors(small_sheet(), n_random=30, seed=1)
    kinds = {vector.name.split("-")[1] for vector in vectors}
    assert kinds == {
        "typical", "nothing", "missing", "alone", "edge", "level", "refused", "random",
    }  # fmt: skip
    given = [vector.given for vector in vectors]
    assert {18.0, 110.0, 40.0, 90.0, 45.0, 85.0} <= {one.get("age_years") for one in given}
    assert {"female", "male", "female?"} <= {one.get("sex") for one in given}


def test_thresholds_of_trees_are_hit_exactly():
    vectors = make_vectors(tree_sheet(), n_random=0, seed=1)
    turns = [vector.given for vector in vectors if vector.name.endswith("turn")]
    assert {60.0} == {given["age_years"] for given in turns} - {65.0}
    assert {40.0, 45.0, 55.0} <= {given["womac_function_0_100"] for given in turns}


def test_the_seed_decides_the_random_patients_alone():
    first, same, other = (make_vectors(small_sheet(), n_random=9, seed=s) for s in (1, 1, 2))
    assert first == same
    assert first[:-9] == other[:-9]
    assert first[-9:] != other[-9:]


def test_an_unknown_site_is_no_refusal():
    vectors = make_vectors(site_sheet(), n_random=0, seed=1)
    new = [vector for vector in vectors if vector.name.endswith("-new-site")]
    assert [vector.given["site"] for vector in new] == ["North?"]


def test_a_forest_of_very_many_thresholds_gets_an_even_share_of_them(monkeypatch):
    everything = make_vectors(tree_sheet(), n_random=0, seed=1)
    monkeypatch.setattr(vectors, "POINTS_TIMES_NODES", 15)
    monkeypatch.setattr(vectors, "FEWEST_POINTS", 2)
    few = make_vectors(tree_sheet(), n_random=0, seed=1)
    turns, kept = (
        [one.given for one in found if one.name.endswith("turn")] for found in (everything, few)
    )
    assert len(kept) == 2 < len(turns)
    assert all(one in turns for one in kept)
