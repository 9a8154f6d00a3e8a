"""How many processes score a file; asked before anything that scores is imported."""

from __future__ import annotations

import os
from pathlib import Path

# Of a file: below it a second process takes longer to start than it saves.
LARGE_BYTES = 32 << 20
# More are not taken unasked: each holds some 150 MiB.
MOST_UNASKED = 2


def likely_workers(path: Path) -> int:
    """Processes that score a file where nobody states how many."""
    if path.stat().st_size < LARGE_BYTES:
        return 1
    given = getattr(os, "sched_getaffinity", None)
    n_processors = len(given(0)) if given else os.cpu_count() or 1
    return min(MOST_UNASKED, n_processors)
