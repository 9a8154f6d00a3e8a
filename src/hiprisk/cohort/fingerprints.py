"""What a cohort is known by: its content, whatever its file, size and time."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pandas as pd


def fingerprint(frame: pd.DataFrame) -> str:
    """SHA-256 over every row of a cohort, by name, whatever the order of the columns."""
    digest = hashlib.sha256()
    for name in sorted(frame.columns):
        values = frame[name]
        digest.update(f"\x1f{name}\x1f".encode())
        if values.dtype.kind == "f":
            numbers = values.to_numpy(dtype="<f8").copy()
            numbers[np.isnan(numbers)] = math.nan
            digest.update(numbers.tobytes())
        else:
            digest.update(_text_bytes(values))
    return digest.hexdigest()


def _text_bytes(values: pd.Series) -> bytes:
    cells = ("\x1e" if value is None or value != value else str(value) for value in values)
    return "\x1f".join(cells).encode()
