"""What travels to workers and back: bytes that say nothing of themselves in a log.

Dask writes the arguments of a function that fails, and shows names of tasks on its pages. So a
function of ours never fails there: it gives back what it refuses, sealed like a result.
"""

from __future__ import annotations

import pickle
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiprisk.parallel.cluster.versions import own_versions
from hiprisk.parallel.threads import one_thread

# Threads of one worker process share its numerical libraries and their number of threads.
_ONE_AT_A_TIME = threading.Lock()
# The function that this worker process used last: batches of one piece of work have the same.
_OPENED: dict[str, Any] = {}


class Sealed:
    """A pickled object.

    Parameters
    ----------
    data : bytes
    """

    __slots__ = ("data", "name")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.name = uuid.uuid4().hex

    @classmethod
    def of(cls, thing: object) -> Sealed:
        """Seal an object; functions that no module holds travel whole."""
        import cloudpickle

        return cls(cloudpickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL))

    def opened(self) -> Any:
        """The object."""
        return pickle.loads(self.data)

    def __repr__(self) -> str:
        return f"<{len(self.data)} sealed bytes>"

    def __sizeof__(self) -> int:
        # Dask decides by size where a piece of work goes.
        return len(self.data)


@dataclass(frozen=True)
class Failure:
    """Why a batch stopped.

    Attributes
    ----------
    error : Exception or None
        What the function raised; None where it could not be opened or run here at all.
    reason : str
        In words, where there is no error of ours.
    """

    error: Exception | None
    reason: str = ""


def run_batch(function: Sealed, items: Sequence[Sealed], versions: Mapping[str, str]) -> Sealed:
    """Apply a function to items, one after another, on a worker.

    Parameters
    ----------
    function : Sealed
    items : sequence of Sealed
        Each a list of items.
    versions : mapping of str to str
        What the client has: a worker of another kind gives back a `Failure`.

    Returns
    -------
    Sealed
        Results in the order of the items, or a `Failure`.
    """
    other = {name: own for name, own in own_versions().items() if versions.get(name) != own}
    if other:
        told = ", ".join(f"{name} {own}" for name, own in other.items())
        return Sealed.of(Failure(None, f"a worker has {told}"))
    try:
        with _ONE_AT_A_TIME, one_thread():
            call = _opened(function)
            return Sealed.of([call(item) for part in items for item in part.opened()])
    except Exception as error:
        return _failed(error)


def _opened(function: Sealed) -> Callable[[Any], Any]:
    if function.name not in _OPENED:
        _OPENED.clear()
        _OPENED[function.name] = function.opened()
    opened: Callable[[Any], Any] = _OPENED[function.name]
    return opened


def _failed(error: Exception) -> Sealed:
    if isinstance(error, ModuleNotFoundError):
        return Sealed.of(Failure(None, f"a worker lacks the module {error.name}"))
    try:
        return Sealed.of(Failure(error))
    except Exception:  # an error that cannot travel
        return Sealed.of(Failure(None, f"a worker failed with {type(error).__name__}"))
