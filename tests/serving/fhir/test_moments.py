"""When something was recorded, as exactly as it was written."""

import datetime as dt

import pytest

from hiprisk.serving.fhir.moments import Moment, completed_years, effective

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("born", "years"),
    [("1963-11-25", 63), ("1963-11-26", 62), ("2026-11-26", None), ("1963", None),
     ("1963-02-30", None), (1963, None)],
)  # fmt: skip
def test_age_is_in_completed_years(born, years):
    assert completed_years(born, NOW.date()) == years


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(("text", "start", "days"), [
    ("2026-11-01", utc(2026, 11, 1), 1),
    ("2026-11", utc(2026, 11, 1), 31),
    ("2026", utc(2026, 1, 1), 366),
])  # fmt: skip
def test_a_day_a_month_or_a_year_is_the_span_that_it_is(text, start, days):
    found = Moment.read(text)
    assert (found.start, found.end - found.start) == (start, dt.timedelta(days=days))
    assert found.shown == text


def test_a_time_of_day_is_one_moment_in_its_own_zone():
    found = Moment.read("2026-11-01T23:30:00.125+02:00")
    assert found.start == found.end == utc(2026, 11, 1, 21, 30)
    # The day that the record shows, not that of another zone.
    assert found.shown == "2026-11-01"
    assert Moment.read("2026-11-01T23:30:00Z").start == utc(2026, 11, 1, 23, 30)


@pytest.mark.parametrize(
    "text",
    [None, 2026, "", "26", "2026-13", "2026-02-30", "2026-11-01T10:00:00", "2026-11-01 10:00:00Z",
     "2026-11-01T25:00:00Z", "0000-01-01", "2026-11-01T10:00:00Z extra"],
)  # fmt: skip
def test_what_is_no_date_of_fhir_is_none(text):
    assert Moment.read(text) is None


@pytest.mark.parametrize(("text", "after"), [
    ("2026-11-25T12:04:00Z", False),
    ("2026-11-25T12:06:00Z", True),
    ("2026-11-26", False),
    ("2026-11-27", True),
    ("2026-11", False),
    ("2027", True),
])  # fmt: skip
def test_the_future_begins_after_a_fast_clock_and_the_easternmost_day(text, after):
    assert Moment.read(text).is_after(NOW) is after


def test_age_of_a_record_is_counted_from_its_start():
    assert not Moment.read("2026-11-15").is_before(NOW, 11)
    assert Moment.read("2026-11-15").is_before(NOW, 10)


@pytest.mark.parametrize(("observation", "shown"), [
    ({"effectiveDateTime": "2026-11-01", "issued": "2026-11-09"}, "2026-11-01"),
    ({"effectiveInstant": "2026-11-01T10:00:00Z"}, "2026-11-01"),
    ({"effectivePeriod": {"start": "2026-10-01", "end": "2026-10-09"}}, "2026-10-09"),
    ({"effectivePeriod": {"start": "2026-10-01"}}, "2026-10-01"),
])  # fmt: skip
def test_an_observation_holds_when_it_was_made(observation, shown):
    assert effective(observation).shown == shown


@pytest.mark.parametrize(
    "observation",
    [{}, {"issued": "2026-11-09"}, {"effectivePeriod": "2026"}, {"effectivePeriod": {}},
     {"effectiveDateTime": "soon", "effectivePeriod": {"start": "2026-10-01"}}],
)  # fmt: skip
def test_without_a_readable_time_there_is_none(observation):
    assert effective(observation) is None
