"""One seed, many named streams: every random step asks for its own generator by name."""

from __future__ import annotations

import hashlib

import numpy as np


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
    digest = hashlib.sha256(path.encode()).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.default_rng(
        np.random.SeedSequence(entropy=seed, spawn_key=tuple(int(word) for word in words))
    )
