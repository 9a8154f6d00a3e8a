"""One seed, many named streams: every random step asks for its own generator by name."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

LARGEST_WORD = 2**32 - 1
POOL_WORDS = 4


def rng_for(seed: int, *name: str | int) -> np.random.Generator:
    """Generator of one named random step.

    Parameters
    ----------
    seed : int
        The one seed of the study, zero or positive.
    *name : str or int
        Path of the step, for instance ``("bootstrap", 17)``. The stream depends on seed and path
        alone, never on how many streams were asked for before or on which worker asks.

    Returns
    -------
    numpy.random.Generator

    Examples
    --------
    >>> float(rng_for(1, "bootstrap", 3).random()) == float(rng_for(1, "bootstrap", 3).random())
    True
    """
    path = "/".join(f"{type(part).__name__}:{part}" for part in name)
    words = np.frombuffer(hashlib.sha256(path.encode()).digest(), dtype="<u4")
    return np.random.default_rng(_sequence(seed, words))


def _sequence(seed: int, words: NDArray[np.uint32]) -> np.random.SeedSequence:
    """``SeedSequence(seed, spawn_key=words)``, in a fifth of its time where the seed is one word.

    NumPy takes every word of a key apart by itself, and an array as it is: the seed filled up with
    zeros to its pool of four words, and then the key, are what it puts together itself.
    """
    if not 0 <= seed <= LARGEST_WORD:
        return np.random.SeedSequence(entropy=seed, spawn_key=tuple(int(word) for word in words))
    together = np.zeros(POOL_WORDS + len(words), dtype=np.uint32)
    together[0] = seed
    together[POOL_WORDS:] = words
    return np.random.SeedSequence(together)
