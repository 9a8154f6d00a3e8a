"""When something was recorded, as exactly as it was written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A clock may be a little fast, and a day begins up to 14 hours earlier elsewhere.
CLOCK_SLACK = dt.timedelta(minutes=5)
EASTERNMOST = dt.timedelta(hours=14)

_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?)?)?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the record; a year, a month or a day is the span that it is.

    Attributes
    ----------
    shown : str
        Day, or what the record has of it.
    """

    start: dt.datetime
    end: dt.datetime
    shown: str

    @classmethod
    def read(cls, text: object) -> Moment | None:
        """A FHIR date or dateTime; None where it is none."""
        found = _DATE_TIME.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            return None
        year, month, day, clock, _, zone = found.groups()
        try:
            if clock is not None:
                offset = "+00:00" if zone == "Z" else zone
                start = dt.datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{offset}")
                return cls(start, start, str(text)[:10])
            start = dt.datetime(int(year), int(month or 1), int(day or 1), tzinfo=dt.UTC)
            span = 1 if day else 31 if month else 366
            return cls(start, start + dt.timedelta(days=span), str(text))
        except (ValueError, OverflowError):
            return None

    def is_after(self, now: dt.datetime) -> bool:
        """Whether it lies in the future, by any clock and in any zone."""
        slack = CLOCK_SLACK if self.start == self.end else EASTERNMOST
        return self.start - slack > now

    def is_before(self, now: dt.datetime, days: int) -> bool:
        """Whether it is older than so many days."""
        return now - self.start > dt.timedelta(days=days)


def effective(observation: Mapping[str, Any]) -> Moment | None:
    """When an Observation holds; `issued` says when it was released, and does not stand in."""
    for key in ("effectiveDateTime", "effectiveInstant"):
        if key in observation:
            return Moment.read(observation[key])
    period = observation.get("effectivePeriod")
    if not isinstance(period, dict):
        return None
    return Moment.read(period.get("end", period.get("start")))


def completed_years(birth_date: object, today: dt.date) -> int | None:
    """Age in completed years; None where the birth date is not whole or lies after today."""
    if not isinstance(birth_date, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", birth_date):
        return None
    try:
        born = dt.date.fromisoformat(birth_date)
    except ValueError:
        return None
    if born > today:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
