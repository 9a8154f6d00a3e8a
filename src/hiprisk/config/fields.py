"""What every section of a config is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic_core import PydanticCustomError

# A code may be written as a number, `1` for "1". YAML writes .inf and .nan, which no setting means.
STRICT = ConfigDict(
    extra="forbid",
    hide_input_in_errors=True,
    strict=False,
    coerce_numbers_to_str=True,
    allow_inf_nan=False,
)

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Inside = Annotated[float, Field(gt=0.0, lt=1.0)]


def refuse(rule: str) -> PydanticCustomError:
    """A refusal that states the rule alone, never what came."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})
