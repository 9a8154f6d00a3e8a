"""What many pieces of work need, unpacked once by each process that does some of them."""

from __future__ import annotations

import pickle
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Shared(Generic[Value]):
    """An object to bind to the function of `run_parallel`, where it takes long to unpack.

    Parameters
    ----------
    value : object
        Not changed by whoever works with it; without large arrays, which joblib maps from a file.
    """

    def __init__(self, value: Value) -> None:
        self.value = value

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (self._packed,)

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps(self.value)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Shared[Any]:
    return Shared(pickle.loads(packed))
