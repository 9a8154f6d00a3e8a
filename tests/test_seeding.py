"""One seed, many named streams."""

from hiprisk.seeding import rng_for


def test_a_stream_depends_on_its_name_alone():
    first = rng_for(1, "bootstrap", 3).random(4).tolist()
    rng_for(1, "folds").random(100)
    assert rng_for(1, "bootstrap", 3).random(4).tolist() == first


def test_other_names_and_seeds_give_other_streams():
    draws = {
        rng_for(*path).random()
        for path in [(1, "a"), (1, "b"), (2, "a"), (1, "a", 0), (1, "a", "0"), (1, "a/int:0")]
    }
    assert len(draws) >= 5
