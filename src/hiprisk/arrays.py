"""Array types that every numerical module shares."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.intp]
# How often people were drawn: half of the memory of `Integers`.
Counts: TypeAlias = NDArray[np.int32]
Texts: TypeAlias = NDArray[np.object_]
