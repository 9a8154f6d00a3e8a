"""What of a study is logged to MLflow, in names that MLflow takes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, refuse


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TrackingSettings:
    """What is logged to MLflow.

    Attributes
    ----------
    enabled : bool
        Whether a run is logged.
    experiment : str
        Name of the experiment.
    register : bool
        Register the model by its name.
    alias : str
        Alias of the registered version.
    """

    enabled: bool = True
    experiment: Annotated[str, Field(pattern=r"\S", max_length=500)] = "hiprisk"
    register: bool = False
    alias: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=255)] = "champion"

    @field_validator("alias")
    @classmethod
    def _is_no_version(cls, alias: str) -> str:
        if alias.lower() == "latest" or re.fullmatch(r"[vV]\d+", alias):
            raise refuse("latest, and v with a number, are MLflow's own names of versions")
        return alias
