"""One seed, many named streams."""

import hashlib

import numpy as np
import pytest

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


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1, 2**32, 2**70])
def test_a_stream_is_numpys_own_of_the_seed_and_the_hash_of_the_name(seed):
    digest = hashlib.sha256(b"str:bootstrap/int:3").digest()
    words = [int.from_bytes(digest[at : at + 4], "little") for at in range(0, 32, 4)]
    expected = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=words))
    assert rng_for(seed, "bootstrap", 3).integers(0, 2**62, 9).tolist() == (
        expected.integers(0, 2**62, 9).tolist()
    )
