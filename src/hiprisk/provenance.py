"""Where the people of a cohort or of a model come from."""

from __future__ import annotations

from typing import Literal, TypeAlias

Provenance: TypeAlias = Literal["simulated", "real", "published", "unknown"]
# Sheets, manifests and mappings of older versions say `synthetic`; they are read for ever.
_OLDER_WORDS = {"synthetic": "simulated"}


def current_provenance(stated: str) -> str:
    """The word that is written today."""
    return _OLDER_WORDS.get(stated, stated)


def is_simulated(provenance: str) -> bool:
    """Whether people of this provenance were simulated."""
    return current_provenance(provenance) == "simulated"
