"""Settings that tuning searches: a number, a list to choose from or a range, within limits."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, refuse


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Range:
    """A range that tuning searches.

    Attributes
    ----------
    low, high : float
        Ends of the range.
    log : bool
        Search it on the logarithmic scale.
    """

    low: float
    high: float
    log: bool = False

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if not self.low < self.high:
            raise refuse("low must be smaller than high")
        if self.log and self.low <= 0:
            raise refuse("a log range must be positive")
        return self


# Quantiles for more are in no table.
MOST_KNOTS = 7
Searchable = float | Range | tuple[float, ...]
# A setting of somebody else's estimator, as YAML writes it.
Setting = bool | int | float | str | None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SettingRange:
    """A range of an estimator's setting that tuning searches.

    Attributes
    ----------
    low, high : int or float
        Ends of the range. Whole numbers are searched where both are whole (``2``), and any number
        between them where one has a point (``2.0``).
    log : bool
        Search it on the logarithmic scale.
    """

    low: int | float
    high: int | float
    log: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are tried."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if not self.low < self.high:
            raise refuse("low must be smaller than high")
        if self.log and self.low <= 0:
            raise refuse("a log range must be positive")
        return self


def within(low: float, high: float | None = None, *, above: bool = False) -> Any:
    """A validator: every value to be tried is at least `low` (`above` it) and at most `high`."""
    bound = f"above {low:g}" if above else f"at least {low:g}"
    rule = bound if high is None else f"{bound} and at most {high:g}"

    def check(searched: Searchable) -> Searchable:
        values = _ends(searched)
        if not values:
            raise refuse("a list to choose from has at least one value")
        if any(
            value < low or (above and value == low) or (high is not None and value > high)
            for value in values
        ):
            raise refuse(f"must be {rule}")
        return searched

    return AfterValidator(check)


def whole(*, none: bool = False) -> Any:
    """A validator: every value is a whole number; `none`: 0 or at least 3, as of knots."""

    def check(searched: Searchable) -> Searchable:
        values = _ends(searched)
        if any(value != int(value) for value in values):
            raise refuse("must be a whole number")
        # A range begins where its first value is tried.
        if none and any(0 < value < 3 for value in values):
            raise refuse("must be 0 (straight lines) or at least 3 knots")
        return searched

    return AfterValidator(check)


def _ends(searched: Searchable) -> tuple[float, ...]:
    if isinstance(searched, Range):
        return (searched.low, searched.high)
    return searched if isinstance(searched, tuple) else (searched,)


NotNegative = Annotated[Searchable, within(0)]
Positive = Annotated[Searchable, within(0, above=True)]
AtLeastOne = Annotated[Searchable, within(1), whole()]
AtLeastTwo = Annotated[Searchable, within(2), whole()]
Knots = Annotated[Searchable, within(0, MOST_KNOTS), whole(none=True)]
SearchedShare = Annotated[Searchable, within(0, 1)]
PositiveShare = Annotated[Searchable, within(0, 1, above=True)]
