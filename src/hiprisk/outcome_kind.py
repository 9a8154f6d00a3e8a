"""The kinds of outcome that a model can have."""

from __future__ import annotations

from typing import Literal, TypeAlias

OutcomeKind: TypeAlias = Literal["continuous", "binary"]
