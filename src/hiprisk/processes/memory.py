"""Memory that arrays give back, kept for the arrays that come after them."""

from __future__ import annotations

from functools import cache

import numpy as np

# Of twice as much the C library keeps at most.
LARGEST_FREED_BYTES = 16 * 1024**2


@cache
def keep_freed_memory() -> None:
    """Have the C library keep what arrays of some megabytes give back, once in a process.

    Work by blocks makes and frees the same arrays again and again. glibc gives the system what is
    freed above a threshold, and new pages for the next block took an eighth of the time of a
    bootstrap validation. It learns the threshold from the largest block freed so far (mallopt(3),
    M_MMAP_THRESHOLD). A block that nobody wrote to takes no memory and has the same effect. Another
    C library is not changed by it.
    """
    np.empty(LARGEST_FREED_BYTES, dtype=np.uint8)
