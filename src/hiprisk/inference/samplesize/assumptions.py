"""What is assumed of a model: stated or refused, and a little more or less of it."""

from __future__ import annotations

import dataclasses

from hiprisk.config import ExternalTargets, SampleSizeSettings
from hiprisk.errors import ConfigError

STRENGTHS = ("r2", "cox_snell", "nagelkerke", "c_statistic")
_EXTERNAL = frozenset(field.name for field in dataclasses.fields(ExternalTargets))


def stated(value: float | None, name: str, what: str) -> float:
    """The value, or a refusal that names the config's key and the option."""
    if value is None:
        option = name.replace("_", "-")
        raise ConfigError(
            f"{name} is not stated: {what}",
            code="NOT_STATED",
            column=f"samplesize.{name}",
            advice=f"state samplesize.{name} in the config, or --{option}",
        )
    return value


def beside(share: float) -> tuple[float, float]:
    """A share 0.05 less and more, kept inside its range."""
    low = share - 0.05 if share > 0.06 else share / 2.0
    high = share + 0.05 if share < 0.94 else (1.0 + share) / 2.0
    return round(low, 4), round(high, 4)


def changed(expected: SampleSizeSettings, name: str, value: float) -> SampleSizeSettings:
    """The same expectations with one changed; a new strength takes the place of the old."""
    if name in _EXTERNAL:
        external = dataclasses.replace(expected.external, **{name: value})
        return dataclasses.replace(expected, external=external)
    replaced: dict[str, float | None] = dict.fromkeys(STRENGTHS) if name in STRENGTHS else {}
    return dataclasses.replace(expected, **{**replaced, name: value})  # type: ignore[arg-type]
