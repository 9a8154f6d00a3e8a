"""Which subgroups a model is evaluated in, and what is too small to show."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Name, refuse


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SubgroupSettings:
    """How a model is evaluated by subgroup.

    Attributes
    ----------
    by : tuple of str, optional
        Variables whose levels are the groups; also ``age_band`` and ``lbp_chronic``. If unset,
        those of sex, age band, site, Kellgren-Lawrence grade and definitions of back pain that the
        cohort has. Empty for none.
        Example: ``[sex, age_band]``
    age_bands : tuple of float
        Ages in years at which a new band begins.
    smallest_cell : int
        Groups with fewer people, or with fewer of them with or without the event, are not shown.
    resamples : int
        Of persons, shared by all groups and metrics.
    level : float
        Of the intervals.
    metrics : tuple of str, optional
        Names of the registry; all if unset, but for those that smooth.
        Example: ``[r2, rmse]``
    costly : bool
        If `metrics` is unset: those that smooth as well, which takes minutes.
    most_levels : int
        A variable with more groups is refused, or left out where `by` is unset.
    """

    by: tuple[Name, ...] | None = None
    age_bands: tuple[float, ...] = Field(default=(60.0, 70.0, 80.0), min_length=1)
    smallest_cell: int = Field(default=10, ge=1, le=1000)
    resamples: int = Field(default=300, ge=50, le=10_000)
    level: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.95
    metrics: tuple[Name, ...] | None = None
    costly: bool = False
    most_levels: int = Field(default=30, ge=2, le=1000)

    @field_validator("age_bands")
    @classmethod
    def _bands_ascend(cls, bands: tuple[float, ...]) -> tuple[float, ...]:
        if list(bands) != sorted(set(bands)):
            raise refuse("age_bands must ascend without repeats")
        return bands
